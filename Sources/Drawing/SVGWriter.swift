import Foundation
import Imaging
import TensorCore

/// Writes a canvas as SVG 1.1 with text as text, which can be searched, copied and read aloud. (Cairo's own SVG
/// has outlines of letters instead.)
struct SVGWriter {
  private let canvas: Canvas

  init(_ canvas: Canvas) { self.canvas = canvas }

  /// The file.
  func bytes() throws(InceptError) -> [UInt8] {
    let (width, height) = (Self.number(canvas.width), Self.number(canvas.height))
    var clips = 0
    var text = """
      <?xml version="1.0" encoding="UTF-8"?>
      <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" \
      width="\(width)pt" height="\(height)pt" viewBox="0 0 \(width) \(height)" \
      font-family="\(Cairo.family)" stroke-linejoin="round">
      <title>\(Self.escaped(canvas.title))</title>
      <rect width="\(width)" height="\(height)"\(Self.fill(.paper))/>

      """
    for mark in canvas.marks {
      switch mark {
      case .line(let points, let stroke):
        let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }
        text += "<polyline points=\"\(list.joined(separator: " "))\"\(Self.paint(nil, stroke))/>\n"
      case .rectangle(let rectangle, let fill, let stroke):
        text += "<rect\(Self.attributes(rectangle))\(Self.paint(fill, stroke))/>\n"
      case .circle(let centre, let radius, let fill):
        text += "<circle\(Self.attributes(centre, "cx", "cy"))"
        text += " r=\"\(Self.number(radius))\"\(Self.fill(fill))/>\n"
      case .text(let placed): text += Self.element(placed)
      case .image(let image, let rectangle): text += try Self.element(image, rectangle)
      case .clip(let rectangle):
        clips += 1
        text += "<clipPath id=\"clip\(clips)\"><rect\(Self.attributes(rectangle))/></clipPath>"
        text += "<g clip-path=\"url(#clip\(clips))\">\n"
      case .endOfClip: text += "</g>\n"
      }
    }
    return Array((text + "</svg>\n").utf8)
  }

  private static func element(_ placed: Canvas.PlacedText) -> String {
    let style = placed.style
    var text = "<text"
    if placed.isTurned {
      text += " transform=\"translate(\(number(placed.anchor.x)) \(number(placed.anchor.y)))"
      text += " rotate(-90)\""
    } else {
      text += attributes(placed.anchor, "x", "y")
    }
    switch placed.alignment {
    case .start: break
    case .middle: text += " text-anchor=\"middle\""
    case .end: text += " text-anchor=\"end\""
    }
    if style.isBold { text += " font-weight=\"bold\"" }
    text += " font-size=\"\(number(style.size))\"\(fill(style.colour))>"
    return text + "\(escaped(placed.text))</text>\n"
  }

  private static func element(
    _ image: Image, _ rectangle: Rectangle
  ) throws(InceptError) -> String {
    let data = Data(try Image.encodePNG(image)).base64EncodedString()
    // The attribute is SVG 1.1's, the style CSS's: each is what some viewers understand.
    let pixels =
      image.isEnlarged(in: rectangle)
      ? " image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\"" : ""
    return "<image\(attributes(rectangle)) preserveAspectRatio=\"none\"\(pixels) "
      + "xlink:href=\"data:image/png;base64,\(data)\"/>\n"
  }

  private static func attributes(_ point: Point, _ x: String, _ y: String) -> String {
    " \(x)=\"\(number(point.x))\" \(y)=\"\(number(point.y))\""
  }

  private static func attributes(_ rectangle: Rectangle) -> String {
    attributes(Point(rectangle.x, rectangle.y), "x", "y")
      + " width=\"\(number(rectangle.width))\" height=\"\(number(rectangle.height))\""
  }

  private static func paint(_ fill: Colour?, _ stroke: Canvas.Stroke?) -> String {
    var text = fill.map(self.fill) ?? " fill=\"none\""
    if let stroke {
      text += " stroke=\"\(hex(stroke.colour))\" stroke-width=\"\(number(stroke.width))\""
      if stroke.colour.opacity < 1 {
        text += " stroke-opacity=\"\(number(stroke.colour.opacity))\""
      }
    }
    return text
  }

  private static func fill(_ colour: Colour) -> String {
    let opacity = colour.opacity < 1 ? " fill-opacity=\"\(number(colour.opacity))\"" : ""
    return " fill=\"\(hex(colour))\"\(opacity)"
  }

  private static func hex(_ colour: Colour) -> String {
    String(format: "#%02x%02x%02x", Int(colour.red), Int(colour.green), Int(colour.blue))
  }

  /// Hundredths, which is finer than can be seen, without trailing zeros.
  static func number(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let (whole, part) = abs(hundredths).quotientAndRemainder(dividingBy: 100)
    let sign = hundredths < 0 ? "-" : ""
    if part == 0 { return "\(sign)\(whole)" }
    if part % 10 == 0 { return "\(sign)\(whole).\(part / 10)" }
    return "\(sign)\(whole).\(part < 10 ? "0" : "")\(part)"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
