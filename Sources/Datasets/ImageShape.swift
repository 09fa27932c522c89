/// The size of every image of a set.
package struct ImageShape: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Rows.
  package var height: Int
  /// Columns.
  package var width: Int
  /// 1 for grey, 3 for RGB.
  package var channels: Int

  /// Creates a size; extents are taken as they are.
  package init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Numbers of an image.
  package var elementCount: Int { height * width * channels }

  /// `28x28 grey`, width first.
  package var description: String { "\(width)x\(height) \(channels == 1 ? "grey" : "RGB")" }
}
