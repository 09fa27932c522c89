import GraphIR
import Operators
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("Operators of other types than float32")
struct TypedOperatorTests {
  struct Problem: Sendable, CustomStringConvertible {
    let op: any Operator
    let inputs: [TensorType]
    /// Types of the outputs, or what the error says.
    let wanted: String

    init(_ op: any Operator, _ inputs: [TensorType], _ wanted: String) {
      (self.op, self.inputs, self.wanted) = (op, inputs, wanted)
    }

    var description: String { "\(op.mnemonic) of \(inputs)" }
  }

  private static func i32(_ shape: Shape) -> TensorType { TensorType(shape, .int32) }
  private static func i64(_ shape: Shape) -> TensorType { TensorType(shape, .int64) }
  private static func flag(_ shape: Shape) -> TensorType { TensorType(shape, .bool) }
  private static func f32(_ shape: Shape) -> TensorType { TensorType(shape) }

  static let problems: [Problem] = [
    Problem(Input(i64([2])), [], "int64[2]"),
    Problem(
      Input(TensorType([2], .int8)), [],
      "input: expected float32, int32, int64 or bool, found int8"),
    Problem(Cast(to: .bool), [i64([2])], "bool[2]"),
    Problem(
      Cast(to: .float16), [i64([2])],
      "cast: expected to float32, int32, int64 or bool, found float16"),
    Problem(
      Cast(to: .bool), [TensorType([2], .int8)],
      "cast: expected float32, int32, int64 or bool for input 0, found int8"),
    Problem(Comparison(.less), [i32([2, 1]), i32([3])], "bool[2, 3]"),
    Problem(Comparison(.equal), [flag([2]), flag([])], "bool[2]"),
    Problem(
      Comparison(.less), [flag([2]), flag([2])],
      "comparison: expected float32, int32 or int64 for input 0, found bool"),
    Problem(
      Comparison(.less), [i32([2]), i64([2])],
      "comparison: expected inputs of one type, found int32 and int64"),
    Problem(
      Comparison(.less), [i32([2]), i32([3])],
      "comparison: expected shapes that broadcast, found [2] and [3]"),
    Problem(Logical(.and), [flag([2, 1]), flag([3])], "bool[2, 3]"),
    Problem(
      Logical(.or), [flag([2]), i32([2])], "logical: expected bool for input 1, found int32"),
    Problem(Not(), [f32([2])], "not: expected bool for input 0, found float32"),
    Problem(Where(), [flag([3, 1]), i64([4]), i64([])], "int64[3, 4]"),
    Problem(
      Where(), [i32([3]), i64([3]), i64([3])], "where: expected bool for input 0, found int32"),
    Problem(
      Where(), [flag([3]), i64([3]), f32([3])],
      "where: expected inputs of one type, found int64 and float32"),
    Problem(Gather(axis: -1), [flag([2, 3]), i32([4, 5])], "bool[2, 4, 5]"),
    Problem(Gather(axis: 0), [f32([2, 3]), i64([])], "float32[3]"),
    Problem(
      Gather(axis: 2), [f32([2, 3]), i64([])], "gather: expected an axis of [2, 3], found 2"),
    Problem(
      Gather(axis: 0), [f32([0, 3]), i64([1])],
      "gather: expected elements along axis 0, found [0, 3]"),
    Problem(
      Gather(), [f32([2]), f32([1])], "gather: expected int32 or int64 for input 1, found float32"),
    Problem(ArgReduce(.max, axis: 1), [i32([2, 3])], "int64[2, 1]"),
    Problem(ArgReduce(.min, axis: -2, keepsAxis: false), [f32([2, 3])], "int64[3]"),
    Problem(
      ArgReduce(.max, axis: 0), [f32([0])],
      "arg_reduce: expected elements along axis 0, found [0]"),
    Problem(TopK(2, axis: 0), [i32([3, 4])], "int32[2, 4] int64[2, 4]"),
    Problem(
      TopK(5, axis: 0), [i32([3, 4])],
      "top_k: expected k from 0 to 3, the extent of axis 0, found 5"),
    Problem(Binary(.mod), [i32([3]), i32([])], "int32[3]"),
    Problem(Binary(.pow), [i32([3]), f32([])], "int32[3]"),
    Problem(Binary(.pow), [f32([3]), i64([])], "float32[3]"),
    Problem(Binary(.mod), [f32([3]), f32([])], "float32[3]"),
    Problem(
      Binary(.add), [i32([3]), f32([])],
      "binary: expected inputs of one type, found int32 and float32"),
    Problem(
      Binary(.add, activation: .relu), [i32([3]), i32([])],
      "binary: expected float32 before relu, found int32"),
    Problem(Unary(.absolute), [i64([3])], "int64[3]"),
    Problem(Unary(.exp), [i64([3])], "unary: expected float32 for input 0, found int64"),
    Problem(Concat(axis: 0), [flag([3]), flag([1])], "bool[4]"),
    Problem(
      Concat(axis: 0), [flag([3]), i32([1])],
      "concat: expected inputs of one type, found bool and int32"),
    Problem(Slice([]), [i64([3])], "int64[3]"),
    Problem(Transpose([1, 0]), [i64([3, 1])], "int64[1, 3]"),
    Problem(Flatten(), [i64([3, 2, 1])], "int64[3, 2]"),
    Problem(Reshape([-1]), [flag([3, 2])], "bool[6]"),
    Problem(Pad(before: [1], after: [0]), [i32([3])], "int32[4]"),
    Problem(Identity(), [flag([3])], "bool[3]"),
    Problem(
      Dense(), [i32([1, 1]), i32([1, 1])], "dense: expected float32 for input 0, found int32"),
  ]

