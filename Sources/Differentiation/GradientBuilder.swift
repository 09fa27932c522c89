import GraphIR
import Operators
import TensorCore

/// A graph to which rules add the nodes of a gradient, named `gradient/<node>/<what>`.
package struct GradientBuilder {
  /// The graph so far.
  package private(set) var graph: Graph
  /// The node whose gradient is added.
  private var node = ""
  /// Parts of gradients by values that were cut out of larger ones, by the larger one.
  private var pieces: [ValueID: [Piece]] = [:]

  /// The gradient by a part of a value: a run of elements along one axis.
  struct Piece {
    let axis: Int
    let start: Int
    let count: Int
    let gradient: ValueID
  }

  /// Adds to `graph`.
  init(_ graph: Graph) { self.graph = graph }

  /// Names what is added from now on after a node.
  mutating func enter(_ name: String) { node = name }

  /// The parts noted of `value`, which are forgotten; nil where there are none.
  mutating func takePieces(of value: ValueID) -> [Piece]? { pieces.removeValue(forKey: value) }

  /// Notes the gradient by a part of `value`, to be joined with other parts.
  mutating func note(_ piece: Piece, of value: ValueID) { pieces[value, default: []].append(piece) }

  // MARK: Nodes

  /// Adds a node and returns its first value.
  package mutating func add(_ op: any Operator, _ inputs: [ValueID], _ what: String? = nil)
    throws(InceptError) -> ValueID
  {
    let name = graph.freeName("gradient/\(node)/\(what ?? op.mnemonic)")
    return try graph.add(op, inputs, name: name)
  }

  /// The shape of a value.
  package func shape(_ value: ValueID) -> Shape { graph.type(of: value).shape }

  /// A constant with one element everywhere.
  package mutating func filled(_ shape: Shape, with value: Float) throws(InceptError) -> ValueID {
    try add(Constant(HostTensor.filled(shape, with: value)), [], "constant")
  }

  /// A constant of the given elements, in C order.
  package mutating func constant(_ shape: Shape, _ values: [Float]) throws(InceptError) -> ValueID {
    try add(Constant(HostTensor(shape: shape, floats: values)), [], "constant")
  }

  /// A scalar.
  package mutating func scalar(_ value: Float) throws(InceptError) -> ValueID {
    try filled([], with: value)
  }

  // MARK: Arithmetic

  /// A function of two values, broadcast as NumPy does.
  package mutating func binary(_ function: BinaryFunction, _ left: ValueID, _ right: ValueID)
    throws(InceptError) -> ValueID
  {
    try add(Binary(function), [left, right])
  }

  /// Sum.
  package mutating func add(_ left: ValueID, _ right: ValueID) throws(InceptError) -> ValueID {
    try binary(.add, left, right)
  }

  /// Difference.
  package mutating func sub(_ left: ValueID, _ right: ValueID) throws(InceptError) -> ValueID {
    try binary(.sub, left, right)
  }

  /// Product.
  package mutating func mul(_ left: ValueID, _ right: ValueID) throws(InceptError) -> ValueID {
    try binary(.mul, left, right)
  }

  /// Quotient.
  package mutating func div(_ left: ValueID, _ right: ValueID) throws(InceptError) -> ValueID {
    try binary(.div, left, right)
  }

  /// Product with a number.
  package mutating func scale(_ value: ValueID, by factor: Float) throws(InceptError) -> ValueID {
    factor == 1 ? value : try mul(value, try scalar(factor))
  }

  /// A function of one value.
  package mutating func unary(_ function: UnaryFunction, _ value: ValueID) throws(InceptError)
    -> ValueID
  {
    try add(Unary(function), [value])
  }

  /// 1 where a question about two values is true, else 0.
  package mutating func mask(
    _ function: ComparisonFunction, _ left: ValueID, _ right: ValueID
  ) throws(InceptError) -> ValueID {
    try add(Cast(to: .float32), [try add(Comparison(function), [left, right])])
  }

  /// The value, 1 where it is 0: a divisor of what is 0 there as well.
  package mutating func nonzero(_ value: ValueID) throws(InceptError) -> ValueID {
    try add(value, try mask(.equal, value, try scalar(0)))
  }

  // MARK: Shapes

  /// The same elements under another shape.
  package mutating func reshape(_ value: ValueID, to shape: Shape) throws(InceptError) -> ValueID {
    if self.shape(value) == shape { return value }
    // A reshape's extent of 0 means the input's.
    guard shape.elementCount > 0 else { return try filled(shape, with: 0) }
    return try add(Reshape(shape.dimensions), [value])
  }

  /// The sum along some axes.
  package mutating func sum(_ value: ValueID, axes: [Int], keepsAxes: Bool = true)
    throws(InceptError) -> ValueID
  {
    axes.isEmpty ? value : try add(Reduce(.sum, axes: axes, keepsAxes: keepsAxes), [value])
  }

  /// The sum over everything along which a value of `shape` was repeated to give this one: undoes broadcasting.
  package mutating func sum(_ value: ValueID, to shape: Shape) throws(InceptError) -> ValueID {
    let from = self.shape(value)
    if from == shape { return value }
    let missing = from.rank - shape.rank
    let axes = (0..<from.rank).filter { axis in
      axis < missing || shape[axis - missing] == 1 && from[axis] != 1
    }
    return try reshape(try sum(value, axes: axes), to: shape)
  }

  /// The value repeated to `shape`.
  package mutating func expand(_ value: ValueID, to shape: Shape) throws(InceptError) -> ValueID {
    self.shape(value) == shape ? value : try add(Expand(shape), [value])
  }

  /// The axes in another order.
  package mutating func transpose(_ value: ValueID, _ permutation: [Int]) throws(InceptError)
    -> ValueID
  {
    try add(Transpose(permutation), [value])
  }

  /// The last two axes exchanged.
  package mutating func transposeLast(_ value: ValueID) throws(InceptError) -> ValueID {
    let rank = shape(value).rank
    return try transpose(value, Array(0..<rank - 2) + [rank - 1, rank - 2])
  }

  /// A range along one axis.
  package mutating func slice(_ value: ValueID, axis: Int, start: Int, count: Int)
    throws(InceptError) -> ValueID
  {
    if start == 0, count == shape(value)[axis] { return value }
    return try add(Slice([Slice.Range(axis: axis, start: start, end: start + count)]), [value])
  }

  /// Zeros around the value, or a part of it where numbers are negative.
  package mutating func pad(_ value: ValueID, before: [Int], after: [Int]) throws(InceptError)
    -> ValueID
  {
    if (before + after).allSatisfy({ $0 == 0 }) { return value }
    return try add(Pad(before: before, after: after), [value])
  }

  /// A matrix times every vector along an axis: `matrix [M, K]`, with K the axis' extent, which becomes M.
  package mutating func transform(_ value: ValueID, axis: Int, by matrix: ValueID)
    throws(InceptError) -> ValueID
  {
    let from = shape(value).dimensions
    let outer = from[..<axis].reduce(1, *)
    let inner = from[(axis + 1)...].reduce(1, *)
    let rows = shape(matrix)[0]
    let target = Shape(Array(from[..<axis]) + [rows] + Array(from[(axis + 1)...]))
    if inner == 1 {
      let vectors = try reshape(value, to: [outer, from[axis]])
      return try reshape(
        try add(MatMul(), [vectors, try transposeLast(matrix)]), to: target)
    }
    let matrices = try reshape(value, to: [outer, from[axis], inner])
    let batch = try reshape(matrix, to: [1, rows, from[axis]])
    return try reshape(try add(MatMul(), [batch, matrices]), to: target)
  }
}
