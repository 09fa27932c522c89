import CZlib
import Foundation
import Imaging
import TestSupport

/// Files of images that tests make.
enum DataFile {
  /// An IDX file of bytes with the extents that it claims.
  static func idx(_ extents: [Int], _ bytes: [UInt8], type: UInt8 = 8) -> [UInt8] {
    var file: [UInt8] = [0, 0, type, UInt8(extents.count)]
    for extent in extents {
      file += [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: extent >> $0) }
    }
    return file + bytes
  }

  /// A gzip file.
  static func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard
      deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
    else { return [] }
    defer { deflateEnd(&stream) }
    var input = bytes
    let room = Int(deflateBound(&stream, uLong(bytes.count)))
    return [UInt8](unsafeUninitializedCapacity: room) { output, count in
      input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(room)
        deflate(&stream, Z_FINISH)
      }
      count = room - Int(stream.avail_out)
    }
  }

  static func write(_ bytes: [UInt8], _ path: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }

  static func write(_ text: String, _ path: String) throws { try write(Array(text.utf8), path) }

  /// Writes a grey or RGB picture of random samples.
  static func picture(
    _ path: String, _ random: inout RandomSource, width: Int = 4, height: Int = 3, channels: Int = 1
  ) throws -> [UInt8] {
    let pixels = (0..<(width * height * channels)).map { _ in
      UInt8(truncatingIfNeeded: random.next())
    }
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Image.encodePNG(
      Image(width: width, height: height, channels: channels, pixels: pixels), to: path)
    return pixels
  }
}
