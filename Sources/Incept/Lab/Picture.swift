import Animation
import Drawing
import Imaging

/// A picture in memory: to be written to a file, or shown in a terminal.
public struct Picture: Sendable {
  /// The pixels.
  package let image: Image

  /// Pixels per row.
  public var width: Int { image.width }
  /// Number of rows.
  public var height: Int { image.height }

  /// Creates a picture of pixels.
  package init(_ image: Image) { self.image = image }

  /// Creates a picture of a drawing, `scale` pixels a point. Throws `.usage` for too many pixels.
  package init(_ canvas: Canvas, scale: Double = 2) throws(InceptError) {
    image = try canvas.image(scale: scale)
  }

  /// Writes the picture as a PNG file, which appears whole or not at all.
  ///
  /// - Throws: `.cannotCreate`.
  public func write(png path: String) throws(InceptError) { try Image.encodePNG(image, to: path) }
}

/// How a terminal is told to show a picture.
public struct TerminalPictures: Sendable, Hashable {
  private let way: TerminalImage

  /// What a program with these environment variables may expect of its terminal: kitty's protocol, iTerm2's, or sixels;
  /// nil where nothing is known. `INCEPT_PICTURES` (kitty, iterm2, sixel, none) overrides.
  public init?(environment: [String: String]) {
    guard let way = TerminalImage(environment: environment) else { return nil }
    self.way = way
  }

  /// The protocol: `kitty`, `iterm2` or `sixel`.
  public var name: String { way.rawValue }

  /// The bytes that make the terminal show a picture and go to the next line; wider ones than `limit` pixels are made
  /// smaller.
  public func sequence(_ picture: Picture, fitting limit: Int) throws(InceptError) -> [UInt8] {
    try way.sequence(picture.image, fitting: limit)
  }
}
