import TensorCore

/// Whole numbers that are known while the graph is imported: shapes, axes and what is computed of them.
struct IntegerTensor: Sendable {
  /// Extents.
  let shape: Shape
  /// The elements in C order.
  let values: [Int]
  /// Which elements depend on an extent of an input that the file leaves open.
  let isOpen: [Bool]

  /// Elements that are the same whatever is fed.
  init(_ shape: Shape, _ values: [Int]) {
    self.init(shape, values, isOpen: Array(repeating: false, count: values.count))
  }

  /// As many elements as `shape` has.
  init(_ shape: Shape, _ values: [Int], isOpen: [Bool]) {
    precondition(
      values.count == shape.elementCount && isOpen.count == values.count, "IntegerTensor: count")
    self.shape = shape
    self.values = values
    self.isOpen = isOpen
  }

  /// The same elements under another shape of as many.
  func reshaped(_ shape: Shape) -> IntegerTensor { IntegerTensor(shape, values, isOpen: isOpen) }

  /// Some of the elements.
  func selecting(_ indices: [Int], shape: Shape) -> IntegerTensor {
    IntegerTensor(shape, indices.map { values[$0] }, isOpen: indices.map { isOpen[$0] })
  }
}
