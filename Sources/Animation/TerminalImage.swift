import Foundation
import Imaging
import TensorCore

/// Control sequences that make a terminal show a picture at the cursor.
package enum TerminalImage: String, Sendable, CaseIterable {
  /// kitty's graphics protocol: a PNG file in parts of 4 KiB.
  case kitty
  /// iTerm2's inline images: a PNG file at once.
  case iterm2
  /// DEC's sixels: 6 rows at a time, up to 256 colours (VT340 Programmer Reference Manual, chapter 14).
  case sixel

  /// What shows `image` and then a new line.
  ///
  /// - Parameter limit: The widest picture in pixels; larger ones are made smaller.
  package func sequence(_ image: Image, fitting limit: Int) throws(InceptError) -> [UInt8] {
    let image = try image.narrowed(to: max(1, limit))
    switch self {
    case .kitty: return Self.kitty(try Image.encodePNG(image))
    case .iterm2: return Self.iterm2(try Image.encodePNG(image))
    case .sixel: return SixelWriter(image).bytes()
    }
  }

  /// Characters of a part, at most: a multiple of 4, as base64 has it.
  private static let partSize = 4096

  private static func kitty(_ png: [UInt8]) -> [UInt8] {
    let data = Array(Data(png).base64EncodedString().utf8)
    var result: [UInt8] = []
    for start in stride(from: 0, to: data.count, by: partSize) {
      let end = min(start + partSize, data.count)
      // Shown when it is there (a=T), as PNG (f=100), without an answer to our standard input (q=2).
      let keys = start == 0 ? "f=100,a=T,q=2," : ""
      result += Array("\u{1B}_G\(keys)m=\(end < data.count ? 1 : 0);".utf8)
      result += data[start..<end]
      result += Array("\u{1B}\\".utf8)
    }
    return result + [UInt8(ascii: "\n")]
  }

  private static func iterm2(_ png: [UInt8]) -> [UInt8] {
    let head = "\u{1B}]1337;File=inline=1;size=\(png.count);preserveAspectRatio=1:"
    return Array((head + Data(png).base64EncodedString() + "\u{07}\n").utf8)
  }
}

extension TerminalImage {
  /// What the terminal that these variables are of can show, by those that terminals set for the programs in them; nil
  /// for none that is known.
  ///
  /// `INCEPT_PICTURES` (`kitty`, `iterm2`, `sixel` or `none`) is believed before all. tmux and screen pass pictures on only
  /// where they are told to, so nothing is known inside of them.
  package init?(environment: [String: String]) {
    func value(_ name: String) -> String { environment[name, default: ""] }
    let chosen = value("INCEPT_PICTURES").lowercased()
    if !chosen.isEmpty {
      self.init(rawValue: chosen)
      return
    }
    let term = value("TERM")
    let program = value("TERM_PROGRAM")
    guard term != "dumb", !term.hasPrefix("screen"), !term.hasPrefix("tmux"),
      value("TMUX").isEmpty, value("STY").isEmpty
    else { return nil }
    if term == "xterm-kitty" || term == "xterm-ghostty" || program == "ghostty"
      || !value("KITTY_WINDOW_ID").isEmpty
    {
      self = .kitty
    } else if ["iTerm.app", "WezTerm"].contains(program) || value("LC_TERMINAL") == "iTerm2" {
      self = .iterm2
    } else if let version = Int(value("KONSOLE_VERSION")), version >= Self.konsoleWithSixels {
      self = .sixel
    } else if program == "mintty" || term.contains("sixel")
      || ["foot", "foot-extra", "mlterm", "contour", "yaft-256color"].contains(term)
    {
      self = .sixel
    } else {
      return nil
    }
  }

  /// The first Konsole that shows sixels, 22.04, as it numbers itself.
  private static let konsoleWithSixels = 220_400
}

extension Image {
  /// The picture at most `limit` pixels wide, in proportion.
  fileprivate func narrowed(to limit: Int) throws(InceptError) -> Image {
    guard width > limit else { return self }
    let rows = (Double(height) * Double(limit) / Double(width)).rounded()
    return try resized(width: limit, height: max(1, Int(rows)), filter: .bilinear)
  }
}
