import TensorCore

extension Shape {
  /// Number of elements of a shape that a file claims, or nil where it, or a stride over any of its axes, does
  /// not fit `Int` (axes beside an empty one count as well).
  var safeElementCount: Int? {
    guard Shape(dimensions.map { $0 == 0 ? 1 : $0 }).isValid else { return nil }
    return checkedElementCount
  }
}
