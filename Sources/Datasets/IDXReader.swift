import TensorCore
import WireFormats

/// Reads IDX files, in which MNIST and its kin are published: a magic number that says the type of elements and the number
/// of axes, the extents as big-endian 32-bit numbers, then the elements. (Y. LeCun, C. Cortes and C. Burges, "The MNIST
/// database of handwritten digits", "File formats".)
enum IDXReader {
  /// The header of a file.
  private struct Header {
    /// The extents, outermost first.
    let extents: [Int]
    /// Number of bytes of the header.
    var byteCount: Int { 4 + 4 * extents.count }
    /// Number of bytes behind it.
    var elementCount: Int { extents.reduce(1, *) }
  }

  /// Whether a file starts as an IDX file of bytes does.
  static func isIDX(_ start: some Collection<UInt8>) -> Bool {
    let start = Array(start.prefix(4))
    return start.count == 4 && start[0] == 0 && start[1] == 0 && start[2] == 8
      && (1...4).contains(start[3])
  }

  /// Reads images `[count, height, width]`, or with 1 or 3 channels as a fourth axis, and their labels `[count]`.
  static func read(images path: String, labels: String) throws(InceptError) -> LabelledImages {
    try read(ByteStream(path: path), labels: ByteStream(path: labels))
  }

  /// Reads what two streams have.
  static func read(
    _ stream: ByteStream, labels: ByteStream
  ) throws(InceptError) -> LabelledImages {
    let path = stream.name
    let header = try header(stream)
    let extents = header.extents
    guard [3, 4].contains(extents.count) else {
      throw InceptError(
        .badData, subject: path, expected: "expected images: 3 axes at byte 3",
        found: "\(extents.count)",
        hint: extents.count == 1
          ? "name the file of the images; its labels are found beside it" : nil)
    }
    let shape = ImageShape(
      height: extents[1], width: extents[2], channels: extents.count == 4 ? extents[3] : 1)
    let sides = 1...DatasetLimits.side
    guard sides.contains(shape.height), sides.contains(shape.width),
      [1, 3].contains(shape.channels)
    else {
      throw InceptError(
        .badData, subject: path,
        expected: "expected images of 1 to \(DatasetLimits.side) pixels a side at byte 8",
        found: extents.dropFirst().map(String.init).joined(separator: "x"))
    }
    try checkCount(extents[0], path)
    let classes = try readLabels(labels, count: extents[0], of: path)
    let pixels = try elements(header, stream)
    let classCount = (classes.max().map(Int.init) ?? 0) + 1
    return LabelledImages(
      name: path, shape: shape, labels: classes.map(Int.init),
      classNames: (0..<classCount).map(String.init), maximum: 255, samples: .bytes(pixels),
      origins: .items(file: path))
  }

  private static func readLabels(
    _ stream: ByteStream, count: Int, of images: String
  ) throws(InceptError) -> [UInt8] {
    let path = stream.name
    let header = try header(stream)
    guard header.extents.count == 1 else {
      throw InceptError(
        .badData, subject: path, expected: "expected labels: 1 axis at byte 3",
        found: "\(header.extents.count)")
    }
    guard header.extents[0] == count else {
      throw InceptError(
        .badData, subject: path,
        expected: "expected \(count) labels at byte 4, as \(images) has images",
        found: "\(header.extents[0])")
    }
    return try elements(header, stream)
  }

  private static func header(_ stream: ByteStream) throws(InceptError) -> Header {
    let magic = try stream.bytes(4)
    guard isIDX(magic) else {
      let found = magic.map { byte in
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }.joined(separator: " ")
      throw InceptError(
        .badData, subject: stream.name,
        expected: "expected an IDX file of bytes: 00 00 08 and the number of axes at byte 0",
        found: magic.isEmpty ? "an empty file" : found)
    }
    let axes = Int(magic[3])
    let text = try stream.bytes(4 * axes)
    guard text.count == 4 * axes else {
      throw InceptError(
        .badData, subject: stream.name, expected: "expected \(axes) extents at byte 4",
        found: "the file's end at byte \(stream.position)")
    }
    let extents = (0..<axes).map { axis in
      text[(4 * axis)..<(4 * axis + 4)].reduce(0) { $0 << 8 | Int($1) }
    }
    return Header(extents: extents)
  }

  private static func checkCount(_ count: Int, _ path: String) throws(InceptError) {
    guard (1...DatasetLimits.images).contains(count) else {
      throw InceptError(
        .badData, subject: path,
        expected: "expected 1 to \(DatasetLimits.images) images at byte 4", found: "\(count)")
    }
  }

  /// Everything behind the header: exactly as much as that says.
  private static func elements(
    _ header: Header, _ stream: ByteStream
  ) throws(InceptError) -> [UInt8] {
    let wanted = header.elementCount
    guard wanted <= DatasetLimits.bytes else {
      throw InceptError(
        .badData, subject: stream.name,
        expected: "expected at most \(DatasetLimits.bytes) bytes of pixels", found: "\(wanted)")
    }
    if !stream.isPacked, stream.raw.count != header.byteCount + wanted {
      throw wrongLength(stream, header, found: "\(stream.raw.count)")
    }
    var elements: [UInt8] = []
    // A header may lie: memory is taken as bytes come.
    let step = 16 << 20
    while elements.count < wanted {
      let part = try stream.bytes(min(step, wanted - elements.count))
      guard !part.isEmpty else {
        throw wrongLength(stream, header, found: "\(stream.position)")
      }
      if elements.isEmpty, part.count == wanted {
        elements = part
      } else {
        elements += part
      }
    }
    guard try stream.bytes(1).isEmpty else {
      throw wrongLength(stream, header, found: "more")
    }
    return elements
  }

  private static func wrongLength(
    _ stream: ByteStream, _ header: Header, found: String
  ) -> InceptError {
    let extents = header.extents.map(String.init).joined(separator: "x")
    let packed = stream.isPacked ? " unpacked" : ""
    return InceptError(
      .badData, subject: stream.name,
      expected: "expected \(header.byteCount + header.elementCount)\(packed) bytes for \(extents)",
      found: found)
  }
}
