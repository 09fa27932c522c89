import Foundation
import GraphIR
import Operators
import Reference
import TensorCore
import TestSupport
import Testing

/// One problem of `Fixtures/typed_operators.json`, which `tools/fixtures/make_typed_cases.py` writes.
struct TypedOperatorCase: Decodable, CustomStringConvertible {
  struct Tensor: Decodable {
    let type: ElementType
    let shape: [Int]
    let values: [Double]

    var reference: ReferenceTensor {
      ReferenceTensor(shape: Shape(shape), values: values, elementType: type)
    }
  }
  private struct File: Decodable { let cases: [TypedOperatorCase] }

  let name: String
  let op: String
  let ints: [String: [Int]]
  let texts: [String: String]
  let inputs: [Tensor]
  let outputs: [Tensor]

  var description: String { "\(op) \(name)" }

  static func all() throws -> [TypedOperatorCase] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "Fixtures/typed_operators.json")
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).cases
  }

  /// The operator that the case describes; nil where it describes none.
  var makeOperator: (any ReferenceEvaluable)? {
    let function = texts["function"] ?? ""
    let axis = ints["axis"]?.first ?? 0
    func flag(_ key: String) -> Bool { ints[key] == [1] }
    switch op {
    case "cast": return texts["to"].flatMap(ElementType.init(rawValue:)).map { Cast(to: $0) }
    case "comparison": return ComparisonFunction(rawValue: function).map { Comparison($0) }
    case "logical": return LogicalFunction(rawValue: function).map { Logical($0) }
    case "not": return Not()
    case "where": return Where()
    case "binary": return BinaryFunction(rawValue: function).map { Binary($0) }
    case "gather": return Gather(axis: axis)
    case "arg_reduce":
      return ArgReduce.Kind(rawValue: texts["kind"] ?? "").map {
        ArgReduce($0, axis: axis, keepsAxis: flag("keep"), selectsLast: flag("last"))
      }
    case "top_k": return TopK(ints["k"]?.first ?? 0, axis: axis, largest: flag("largest"))
    default: return nil
    }
  }
}

@Suite("Agreement with NumPy on integers and bools")
struct TypedAgreementTests {
  @Test("The reference computes what NumPy computes", arguments: try TypedOperatorCase.all())
  func agrees(problem: TypedOperatorCase) throws {
    let op = try #require(problem.makeOperator)
    let outputs = try op.evaluate(problem.inputs.map(\.reference))
    #expect(outputs == problem.outputs.map(\.reference), "\(problem)")
  }
}
