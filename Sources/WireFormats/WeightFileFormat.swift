import TensorCore

/// What a weights or model file is, by its content. File names are not asked.
package enum WeightFileFormat: Sendable, Hashable {
  /// A torch `state_dict`, torch 1.6 and later.
  case torchZip
  /// A torch `state_dict` of before.
  case torchLegacy
  case safetensors
  /// An HDF5 file: a Keras model or weights.
  case hdf5
  /// A Keras 3 archive.
  case kerasZip
  /// Some other zip archive.
  case zip
  case onnx
  /// A frozen TensorFlow graph.
  case graphDef
  case unknown

  /// The format of a file, given all of its bytes. Never fails: damaged files are what their beginning says.
  package static func detect(_ file: MappedFile) -> WeightFileFormat { detect(file.bytes) }

  /// The format of a file with these bytes.
  package static func detect(_ bytes: UnsafeRawBufferPointer) -> WeightFileFormat {
    if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) { return archive(bytes) }
    if isTorchLegacy(bytes) { return .torchLegacy }
    if isHDF5(bytes) { return .hdf5 }
    if isSafetensors(bytes) { return .safetensors }
    return message(bytes)
  }

  /// What an error calls a file of this format.
  package var summary: String {
    switch self {
    case .torchZip, .torchLegacy: "torch weights"
    case .safetensors: "a safetensors file"
    case .hdf5: "an HDF5 file"
    case .kerasZip: "a Keras archive"
    case .zip: "another zip archive"
    case .onnx: "an ONNX model"
    case .graphDef: "a TensorFlow graph"
    case .unknown: "a file of no known format"
    }
  }

  private static func archive(_ bytes: UnsafeRawBufferPointer) -> WeightFileFormat {
    let view = MappedFile(borrowing: bytes, owner: Borrowed(), name: "")
    guard let directory = try? ZipDirectory(view) else {
      return isTorchBeginning(bytes) ? .torchZip : .zip
    }
    if TorchZip.folder(directory) != nil { return .torchZip }
    if directory["config.json"] != nil, directory["metadata.json"] != nil { return .kerasZip }
    return .zip
  }

  /// Keeps nothing alive: the bytes are used during one call only.
  private final class Borrowed {}

  /// Whether an archive that has lost its directory begins as torch's do.
  private static func isTorchBeginning(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var reader = ByteReader(bytes, at: 26)
    guard let length = reader.count(UInt16.self), reader.take(2) != nil,
      let name = reader.text(length)
    else { return false }
    return name.hasSuffix("/data.pkl")
  }

  /// The pickled magic number 0x1950A86A20F9469CFC6C, maybe after a protocol and a frame.
  private static func isTorchLegacy(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let magic: [UInt8] = [
      0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E,
    ]
    return [2, 11].contains { start in
      bytes.count >= start && bytes[start...].starts(with: magic)
    }
  }

  /// The signature stands at 0, 512, 1024, … (after a block that belongs to the user).
  private static func isHDF5(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
    var start = 0
    while start < bytes.count, start <= 1 << 20 {
      if bytes[start...].starts(with: signature) { return true }
      start = max(512, 2 * start)
    }
    return false
  }

  private static func isSafetensors(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var reader = ByteReader(bytes)
    guard let length = reader.count(UInt64.self), length <= Safetensors.longestHeader else {
      return false
    }
    return reader.integer(UInt8.self) == UInt8(ascii: "{")
  }

  /// ONNX and GraphDef are protobuf messages without a signature: their first fields tell.
  private static func message(_ bytes: UnsafeRawBufferPointer) -> WeightFileFormat {
    switch bytes.first {
    case 0x08: isModel(bytes) ? .onnx : .unknown
    // node { name, …
    case 0x0A: isNode(bytes) ? .graphDef : .unknown
    default: .unknown
    }
  }

  /// ONNX's ModelProto begins with ir_version, a small number; all fields are its own, of the types they have there.
  /// A file that is cut is taken for what it was.
  private static func isModel(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var cursor = ProtobufCursor(bytes, 0..<bytes.count)
    guard case .number(let version)? = (try? cursor.next())?.value, version < 1 << 10 else {
      return false
    }
    var fields = 0
    do throws(ProtobufCursor.Damage) {
      while fields < 64, try cursor.next() != nil {
        guard isModelField(cursor.tag) else { return false }
        fields += 1
      }
    } catch {
      return fields > 0 || isModelField(cursor.tag)
    }
    return fields > 0
  }

  private static func isModelField(_ tag: UInt64) -> Bool {
    switch (tag >> 3, tag & 7) {
    case (5, 0), (2...4, 2), (6...8, 2), (14, 2), (20, 2), (25...26, 2): true
    default: false
    }
  }

  /// A NodeDef's name and operation, in this order as every writer has them: text, then an identifier.
  private static func isNode(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var reader = ByteReader(bytes, at: 1)
    guard reader.varint() != nil, reader.integer(UInt8.self) == 0x0A,
      let nameLength = reader.varint(), reader.text(nameLength) != nil,
      reader.integer(UInt8.self) == 0x12,
      let length = reader.varint(), (1...longestOperation).contains(length),
      let operation = reader.take(length)
    else { return false }
    return operation.allSatisfy { byte in
      let letter = byte | 0x20
      return (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(letter)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: ">")].contains(byte)
    }
  }

  private static let longestOperation = 1000
}
