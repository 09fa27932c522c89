import SwiftProtobuf
import TensorCore
import WireFormats

/// An ONNX file without its weights: the bytes of the message with every large `raw_data` and `float_data` taken
/// out, so that decoding it copies the structure only.
///
/// Where a tensor's data were, its `segment` says from where to where they lie in the file; the data of a
/// `float_data` field are marked by a negative end. What an import does not read (documentation, inferred types
/// of inner values, training) is left out, and everything that grows when it is decoded is counted.
struct WireOutline {
  /// Messages that one file may hold: nodes, attributes, tensors.
  static let messageLimit = 400_000
  /// Fields of these messages.
  static let fieldLimit = 4_000_000
  /// Bytes of the structure.
  static let byteLimit = 64 << 20
  /// Bytes of the descriptions of inputs and outputs.
  static let typeLimit = 1 << 20
  /// Graphs within graphs.
  static let depthLimit = 40
  /// Data of fewer bytes stay where they are.
  static let smallestData = 256

  private let bytes: UnsafeRawBufferPointer
  private let name: String
  private var messages = 0
  private var fields = 0
  private var typeBytes = 0

  private init(_ file: MappedFile) {
    bytes = file.bytes
    name = file.name
  }

  /// The structure of a file that holds one `ModelProto` (`TensorProto` with `isTensor`).
  static func read(_ file: MappedFile, isTensor: Bool = false) throws(InceptError) -> [UInt8] {
    var outline = WireOutline(file)
    let kind: Kind = isTensor ? .tensor : .model
    return try outline.message(kind, 0..<file.bytes.count, depth: 0)
  }

  /// The messages that are looked into.
  private enum Kind {
    case model, graph, node, attribute, tensor, function

    /// What a length-delimited field of the message is.
    func field(_ number: Int) -> Field {
      switch (self, number) {
      case (.model, 7): .message(.graph)
      case (.model, 25): .message(.function)
      case (.model, 6), (.model, 14), (.model, 20), (.model, 26): .dropped
      case (.graph, 1), (.function, 7): .message(.node)
      case (.graph, 5): .message(.tensor)
      case (.graph, 11), (.graph, 12): .type
      case (.graph, 10), (.graph, 13), (.graph, 14), (.graph, 16): .dropped
      case (.function, 8), (.function, 12), (.function, 14): .dropped
      case (.function, 11): .message(.attribute)
      case (.node, 5): .message(.attribute)
      case (.node, 6), (.node, 9), (.node, 10): .dropped
      case (.attribute, 5), (.attribute, 10): .message(.tensor)
      case (.attribute, 6), (.attribute, 11): .message(.graph)
      case (.attribute, 13), (.attribute, 14), (.attribute, 15): .dropped
      case (.tensor, 3): .segment
      case (.tensor, 4): .floats
      case (.tensor, 9): .raw
      case (.tensor, 12), (.tensor, 16): .dropped
      default: .copied
      }
    }
  }

  private enum Field {
    case message(Kind), type, segment, raw, floats, copied, dropped
  }

  private mutating func message(
    _ kind: Kind, _ range: Range<Int>, depth: Int
  ) throws(InceptError) -> [UInt8] {
    messages += 1
    guard depth <= Self.depthLimit, messages <= Self.messageLimit else {
      throw damaged(
        "expected at most \(Self.messageLimit) nodes, attributes and tensors, \(Self.depthLimit) deep",
        "more")
    }
    var result: [UInt8] = []
    var cursor = WireCursor(bytes, range)
    while cursor.position < range.upperBound {
      let start = cursor.position
      fields += 1
      guard fields <= Self.fieldLimit, let tag = cursor.varint(),
        let number = Int(exactly: tag >> 3),
        number > 0
      else { throw broken(start) }
      switch tag & 7 {
      case 0: guard cursor.varint() != nil else { throw broken(start) }
      case 1: guard cursor.skip(8) else { throw broken(start) }
      case 5: guard cursor.skip(4) else { throw broken(start) }
      case 2:
        guard let length = cursor.varint().flatMap({ Int(exactly: $0) }), cursor.skip(length) else {
          throw broken(start)
        }
        let data = cursor.position - length..<cursor.position
        try append(kind.field(number), tag, start, data, depth: depth, to: &result)
        continue
      default: throw broken(start)
      }
      if case .segment = kind.field(number) { throw broken(start) }
      result.append(contentsOf: bytes[start..<cursor.position])
    }
    guard result.count <= Self.byteLimit else { throw tooLarge() }
    return result
  }

  private mutating func append(
    _ field: Field, _ tag: UInt64, _ start: Int, _ data: Range<Int>, depth: Int,
    to result: inout [UInt8]
  ) throws(InceptError) {
    switch field {
    case .message(let kind):
      let inner = try message(kind, data, depth: depth + 1)
      WireCursor.append(tag, to: &result)
      WireCursor.append(UInt64(inner.count), to: &result)
      result.append(contentsOf: inner)
    case .dropped: break
    case .segment:
      throw damaged("expected whole tensors", "a tensor in segments")
    case .raw where data.count >= Self.smallestData: mark(data, isFloats: false, in: &result)
    case .floats where data.count >= Self.smallestData: mark(data, isFloats: true, in: &result)
    case .type, .raw, .floats, .copied:
      if case .type = field { typeBytes += data.count }
      let end = data.upperBound
      guard result.count + end - start <= Self.byteLimit, typeBytes <= Self.typeLimit else {
        throw tooLarge()
      }
      result.append(contentsOf: bytes[start..<end])
    }
  }

  /// Writes a `segment` in place of data.
  private func mark(_ data: Range<Int>, isFloats: Bool, in result: inout [UInt8]) {
    var segment: [UInt8] = [0x08]
    WireCursor.append(UInt64(data.lowerBound), to: &segment)
    segment.append(0x10)
    let end = Int64(data.upperBound)
    WireCursor.append(UInt64(bitPattern: isFloats ? -end : end), to: &segment)
    result.append(0x1A)
    WireCursor.append(UInt64(segment.count), to: &result)
    result.append(contentsOf: segment)
  }

  private func broken(_ position: Int) -> InceptError {
    damaged("expected an ONNX message (protobuf)", "a damaged or cut one at byte \(position)")
  }

  private func tooLarge() -> InceptError {
    damaged("expected at most \(Self.byteLimit >> 20) MiB of structure beside the weights", "more")
  }

  private func damaged(_ expected: String, _ found: String) -> InceptError {
    InceptError(
      .badData, subject: name, expected: expected, found: found,
      hint: "is the file complete? compare its size with the original's")
  }
}
