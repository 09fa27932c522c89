import GraphIR
import Operators
import TensorCore

extension Reshape: Differentiable {
  /// The input's shape again.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0] else { return [nil] }
    return [try builder.reshape(upstream, to: builder.shape(node.inputs[0]))]
  }
}

extension Flatten: Differentiable {
  /// The input's shape again.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0] else { return [nil] }
    return [try builder.reshape(upstream, to: builder.shape(node.inputs[0]))]
  }
}

extension Transpose: Differentiable {
  /// The axes back in their order.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0] else { return [nil] }
    let inverse = permutation.indices.map { permutation.firstIndex(of: $0) ?? 0 }
    return [try builder.transpose(upstream, inverse)]
  }
}

extension Identity: Differentiable {
  /// What comes.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] { upstream }
}

extension Dropout: Differentiable {
  /// What comes: the operator is dropout in use, which changes nothing.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] { upstream }
}

extension Cast: Differentiable {
  /// What comes, from float32 to float32; nothing else has a gradient.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    [builder.graph.type(of: node.inputs[0]).elementType == .float32 ? upstream[0] : nil]
  }
}
