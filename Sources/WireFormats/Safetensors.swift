import TensorCore

/// The safetensors format: a JSON header of names, types, shapes and places, then the tensors' bytes.
/// (huggingface/safetensors, "Format".)
package enum Safetensors {
  /// The longest header that the format allows.
  static let longestHeader = 100_000_000

  /// Reads the file at `path`, which is mapped.
  package static func read(path: String) throws(InceptError) -> NamedTensors {
    try read(MappedFile(path: path))
  }

  /// Reads a file's tensors, in the order of their bytes; all of them view the file in place.
  ///
  /// Throws `.badData` where the header is malformed or the tensors leave holes, overlap or lie outside.
  package static func read(_ file: MappedFile) throws(InceptError) -> NamedTensors {
    var reader = ByteReader(file.bytes)
    guard let length = reader.count(UInt64.self), length <= longestHeader,
      let text = reader.take(length)
    else {
      throw damaged(file, "expected a header inside the file", found: "a length beyond it")
    }
    guard text.first == UInt8(ascii: "{") else {
      throw damaged(file, "expected a header that starts with '{'", found: "something else")
    }
    var header = SafetensorsHeader(text, source: file.name)
    try header.parse()
    let storage = file.tensorStorage
    let start = reader.position
    var end = 0
    var tensors: [(name: String, tensor: HostTensor)] = []
    let ordered = header.tensors.sorted { ($0.begin, $0.end) < ($1.begin, $1.end) }
    for tensor in ordered {
      guard let type = elementTypes[tensor.type] else {
        throw damaged(
          file, "expected '\(tensor.name)' of a type among \(elementTypes.keys.sorted())",
          found: tensor.type)
      }
      let shape = Shape(tensor.extents)
      let byteCount = shape.safeElementCount?.multipliedReportingOverflow(by: type.byteCount)
      guard tensor.begin == end, tensor.end >= tensor.begin, tensor.end <= reader.remaining,
        let byteCount, !byteCount.overflow, byteCount.partialValue == tensor.end - tensor.begin
      else {
        throw damaged(
          file, "expected '\(tensor.name)' \(type) \(shape) right after the tensor before it",
          found: "bytes \(tensor.begin) to \(tensor.end) of \(reader.remaining)")
      }
      end = tensor.end
      tensors.append(
        (
          tensor.name,
          HostTensor(
            elementType: type, shape: shape, storage: storage, byteOffset: start + tensor.begin)
        ))
    }
    guard end == reader.remaining else {
      throw damaged(file, "expected \(end) bytes of tensors", found: "\(reader.remaining)")
    }
    return NamedTensors(tensors, metadata: header.metadata, source: file.name)
  }

  /// What the format calls the types of elements.
  static let elementTypes: [String: ElementType] = [
    "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64,
    "I32": .int32, "I16": .int16, "I8": .int8, "U8": .uint8, "BOOL": .bool,
  ]

  private static func damaged(
    _ file: MappedFile, _ expectation: String, found actual: String
  ) -> InceptError {
    InceptError(
      .badData, subject: file.name, expected: expectation.printable(), found: actual.printable())
  }
}
