import CGIF
import Imaging
import TensorCore

/// Makes an animated GIF, frame by frame, that repeats for ever.
///
/// Only what changes from frame to frame is stored. Grey frames and those of up to 256 colours are exact; others get the
/// 256 colours that fit them best (``Palette``). Memory is that of the file so far, at most ``byteLimit``, and of a frame.
package struct GIFWriter: ~Copyable {
  /// Pixels per row.
  package let width: Int
  /// Number of rows.
  package let height: Int
  /// Number of frames so far.
  package private(set) var frameCount: Int

  private let file: GIFFile
  private var last: Image?

  /// Largest file.
  package static let byteLimit = 512 << 20
  /// Most pixels of a frame.
  package static let pixelLimit = 50_000_000
  /// Most pixels of a side: the format has 16 bits for them.
  package static let sideLimit = 65_535

  /// Throws `.unavailable` where giflib is missing, without which no animation is made.
  package static func checkLibrary() throws(InceptError) { try GIFFile.checkLibrary() }

  /// Starts an animation.
  ///
  /// - Throws: `.usage` for a size that the format, or ``pixelLimit``, doesn't allow; `.unavailable` without giflib.
  package init(width: Int, height: Int) throws(InceptError) {
    let sides = 1...Self.sideLimit
    guard sides.contains(width), sides.contains(height), width * height <= Self.pixelLimit else {
      throw InceptError(
        .usage, subject: "animation",
        expected: "expected 1 to \(Self.sideLimit) pixels a side, \(Self.pixelLimit) in all",
        found: "\(width)x\(height)")
    }
    let file = try GIFFile(width: width, height: height, limit: Self.byteLimit)
    self.file = file
    self.width = width
    self.height = height
    frameCount = 0
    last = nil
  }

  /// Adds a frame of the animation's size, which is shown for `delay` hundredths of a second (1 to 65,535; viewers take
  /// 1 for 10).
  ///
  /// - Throws: `.usage` for another size, or where the file gets larger than ``byteLimit``.
  package mutating func add(_ image: Image, delay: Int) throws(InceptError) {
    guard image.width == width, image.height == height else {
      throw InceptError(
        .usage, subject: "animation", expected: "expected frames of \(width)x\(height) pixels",
        found: "\(image.width)x\(image.height)")
    }
    let area = last.map { image.difference(from: $0) } ?? image.frame
    let part = area == image.frame ? image : try image.crop(area)
    let palette = Palette(of: part)
    try file.add(
      at: area, palette: palette.colours, indices: palette.indices(of: part),
      delay: UInt16(clamping: max(1, delay)))
    last = image
    frameCount += 1
  }

  /// Writes the animation to a file, which appears whole or not at all.
  ///
  /// - Throws: `.usage` without frames, `.cannotCreate`.
  package consuming func write(to path: String) throws(InceptError) {
    guard frameCount > 0 else {
      throw InceptError(.usage, subject: path, expected: "expected an animation of 1 frame or more")
    }
    try file.withBytes { (bytes) throws(InceptError) in
      try FileAccess.write([UnsafeRawBufferPointer(bytes)], to: path)
    }
  }
}

extension Image {
  /// All of the picture.
  var frame: PixelRectangle { PixelRectangle(x: 0, y: 0, width: width, height: height) }

  /// `part` of the picture.
  func crop(_ part: PixelRectangle) throws(InceptError) -> Image {
    try crop(x: part.x, y: part.y, width: part.width, height: part.height)
  }

  /// The smallest rectangle outside of which a picture of the same size is equal; one pixel for equal ones.
  func difference(from other: Image) -> PixelRectangle {
    guard channels == other.channels else { return rgb().difference(from: other.rgb()) }
    let row = width * channels
    var (top, bottom) = (height, -1)
    var (left, right) = (row, -1)
    pixels.withUnsafeBufferPointer { mine in
      other.pixels.withUnsafeBufferPointer { theirs in
        for y in 0..<height {
          let start = y * row
          guard let first = (0..<row).first(where: { mine[start + $0] != theirs[start + $0] })
          else { continue }
          let end = (first..<row).last { mine[start + $0] != theirs[start + $0] } ?? first
          top = min(top, y)
          bottom = y
          left = min(left, first)
          right = max(right, end)
        }
      }
    }
    guard bottom >= 0 else { return PixelRectangle(x: 0, y: 0, width: 1, height: 1) }
    let x = left / channels
    return PixelRectangle(
      x: x, y: top, width: right / channels - x + 1, height: bottom - top + 1)
  }
}
