import CPNG
import TensorCore

/// PNG files through libpng. Alpha is dropped and a 16-bit sample gives its high byte. (Pillow does the same,
/// but for 16-bit grey, which it clips at 255 instead of scaling.)
enum PNGDecoder {
  static func decode(_ file: UnsafeRawBufferPointer, name: String) throws(InceptError) -> Image {
    let header = try PNGHeader(file, name: name)
    let orientation = orientation(file)
    let (width, height, channels) = (header.width, header.height, header.channels)
    try ImageLimits.check(
      width: width, height: height,
      bytesPerPixel: orientation.isUpright ? channels : 2 * channels, name: name)

    let count = width * height * channels
    var message = [CChar](repeating: 0, count: Int(INCEPT_PNG_MESSAGE_SIZE))
    var status: CInt = -1
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { destination, initialized in
      let bytes = file.bindMemory(to: UInt8.self)
      status = incept_png_read(
        bytes.baseAddress, bytes.count, destination.baseAddress, UInt32(width), UInt32(height),
        UInt32(channels), &message)
      initialized = status == 0 ? count : 0
    }
    guard status == 0 else {
      throw InceptError(
        .badData, subject: name, expected: "expected a complete PNG image",
        found: "'\(text(message))'")
    }
    return Image(width: width, height: height, channels: channels, pixels: pixels)
      .applying(orientation)
  }

  static func text(_ message: [CChar]) -> String {
    String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The orientation in the file's `eXIf` chunk, upright where there is none.
  private static func orientation(_ file: UnsafeRawBufferPointer) -> ImageOrientation {
    let exif: UInt32 = 0x6558_4966
    let overhead = 12
    let bytes = ByteReader(file)
    var offset = 8
    while let length = bytes.big32(at: offset), let type = bytes.big32(at: offset + 4),
      Int(length) <= file.count - offset - overhead
    {
      if type == exif {
        let start = offset + 8
        let chunk = UnsafeRawBufferPointer(rebasing: file[start..<(start + Int(length))])
        return ImageOrientation(exif: chunk) ?? .upright
      }
      offset += Int(length) + overhead
    }
    return .upright
  }
}

/// What the first chunk of a PNG file says (PNG specification, 11.2.1).
private struct PNGHeader {
  let width: Int
  let height: Int
  /// Channels after expansion of palettes and without alpha.
  let channels: Int

  init(_ file: UnsafeRawBufferPointer, name: String) throws(InceptError) {
    let bytes = ByteReader(file)
    let imageHeader: UInt32 = 0x4948_4452
    guard bytes.big32(at: 12) == imageHeader, let width = bytes.big32(at: 16),
      let height = bytes.big32(at: 20), let colourType = bytes.byte(at: 25)
    else {
      throw InceptError(
        .badData, subject: name, expected: "expected a PNG image with a header",
        found: "\(file.count) bytes without one")
    }
    let colourBit: UInt8 = 2
    self.width = Int(width)
    self.height = Int(height)
    channels = colourType & colourBit != 0 ? 3 : 1
  }
}
