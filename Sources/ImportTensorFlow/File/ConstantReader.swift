import Foundation
import GraphIR
import ProtobufMessages
import TensorCore
import WireFormats

/// Values of constants, in all the forms in which a TensorProto has them: raw bytes, or a list whose last element
/// is repeated. (tensorflow/core/framework/tensor.proto and tensor.cc, `Tensor::FromProto`.)
struct ConstantReader {
  /// Elements that may be made of repeated values, and elements of whole numbers, altogether.
  static let madeLimit = 1 << 24

  private let file: GraphDefFile
  private var made = 0

  /// Reads constants of `file`.
  init(_ file: GraphDefFile) { self.file = file }

  /// A constant's value.
  enum Content {
    case floats(HostTensor)
    case integers(IntegerTensor)
  }

  /// Decodes one constant.
  mutating func read(_ proto: Tensorflow_TensorProto) throws(ImportFailure) -> Content {
    let shape = try Self.shape(proto.tensorShape)
    guard let type = proto.dtype.elementType else {
      throw .refused("its values are \(proto.dtype.name), not numbers Incept computes with")
    }
    guard let count = shape.checkedElementCount else {
      throw .refused("its shape \(shape) is beyond any memory")
    }
    if !proto.tensorContent.isEmpty {
      guard let range = file.outline.content(proto.tensorContent)?.bytes else {
        throw .refused("its contents are damaged")
      }
      let (bytes, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
      guard !overflow, bytes == range.count else {
        throw .refused("it has \(range.count) bytes for \(type.rawValue)\(shape)")
      }
      let tensor = HostTensor(
        elementType: type, shape: shape, storage: file.storage, byteOffset: range.lowerBound)
      return type.isFloatingPoint
        ? .floats(tensor) : .integers(IntegerTensor(shape, try integers(of: tensor)))
    }
    try charge(count)
    if type.isFloatingPoint {
      return .floats(HostTensor(shape: shape, floats: Self.repeated(Self.floats(proto), count, 0)))
    }
    return .integers(IntegerTensor(shape, Self.repeated(Self.integers(proto), count, 0)))
  }

  private mutating func charge(_ count: Int) throws(ImportFailure) {
    let (sum, overflow) = made.addingReportingOverflow(count)
    guard !overflow, sum <= Self.madeLimit else {
      throw .refused("it repeats a value \(count) times")
    }
    made = sum
  }

  private mutating func integers(of tensor: HostTensor) throws(ImportFailure) -> [Int] {
    try charge(tensor.elementCount)
    return tensor.withUnsafeBytes { bytes in
      (0..<tensor.elementCount).map { index in
        switch tensor.elementType {
        case .int64: Int(bytes.loadUnaligned(fromByteOffset: index * 8, as: Int64.self))
        case .int32: Int(bytes.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
        case .int16: Int(bytes.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
        case .int8: Int(bytes.loadUnaligned(fromByteOffset: index, as: Int8.self))
        default: Int(bytes[index])
        }
      }
    }
  }

  private static func floats(_ proto: Tensorflow_TensorProto) -> [Float] {
    switch proto.dtype {
    case .dtDouble: proto.doubleVal.map { Float($0) }
    case .dtHalf: proto.halfVal.map { Float(halfBits: UInt16(truncatingIfNeeded: $0)) }
    case .dtBfloat16:
      proto.halfVal.map { Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: $0)) << 16) }
    default: proto.floatVal
    }
  }

  private static func integers(_ proto: Tensorflow_TensorProto) -> [Int] {
    switch proto.dtype {
    case .dtInt64: proto.int64Val.map { Int($0) }
    case .dtBool: proto.boolVal.map { $0 ? 1 : 0 }
    default: proto.intVal.map { Int($0) }
    }
  }

  /// The first `count` of `values`, the last one repeated where there are fewer.
  private static func repeated<Element>(
    _ values: [Element], _ count: Int, _ zero: Element
  ) -> [Element] {
    if values.count >= count { return Array(values.prefix(count)) }
    return values + repeatElement(values.last ?? zero, count: count - values.count)
  }

  private static func shape(_ proto: Tensorflow_TensorShapeProto) throws(ImportFailure) -> Shape {
    guard !proto.unknownRank, proto.dim.count <= FlatNode.rankLimit,
      proto.dim.allSatisfy({ $0.size >= 0 })
    else { throw .refused("its shape is open or has too many axes") }
    return Shape(proto.dim.map { Int($0.size) })
  }
}

extension Tensorflow_DataType {
  /// The type of stored elements; nil for what isn't a number, or of a width that networks don't use.
  var elementType: ElementType? {
    switch self {
    case .dtFloat: .float32
    case .dtDouble: .float64
    case .dtHalf: .float16
    case .dtBfloat16: .bfloat16
    case .dtInt8: .int8
    case .dtInt16: .int16
    case .dtInt32: .int32
    case .dtInt64: .int64
    case .dtUint8: .uint8
    case .dtBool: .bool
    default: nil
    }
  }

  /// What errors call the type.
  var name: String { elementType?.rawValue ?? (self == .dtString ? "string" : "type \(rawValue)") }
}
