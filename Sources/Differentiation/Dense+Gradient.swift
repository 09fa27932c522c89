import GraphIR
import Operators
import TensorCore

extension Dense: FusedActivation {
  func withoutActivation() -> any Operator { Dense() }
}

extension Dense: Differentiable {
  /// Products with the transposed operand; by the bias a sum over all rows.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0] else { return node.inputs.map { _ in nil } }
    let rank = builder.shape(upstream).rank
    var gradients = [ValueID?](repeating: nil, count: node.inputs.count)
    if wanted[0] {
      gradients[0] = try builder.productWithTransposed(upstream, node.inputs[1], "input")
    }
    if wanted[1] {
      gradients[1] = try builder.productOfRows(node.inputs[0], upstream)
    }
    if node.inputs.count == 3, wanted[2] {
      gradients[2] =
        rank == 1
        ? upstream
        : try builder.add(
          Reduce(.sum, axes: Array(0..<rank - 1), keepsAxes: false), [upstream], "bias")
    }
    return gradients
  }
}

extension GradientBuilder {
  /// `xᵀ · dy` of matrices whose rows are all but the last axis, the gradient by the weights of a dense layer: of a convolution
  /// of one tap over images of one pixel, which needs no transposed copies.
  mutating func productOfRows(_ x: ValueID, _ dy: ValueID) throws(InceptError) -> ValueID {
    let (features, outputs) = (shape(x).dimensions.last ?? 1, shape(dy).dimensions.last ?? 1)
    let rows = shape(x).dimensions.dropLast().reduce(1, *)
    let weights = try add(
      Conv2DWeightGradient(kernel: .one),
      [
        try reshape(x, to: [rows, 1, 1, features]), try reshape(dy, to: [rows, 1, 1, outputs]),
      ], "weights")
    return try reshape(weights, to: [features, outputs])
  }

  /// `dy · weightsᵀ`, the gradient by the input of a dense layer with `weights [K, M]`, in the same way.
  mutating func productWithTransposed(_ dy: ValueID, _ weights: ValueID, _ what: String)
    throws(InceptError) -> ValueID
  {
    let (rank, matrix) = (shape(dy).rank, shape(weights))
    let rows = shape(dy).dimensions.dropLast().reduce(1, *)
    let product = try add(
      Conv2DImageGradient(image: .one),
      [
        try reshape(dy, to: [rows, 1, 1, matrix[1]]),
        try reshape(weights, to: [1, 1, matrix[0], matrix[1]]),
      ], what)
    return try reshape(
      product, to: Shape(shape(dy).dimensions.prefix(rank - 1) + [matrix[0]]))
  }
}

extension MatMul: Differentiable {
  /// Products with the other operand transposed, summed over the axes that it was broadcast along.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    guard let upstream = upstream[0] else { return [nil, nil] }
    let (a, b) = (node.inputs[0], node.inputs[1])
    var gradients: [ValueID?] = [nil, nil]
    if wanted[0] {
      if builder.shape(b).rank == 2 {
        gradients[0] = try builder.productWithTransposed(upstream, b, "left")
      } else {
        let product = try builder.add(
          MatMul(), [upstream, try builder.transposeLast(b)], "left")
        gradients[0] = try builder.sum(product, to: builder.shape(a))
      }
    }
    if wanted[1] {
      if builder.shape(b).rank == 2 {
        gradients[1] = try builder.productOfRows(a, upstream)
      } else {
        let product = try builder.add(MatMul(), [try builder.transposeLast(a), upstream], "right")
        gradients[1] = try builder.sum(product, to: builder.shape(b))
      }
    }
    return gradients
  }
}
