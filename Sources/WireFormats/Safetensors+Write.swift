import TensorCore

extension Safetensors {
  /// Writes tensors to a temporary file and renames it to `path`: the longest elements first, then by name, as the
  /// format's own library orders them; no holes, and all bytes at multiples of their elements' size.
  ///
  /// One tensor at a time is in memory, and of one in a mapped file only a part.
  ///
  /// - Throws: `.badData` for names that the format can't hold or that occur twice, `.cannotCreate` where the file
  ///   can't be written.
  package static func write(
    _ tensors: [(name: String, tensor: HostTensor)], metadata: [String: String], to path: String
  ) throws(InceptError) {
    let ordered = tensors.sorted {
      let (left, right) = ($0.tensor.elementType.byteCount, $1.tensor.elementType.byteCount)
      return left == right ? $0.name < $1.name : left > right
    }
    let header = try header(ordered, metadata, path)
    try FileAccess.stream(to: path) { (file) throws(InceptError) in
      try header.withUnsafeBufferPointer { (bytes) throws(InceptError) in
        try file.write(UnsafeRawBufferPointer(bytes))
      }
      for (_, tensor) in ordered {
        try tensor.withParts(of: partSize) { (bytes) throws(InceptError) in try file.write(bytes) }
      }
    }
  }

  /// Bytes written at a time.
  private static let partSize = 4 << 20
  /// What the tensors' bytes start at a multiple of.
  private static let alignment = 8

  /// The header's length and the header, filled up with spaces.
  private static func header(
    _ tensors: [(name: String, tensor: HostTensor)], _ metadata: [String: String], _ path: String
  ) throws(InceptError) -> [UInt8] {
    var members: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }
        .map { "\(quoted($0.key)):\(quoted($0.value))" }
      members.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var names: Set<String> = ["__metadata__"]
    var position = 0
    for (name, tensor) in tensors {
      guard names.insert(name).inserted else {
        throw InceptError(
          .badData, subject: path, expected: "expected tensors with names of their own",
          found: "another '\(name.printable())'")
      }
      let shape = tensor.shape.dimensions.map(String.init).joined(separator: ",")
      let end = position + tensor.byteCount
      members.append(
        "\(quoted(name)):{\"dtype\":\"\(typeName(tensor.elementType))\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(position),\(end)]}")
      position = end
    }
    var text = Array("{\(members.joined(separator: ","))}".utf8)
    text += [UInt8](repeating: 0x20, count: (alignment - text.count % alignment) % alignment)
    guard text.count <= longestHeader else {
      throw InceptError(
        .badData, subject: path, expected: "expected a header of at most \(longestHeader) bytes",
        found: "\(text.count)")
    }
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
  }

  private static func typeName(_ type: ElementType) -> String {
    elementTypes.first { $0.value == type }?.key ?? "F32"
  }

  /// A string of JSON.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
