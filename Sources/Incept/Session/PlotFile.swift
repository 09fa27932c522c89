import Drawing

/// A file that a chart is drawn to: PNG, PDF or SVG, as its name's ending says.
public struct PlotFile: Sendable, Hashable {
  /// The file.
  public let path: String

  /// Most pictures that get a panel in one file.
  public static let pictureLimit = 24

  /// Names a file; nothing is written yet.
  ///
  /// - Throws: `.usage` where the name has another ending than .png, .pdf and .svg; `.unavailable` where Cairo is missing,
  ///   which draws.
  public init(_ path: String) throws(InceptError) {
    _ = try PictureFormat(path: path)
    try Canvas.checkLibrary()
    self.path = path
  }

  /// Throws `.usage` where there are more pictures than a file has panels for.
  public func check(pictures count: Int) throws(InceptError) {
    guard count <= Self.pictureLimit else {
      throw InceptError(
        .usage, subject: "plot '\(path)'",
        expected: "expected at most \(Self.pictureLimit) images for one file", found: "\(count)",
        hint: "run with fewer images at a time and a file for each, or without --plot")
    }
  }
}
