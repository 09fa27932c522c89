import Drawing
import Foundation
import Imaging
import TensorCore
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// What a PNG file of a canvas shows.
struct Rendered {
  let image: Image

  init(_ canvas: Canvas) throws {
    image = try Image.decode(bytes: try canvas.encoded(.png), name: "picture.png")
  }

  /// The colour in the middle of the pixel nearest to a point, as `0xRRGGBB`.
  func colour(_ x: Double, _ y: Double) -> UInt32 {
    let column = min(image.width - 1, max(0, Int(x * 2)))
    let row = min(image.height - 1, max(0, Int(y * 2)))
    let place = (row * image.width + column) * 3
    return image.pixels[place..<place + 3].reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// How many pixels of a rectangle have exactly a colour.
  func count(_ colour: UInt32, in part: Rectangle? = nil) -> Int {
    var count = 0
    for row in 0..<image.height {
      for column in 0..<image.width {
        let (x, y) = (Double(column) / 2, Double(row) / 2)
        if let part, !(part.x..<part.right).contains(x) || !(part.y..<part.bottom).contains(y) {
          continue
        }
        if self.colour(x, y) == colour { count += 1 }
      }
    }
    return count
  }
}

extension Colour {
  /// The colour as `0xRRGGBB`.
  var hex: UInt32 { UInt32(red) << 16 | UInt32(green) << 8 | UInt32(blue) }
}

/// The texts and elements of an SVG file, read by a strict XML parser.
final class SVGContent: NSObject, XMLParserDelegate {
  private(set) var texts: [String] = []
  private(set) var elements: [String] = []
  private var current: String?

  init(_ canvas: Canvas) throws {
    super.init()
    let parser = XMLParser(data: Data(try canvas.encoded(.svg)))
    parser.delegate = self
    guard parser.parse() else { throw NotXML(reason: "\(String(describing: parser.parserError))") }
  }

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String] = [:]
  ) {
    elements.append(element)
    if element == "text" { current = "" }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) { current? += text }

  func parser(
    _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
    qualifiedName: String?
  ) {
    if element == "text", let text = current {
      texts.append(text)
      current = nil
    }
  }
}

/// A file that is not well-formed.
struct NotXML: Error {
  let reason: String
}