  /// The problems that are refused.
  static var refusals: [Problem] { problems.filter { $0.wanted.contains(": expected") } }

  @Test("Types are inferred, or refused", arguments: problems)
  func infers(problem: Problem) {
    do throws(InceptError) {
      let types = try problem.op.inferOutputs(problem.inputs)
      #expect(types.map(\.description).joined(separator: " ") == problem.wanted)
    } catch {
      #expect(error.description == problem.wanted)
    }
  }

  private func evaluate(_ op: any ReferenceEvaluable, _ inputs: [HostTensor]) throws -> [[Double]] {
    try op.evaluate(inputs.map { ReferenceTensor($0) }).map(\.values)
  }

  @Test("The remainder of floats is NumPy's: signed zeros and infinities too")
  func floatRemainder() throws {
    let x = HostTensor(shape: [8], floats: [5, -5, 5, -0.0, 6, 1, -1, .infinity])
    let y = HostTensor(shape: [8], floats: [3, 3, -3, 3, -3, .infinity, .infinity, 2])
    let found = try evaluate(Binary(.mod), [x, y])[0]
    #expect(found.prefix(7) == [2, 1, -1, 0, -0.0, 1, .infinity])
    #expect(found[3].sign == .plus && found[4].sign == .minus && found[7].isNaN)
  }

  @Test("Arithmetic of integers is NumPy's where that has a result")
  func arithmetic() throws {
    // np.array([7, -7, 7, -7]) with np.array([3, 3, -3, -3])
    let x = HostTensor(shape: [4], int64s: [7, -7, 7, -7])
    let y = HostTensor(shape: [4], int64s: [3, 3, -3, -3])
    #expect(try evaluate(Binary(.div), [x, y]) == [[2, -2, -2, 2]])
    #expect(try evaluate(Binary(.mod), [x, y]) == [[1, 2, -2, -1]])
    #expect(try evaluate(Binary(.fmod), [x, y]) == [[1, -1, 1, -1]])
    #expect(try evaluate(Binary(.pow), [x, HostTensor(shape: [], int64s: [3])])[0][1] == -343)
    #expect(try evaluate(Binary(.pow), [x, HostTensor(shape: [], floats: [0.5])])[0][0] == 2)
    let narrow = HostTensor(shape: [2], int32s: [.max, .min])
    #expect(
      try evaluate(Binary(.add), [narrow, narrow]) == [[-2, 0]])
    #expect(try evaluate(Unary(.negate), [narrow]) == [[-2_147_483_647, -2_147_483_648]])
  }

  @Test("ONNX's examples of ArgMax, ArgMin, TopK, Gather and Cast")
  func examples() throws {
    let data = HostTensor(shape: [2, 2], floats: [2, 2, 3, 10])
    #expect(try evaluate(ArgReduce(.max, axis: 1), [data]) == [[0, 1]])
    #expect(try evaluate(ArgReduce(.max, axis: 1, selectsLast: true), [data]) == [[1, 1]])
    #expect(try evaluate(ArgReduce(.min, axis: 0), [data]) == [[0, 0]])
    let rows = HostTensor(shape: [3, 4], floats: [0, 1, 2, 3, 4, 5, 6, 7, 11, 10, 9, 8])
    #expect(
      try evaluate(TopK(3, axis: 1), [rows])
        == [[3, 2, 1, 7, 6, 5, 11, 10, 9], [3, 2, 1, 3, 2, 1, 0, 1, 2]])
    #expect(
      try evaluate(TopK(2, axis: 1, largest: false), [rows])
        == [[0, 1, 4, 5, 8, 9], [0, 1, 0, 1, 3, 2]])
    let table = HostTensor(shape: [3, 2], floats: [1, 1.2, 2.3, 3.4, 4.5, 5.7])
    let indices = HostTensor(shape: [2, 2], int64s: [0, 1, 1, -1])
    let taken = try evaluate(Gather(axis: 0), [table, indices])[0].map(Float.init)
    #expect(taken == [1, 1.2, 2.3, 3.4, 2.3, 3.4, 4.5, 5.7])
    let numbers = HostTensor(shape: [4], floats: [-1.5, 0, 0.4, .nan])
    #expect(try evaluate(Cast(to: .bool), [numbers]) == [[1, 0, 1, 1]])
    #expect(try evaluate(Cast(to: .int64), [numbers]) == [[-1, 0, 0, 0]])
    let odd = HostTensor(shape: [1], int64s: [16_777_217])
    #expect(try evaluate(Cast(to: .float32), [odd]) == [[16_777_216]])
  }

  @Test("An index out of range is an error of the reference")
  func range() throws {
    let error = #expect(throws: InceptError.self) {
      try evaluate(
        Gather(), [HostTensor(shape: [3], floats: [1, 2, 3]), HostTensor(shape: [], int64s: [3])])
    }
    #expect(error?.description == "gather: expected indices from -3 to 2, found 3")
  }
}
