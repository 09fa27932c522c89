import ProtobufMessages
import TensorCore

/// The numbers by which ONNX names element types.
enum ONNXElementType {
  /// The element type of a number; nil where there is no counterpart.
  static func elementType(_ number: Int32) -> ElementType? {
    switch Onnx_TensorProto.DataType(rawValue: Int(number)) {
    case .float: .float32
    case .double: .float64
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int8: .int8
    case .int16: .int16
    case .int32: .int32
    case .int64: .int64
    case .uint8: .uint8
    case .bool: .bool
    default: nil
    }
  }

  /// The types that there are counterparts for.
  static let supported = "float, double, float16, bfloat16, int8 to int64, uint8, bool"

  /// What errors call a type.
  static func name(_ number: Int32) -> String {
    guard let type = Onnx_TensorProto.DataType(rawValue: Int(number)) else {
      return "type \(number)"
    }
    return "\(type)"
  }
}
