import Imaging
import TensorCore

/// The kinds of files that a picture can become.
package enum PictureFormat: String, Sendable, CaseIterable {
  case png, pdf, svg

  /// The kind that a file's name ends with, in any case.
  ///
  /// - Throws: `.usage` for any other ending, naming those that there are.
  package init(path: String) throws(InceptError) {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    if let dot = name.lastIndex(of: "."), dot > name.startIndex,
      let format = Self(rawValue: name[name.index(after: dot)...].lowercased())
    {
      self = format
      return
    }
    throw InceptError(
      .usage, subject: "picture file '\(path)'",
      expected: "expected a name that ends in .png, .pdf or .svg")
  }
}

extension Canvas {
  /// Writes the picture to a file, which appears whole or not at all; its name says in which format. PNG has 2
  /// pixels a point.
  ///
  /// Equal pictures become equal files, as far as the same version of Cairo and the same fonts are there.
  ///
  /// - Throws: `.usage` for another ending than .png, .pdf and .svg, or a PNG too large; `.cannotCreate`;
  ///   `.unavailable` without Cairo.
  package func write(to path: String) throws(InceptError) {
    let bytes = try encoded(PictureFormat(path: path))
    try bytes.withUnsafeBufferPointer { (buffer) throws(InceptError) in
      try FileAccess.write([UnsafeRawBufferPointer(buffer)], to: path)
    }
  }

  /// The picture's pixels in RGB, `scale` a point (a PNG file has 2).
  ///
  /// - Throws: `.usage` for too many pixels; `.unavailable` without Cairo.
  package func image(scale: Double = 2) throws(InceptError) -> Image {
    try CairoRenderer(self).bitmap(scale: scale)
  }

  /// The bytes of a file of the picture.
  package func encoded(_ format: PictureFormat) throws(InceptError) -> [UInt8] {
    switch format {
    case .png: try CairoRenderer(self).png()
    case .pdf: try CairoRenderer(self).pdf()
    case .svg: try SVGWriter(self).bytes()
    }
  }
}
