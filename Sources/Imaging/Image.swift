import TensorCore

/// An 8-bit picture: grey (1 channel) or RGB (3 channels), interleaved, row by row from the top.
package struct Image: Sendable, Hashable {
  /// Pixels per row.
  package let width: Int
  /// Number of rows.
  package let height: Int
  /// 1 for grey, 3 for RGB.
  package let channels: Int
  /// `height × width × channels` samples.
  package let pixels: [UInt8]

  /// Creates a picture from its samples; `pixels.count` must be `width × height × channels`.
  package init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && (channels == 1 || channels == 3), "Image: bad extents")
    precondition(pixels.count == width * height * channels, "Image: sample count differs")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// The picture with 3 channels; grey is repeated.
  package func rgb() -> Image {
    guard channels == 1 else { return self }
    let colours = [UInt8](unsafeUninitializedCapacity: 3 * pixels.count) { destination, count in
      for (index, value) in pixels.enumerated() {
        destination[3 * index] = value
        destination[3 * index + 1] = value
        destination[3 * index + 2] = value
      }
      count = 3 * pixels.count
    }
    return Image(width: width, height: height, channels: 3, pixels: colours)
  }

  /// The picture with 1 channel: the mean of red, green and blue, rounded.
  package func grey() -> Image {
    guard channels == 3 else { return self }
    let means = stride(from: 0, to: pixels.count, by: 3).map { first in
      let sum = Int(pixels[first]) + Int(pixels[first + 1]) + Int(pixels[first + 2])
      return UInt8((2 * sum + 3) / 6)
    }
    return Image(width: width, height: height, channels: 1, pixels: means)
  }

  /// The rectangle whose top left corner is pixel (`x`, `y`). Throws `.usage` when any of it is outside.
  package func crop(x: Int, y: Int, width: Int, height: Int) throws(InceptError) -> Image {
    let part = PixelRectangle(x: x, y: y, width: width, height: height)
    try check(part)
    return copied(part)
  }

  /// Throws `.usage` unless `part` has pixels and all of them are inside the picture.
  func check(_ part: PixelRectangle) throws(InceptError) {
    guard part.isInside(width: width, height: height) else {
      throw InceptError(
        .usage, subject: "crop \(part)",
        expected: "expected a rectangle X,Y,W,H inside the \(width)x\(height) image")
    }
  }
}

/// A rectangle of pixels by its top left corner and size.
package struct PixelRectangle: Sendable, Hashable, CustomStringConvertible {
  /// Column of the left edge.
  package var x: Int
  /// Row of the upper edge.
  package var y: Int
  /// Number of columns.
  package var width: Int
  /// Number of rows.
  package var height: Int

  /// Creates a rectangle; extents are taken as they are.
  package init(x: Int, y: Int, width: Int, height: Int) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
  }

  /// Whether the rectangle has pixels and all of them lie in an image of this size.
  package func isInside(width: Int, height: Int) -> Bool {
    x >= 0 && y >= 0 && self.width > 0 && self.height > 0
      && x < width && y < height && self.width <= width - x && self.height <= height - y
  }

  /// `X,Y,W,H`, as the command line takes it.
  package var description: String { "\(x),\(y),\(width),\(height)" }
}
