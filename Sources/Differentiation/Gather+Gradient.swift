import GraphIR
import Operators
import TensorCore

extension Gather: Differentiable {
  /// Every taken slice is added to where it came from: a product with the matrix that has a one for each index. Its size is
  /// the number of indices times the axis' extent, which is meant for small tables.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    let data = builder.shape(node.inputs[0])
    guard let upstream = upstream[0], let axis = data.normalizedAxis(axis),
      builder.shape(upstream).elementCount > 0
    else { return [nil, nil] }
    let count = builder.shape(node.inputs[1]).elementCount
    let indices = try builder.reshape(node.inputs[1], to: [count])
    let matrix = try builder.oneHot(indices, extent: data[axis])
    let outer = Array(data.dimensions[..<axis])
    let inner = Array(data.dimensions[(axis + 1)...])
    let slices = try builder.reshape(upstream, to: Shape(outer + [count] + inner))
    let sum = try builder.transform(slices, axis: axis, by: try builder.transposeLast(matrix))
    return [try builder.reshape(sum, to: data), nil]
  }
}

extension TopK: Differentiable {
  /// Every value goes back to where it was found.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] {
    let shape = builder.shape(node.inputs[0])
    guard let upstream = upstream[0], let axis = shape.normalizedAxis(axis), k > 0 else {
      return [nil]
    }
    let last = shape.rank - 1
    var permutation = Array(0..<shape.rank)
    permutation.swapAt(axis, last)
    let found = try builder.transpose(ValueID(node.id, output: 1), permutation)
    let values = try builder.transpose(upstream, permutation)
    let rows = builder.shape(values).dimensions
    let places = try builder.oneHot(found, extent: shape[axis])
    let products = try builder.mul(
      places, try builder.reshape(values, to: Shape(rows + [1])))
    let sum = try builder.sum(products, axes: [rows.count - 1], keepsAxes: false)
    return [try builder.transpose(sum, permutation)]
  }
}

extension Hardmax: Differentiable {
  /// None: a step.
  package func gradients(
    of node: Node, upstream: [ValueID?], wanted: [Bool], in builder: inout GradientBuilder
  ) throws(InceptError) -> [ValueID?] { [nil] }
}

extension GradientBuilder {
  /// For every index a row of `extent` numbers behind the indices' axes: 1 where it points, 0 elsewhere. Negative indices
  /// count from the end, those out of range mean the nearest that is not.
  fileprivate mutating func oneHot(_ indices: ValueID, extent: Int) throws(InceptError) -> ValueID {
    let type = graph.type(of: indices).elementType
    func integers(_ values: [Int]) -> Constant {
      let shape: Shape = values.count == 1 ? [] : [values.count]
      return Constant(
        HostTensor(shape: shape, elementType: type, doubles: values.map(Double.init)))
    }
    let size = try add(integers([extent]), [], "extent")
    let zero = try add(integers([0]), [], "zero")
    let largest = try add(integers([extent - 1]), [], "largest")
    let isNegative = try add(Comparison(.less), [indices, zero])
    let forwards = try add(Where(), [isNegative, try add(indices, size), indices])
    let place = try binary(.min, try binary(.max, forwards, zero), largest)
    let numbers = try add(integers(Array(0..<extent)), [], "numbers")
    let column = try reshape(place, to: Shape(shape(place).dimensions + [1]))
    return try mask(.equal, column, numbers)
  }
}
