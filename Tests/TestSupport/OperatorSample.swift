import GraphIR
import OpenCLBackend
import Operators
import TensorCore

/// A problem for one operator: what any backend must solve as the reference does.
package struct OperatorSample: Sendable, CustomStringConvertible {
  /// One operand.
  package struct Operand: Sendable {
    /// Extents.
    package let shape: Shape
    /// Whether the value is known when the graph is built, rather than fed.
    package let isConstant: Bool
    /// Where its random elements lie.
    package let range: ClosedRange<Float>
    /// Type of the elements.
    package let type: ElementType

    /// A tensor fed at run time.
    package static func fed(
      _ shape: Shape, in range: ClosedRange<Float> = -1...1, _ type: ElementType = .float32
    ) -> Operand {
      Operand(shape: shape, isConstant: false, range: range, type: type)
    }

    /// A constant.
    package static func constant(
      _ shape: Shape, in range: ClosedRange<Float> = -1...1, _ type: ElementType = .float32
    ) -> Operand {
      Operand(shape: shape, isConstant: true, range: range, type: type)
    }
  }

  /// Unique: the operator's mnemonic and what is special.
  package let name: String
  /// The operator.
  package let op: any Operator
  /// What it reads.
  package let operands: [Operand]
  /// How near a float32 backend must come.
  package let tolerance: Tolerance

  /// Describes a problem; `detail` tells it from the operator's others.
  package init(
    _ detail: String, _ op: any Operator, _ operands: [Operand], tolerance: Tolerance
  ) {
    name = "\(type(of: op).mnemonic) \(detail)"
    self.op = op
    self.operands = operands
    self.tolerance = tolerance
  }

  /// Whether all values are float32, which float16 can stand for.
  package var isFloat: Bool {
    guard operands.allSatisfy({ $0.type == .float32 }), let (graph, _) = try? graph() else {
      return false
    }
    return graph.outputs.allSatisfy { graph.type(of: $0.value).elementType == .float32 }
  }

  /// The name, so that failing tests say it.
  package var description: String { name }

  /// The problem as a graph of one computing node `node`, whose outputs are the results `output0`, `output1`, …,
  /// and feeds for its inputs `input0`, …. The elements depend on ``name`` only; `precision` rounds them, so that
  /// a backend that stores them so and the reference compute with the same numbers.
  package func graph(in precision: Precision = .fp32) throws(InceptError) -> (
    graph: Graph, feeds: [String: HostTensor]
  ) {
    var random = RandomSource(name: name)
    var graph = Graph(name: name)
    var feeds: [String: HostTensor] = [:]
    var values: [ValueID] = []
    for (index, operand) in operands.enumerated() {
      let tensor = random.tensor(operand.shape, in: operand.range, operand.type)
        .rounded(to: precision)
      if operand.isConstant {
        values.append(try graph.add(Constant(tensor), name: "constant\(index)"))
      } else {
        let input = "input\(index)"
        values.append(try graph.add(Input(TensorType(operand.shape, operand.type)), name: input))
        feeds[input] = tensor
      }
    }
    let node = try graph.add(op, values, name: "node").node
    for index in graph[node].outputs.indices {
      graph.outputs.append(
        GraphOutput(name: "output\(index)", value: ValueID(node, output: index)))
    }
    return (graph, feeds)
  }
}

extension HostTensor {
  /// The elements rounded to what a precision stores.
  package func rounded(to precision: Precision) -> HostTensor {
    guard precision == .fp16, elementType == .float32 else { return self }
    return HostTensor(
      shape: shape, floats: floats().map { Float(halfBits: UInt16(halfBitsOf: $0)) })
  }
}

/// All problems for all operators.
package enum OperatorSamples {
  /// Every sample, by operator in the catalog's order.
  package static let all: [OperatorSample] =
    conv2D + convTranspose2D + biasAdd + batchNormalization + unary + binary + concat + pool2D
    + lpPool2D + globalPool + dense + matMul + softmax + hardmax + lrn + meanVarianceNormalization
    + lpNormalization + reduce + pad + expand + tile + resize + reshape + flatten + transpose
    + slice + identity + dropout + constant + cast + comparison + logical + not + selection + gather
    + argReduce + topK + conv2DWeightGradient + conv2DImageGradient + pool2DGradient
    + unaryGradient + softmaxCrossEntropy + softmaxCrossEntropyGradient
    + optimisers + randomUniform + typedArithmetic + typedMovement + typedRepetition

  /// The samples of one operator.
  package static func samples(of type: any Operator.Type) -> [OperatorSample] {
    all.filter { $0.op.isInstance(of: type) }
  }
}

extension Operator {
  fileprivate func isInstance(of type: any Operator.Type) -> Bool {
    ObjectIdentifier(Self.self) == ObjectIdentifier(type)
  }
}
