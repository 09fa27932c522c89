import CPNG
import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

extension Image {
  /// Writes `image` as a PNG file through a temporary file beside `path`. Throws `.cannotCreate`.
  package static func encodePNG(_ image: Image, to path: String) throws(InceptError) {
    let bytes = try encodePNG(image)
    try bytes.withUnsafeBufferPointer { (buffer) throws(InceptError) in
      try FileAccess.write([UnsafeRawBufferPointer(buffer)], to: path)
    }
  }

  /// The bytes of a PNG file of `image`.
  package static func encodePNG(_ image: Image) throws(InceptError) -> [UInt8] {
    var message = [CChar](repeating: 0, count: Int(INCEPT_PNG_MESSAGE_SIZE))
    var file: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = incept_png_write(
      image.pixels, UInt32(image.width), UInt32(image.height), UInt32(image.channels), &file,
      &count, &message)
    guard status == 0, let file else {
      throw InceptError(
        .software, subject: "PNG image \(image.width)x\(image.height)",
        expected: "expected to be encoded", found: "'\(PNGDecoder.text(message))'")
    }
    defer { free(file) }
    return Array(UnsafeBufferPointer(start: file, count: count))
  }
}
