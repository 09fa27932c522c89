import TensorCore

extension ElementType {
  /// The type of a value's elements in kernels; bools are ints, 0 or 1.
  package var openCLName: String {
    switch self {
    case .int32, .bool: "int"
    case .int64: "long"
    default: "float"
    }
  }
}
