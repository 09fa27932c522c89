import TensorCore

extension Image {
  /// Reads a PNG or JPEG file; the content decides which, not the name.
  ///
  /// Throws `.noInput` or `.ioError` for an unreadable file and `.badData` for anything that is no complete
  /// picture within ``ImageLimits``.
  package static func decode(path: String) throws(InceptError) -> Image {
    let storage = try FileAccess.read(path: path, limit: ImageLimits.fileBytes)
    defer { withExtendedLifetime(storage) {} }
    return try decode(
      bytes: UnsafeRawBufferPointer(start: storage.baseAddress, count: storage.byteCount),
      name: path)
  }

  /// Reads a PNG or JPEG file in memory; `name` is the subject of errors.
  package static func decode(bytes: [UInt8], name: String) throws(InceptError) -> Image {
    try bytes.withUnsafeBufferPointer { (buffer) throws(InceptError) in
      try decode(bytes: UnsafeRawBufferPointer(buffer), name: name)
    }
  }

  /// Reads a PNG or JPEG file in memory, turned as its EXIF orientation says; `name` is the subject of errors.
  package static func decode(
    bytes: UnsafeRawBufferPointer, name: String
  ) throws(InceptError) -> Image {
    switch ImageFormat(bytes) {
    case .png: try PNGDecoder.decode(bytes, name: name)
    case .jpeg: try JPEGDecoder.decode(bytes, name: name)
    case nil:
      throw InceptError(
        .badData, subject: name, expected: "expected a PNG or JPEG image",
        found: bytes.isEmpty ? "an empty file" : "another format",
        hint: "convert the picture to PNG or JPEG")
    }
  }
}

/// The picture formats that are understood.
enum ImageFormat {
  case png, jpeg

  /// The format whose signature `bytes` starts with.
  init?(_ bytes: UnsafeRawBufferPointer) {
    let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    let jpeg: [UInt8] = [0xFF, 0xD8, 0xFF]
    if bytes.starts(with: png) {
      self = .png
    } else if bytes.starts(with: jpeg) {
      self = .jpeg
    } else {
      return nil
    }
  }
}

/// What is refused from the header alone, so that a small file can't ask for much memory or time.
package enum ImageLimits {
  /// Longest side in pixels.
  package static let side = 50_000
  /// Largest picture in pixels.
  package static let pixels = 178_956_970
  /// Largest file in bytes.
  package static let fileBytes = 256 << 20
  /// Memory that decoding one picture may take, in bytes.
  package static let workingBytes = 700 << 20

  /// Checks a declared size; `bytesPerPixel` is what decoding needs at its peak.
  static func check(
    width: Int, height: Int, bytesPerPixel: Int, name: String
  ) throws(InceptError) {
    guard width > 0, height > 0, width <= side, height <= side else {
      throw InceptError(
        .badData, subject: name, expected: "expected an image of 1 to \(side) pixels a side",
        found: "\(width)x\(height)")
    }
    let largest = min(pixels, workingBytes / bytesPerPixel)
    guard width * height <= largest else {
      throw InceptError(
        .badData, subject: name,
        expected: "expected an image of this kind of at most \(largest) pixels",
        found: "\(width)x\(height)", hint: "scale the picture down first")
    }
  }
}
