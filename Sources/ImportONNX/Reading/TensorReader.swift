import Foundation
import ProtobufMessages
import Synchronization
import TensorCore
import WireFormats

/// Makes tensors of `TensorProto` messages; large ones view the mapped file or the external data beside it.
final class TensorReader: Sendable {
  /// Data of fewer bytes are copied: a view would cost more.
  private static let smallestView = 256

  private let file: MappedFile
  private let outline: ProtobufOutline
  private let storage: TensorStorage
  private let external: Mutex<ExternalData>

  /// A reader of tensors of the file that `outline` is of. External data lie in `folder`; nil refuses them.
  init(_ outline: ProtobufOutline, folder: String?) {
    self.outline = outline
    file = outline.file
    storage = file.tensorStorage
    external = Mutex(ExternalData(folder: folder))
  }

  /// The tensor of a message.
  ///
  /// - Throws: `.badData` for types without a counterpart, shapes that lie about the data, data that are not
  ///   there.
  func tensor(_ proto: Onnx_TensorProto, name: String) throws(InceptError) -> HostTensor {
    let subject = "tensor '\(name.printable())' of \(file.name)"
    do throws(InceptError) {
      return try read(proto)
    } catch {
      throw error.subject.isEmpty ? error.about(subject) : error
    }
  }

  private func read(_ proto: Onnx_TensorProto) throws(InceptError) -> HostTensor {
    guard let type = ONNXElementType.elementType(proto.dataType) else {
      throw failure(
        "expected a type among \(ONNXElementType.supported)",
        ONNXElementType.name(proto.dataType))
    }
    let shape = Shape(proto.dims.map { Int($0) })
    guard let count = Shape(shape.dimensions.map { $0 == 0 ? 1 : $0 }).checkedElementCount,
      shape.rank <= 32, shape.isValid, count <= 1 << 40
    else { throw failure("expected a shape within 2^40 elements", "\(shape)") }
    let byteCount = shape.elementCount * type.byteCount
    if proto.dataLocation == .external {
      let found = try external.withLock { (external) throws(InceptError) in
        try external.storage(proto.externalData, byteCount: byteCount)
      }
      return HostTensor(
        elementType: type, shape: shape, storage: found.storage, byteOffset: found.offset)
    }
    if proto.hasSegment { throw failure("expected a whole tensor", "one in segments") }
    if proto.hasRawData { return try stored(proto.rawData, byteCount, type, shape) }
    return try typed(proto, type, shape)
  }

  /// A tensor whose elements lie in the file as they are, where `token` says.
  private func stored(
    _ token: Data, _ byteCount: Int, _ type: ElementType, _ shape: Shape
  ) throws(InceptError) -> HostTensor {
    let content = outline.content(token)
    guard content?.field != ONNXSchema.floatData || type == .float32 else {
      throw failure("expected \(type.rawValue) data", "float_data")
    }
    let bytes = content?.bytes ?? 0..<0
    try require(byteCount, of: type, shape, found: bytes.count)
    guard bytes.count < Self.smallestView else {
      return HostTensor(
        elementType: type, shape: shape, storage: storage, byteOffset: bytes.lowerBound)
    }
    let data = UnsafeRawBufferPointer(rebasing: file.bytes[bytes])
    return HostTensor(
      elementType: type, shape: shape,
      storage: TensorStorage(byteCount: byteCount) { $0.copyMemory(from: data) })
  }

  /// A tensor whose elements are in one of the typed fields.
  private func typed(
    _ proto: Onnx_TensorProto, _ type: ElementType, _ shape: Shape
  ) throws(InceptError) -> HostTensor {
    switch type {
    case .float32: try make(proto.floatData, type, shape) { $0 }
    case .float64: try make(proto.doubleData, type, shape) { $0 }
    case .int64: try make(proto.int64Data, type, shape) { $0 }
    case .int32: try make(proto.int32Data, type, shape) { $0 }
    case .int16: try make(proto.int32Data, type, shape) { Int16(truncatingIfNeeded: $0) }
    case .int8: try make(proto.int32Data, type, shape) { Int8(truncatingIfNeeded: $0) }
    case .uint8: try make(proto.int32Data, type, shape) { UInt8(truncatingIfNeeded: $0) }
    case .bool: try make(proto.int32Data, type, shape) { UInt8($0 == 0 ? 0 : 1) }
    case .float16, .bfloat16:
      try make(proto.int32Data, type, shape) { UInt16(truncatingIfNeeded: $0) }
    }
  }

  private func make<Stored, Element: BitwiseCopyable>(
    _ values: [Stored], _ type: ElementType, _ shape: Shape, _ convert: (Stored) -> Element
  ) throws(InceptError) -> HostTensor {
    try require(
      shape.elementCount * type.byteCount, of: type, shape, found: values.count * type.byteCount)
    let storage = TensorStorage(byteCount: values.count * type.byteCount) { bytes in
      for (index, value) in values.enumerated() {
        bytes.storeBytes(
          of: convert(value), toByteOffset: index * type.byteCount, as: Element.self)
      }
    }
    return HostTensor(elementType: type, shape: shape, storage: storage)
  }

  private func require(
    _ byteCount: Int, of type: ElementType, _ shape: Shape, found: Int
  ) throws(InceptError) {
    guard byteCount == found else {
      throw failure(
        "expected \(byteCount) bytes for \(type.rawValue)\(shape)", "\(found)")
    }
  }

  private func failure(_ expected: String, _ found: String) -> InceptError {
    InceptError(.badData, subject: "", expected: expected, found: found)
  }
}
