import CGIF
import Imaging
import TensorCore

/// A GIF file that giflib makes in memory (`CGIF`).
final class GIFFile {
  // SAFETY: made by `init`, this object's own, and destroyed once, by `deinit`.
  private let raw: OpaquePointer
  private let limit: Int

  /// Throws `.unavailable` where there is no giflib.
  static func checkLibrary() throws(InceptError) {
    let why = String(cString: incept_gif_unavailable())
    guard !why.isEmpty else { return }
    throw InceptError(
      .unavailable, subject: "giflib", expected: "expected the library that makes animations",
      found: "'\(why)'", hint: "install giflib (Debian and Ubuntu: libgif7)")
  }

  init(width: Int, height: Int, limit: Int) throws(InceptError) {
    try Self.checkLibrary()
    var message = [CChar](repeating: 0, count: Int(INCEPT_GIF_MESSAGE_SIZE))
    let made = incept_gif_create(UInt32(width), UInt32(height), limit, &message)
    guard let made else { throw Self.failure(message) }
    raw = made
    self.limit = limit
  }

  deinit { incept_gif_destroy(raw) }

  /// Adds a rectangle of indices into `palette` (red, green, blue for each of up to 256 colours).
  func add(
    at area: PixelRectangle, palette: [UInt8], indices: [UInt8], delay: UInt16
  ) throws(InceptError) {
    precondition(indices.count == area.width * area.height, "GIFFile: index count differs")
    var message = [CChar](repeating: 0, count: Int(INCEPT_GIF_MESSAGE_SIZE))
    let status = incept_gif_add(
      raw, UInt32(area.x), UInt32(area.y), UInt32(area.width), UInt32(area.height), palette,
      UInt32(palette.count / 3), indices, delay, &message)
    guard status == 0 else {
      guard incept_gif_is_full(raw) != 0 else { throw Self.failure(message) }
      throw InceptError(
        .usage, subject: "animation", expected: "expected a file of at most \(limit >> 20) MiB",
        found: "more", hint: "make fewer or smaller frames")
    }
  }

  /// Ends the file and calls `body` with it.
  func withBytes(
    _ body: (UnsafeBufferPointer<UInt8>) throws(InceptError) -> Void
  ) throws(InceptError) {
    var message = [CChar](repeating: 0, count: Int(INCEPT_GIF_MESSAGE_SIZE))
    var count = 0
    guard let bytes = incept_gif_finish(raw, &count, &message) else { throw Self.failure(message) }
    try withExtendedLifetime(self) { () throws(InceptError) in
      try body(UnsafeBufferPointer(start: bytes, count: count))
    }
  }

  private static func failure(_ message: [CChar]) -> InceptError {
    let text = String(
      decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return InceptError(
      .software, subject: "giflib", expected: "expected it to make a file", found: "'\(text)'")
  }
}
