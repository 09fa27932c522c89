import Animation
import Foundation
import Imaging
import TensorCore
import TestSupport
import Testing

@Suite("pictures in terminals")
struct TerminalImageTests {
  private func image(_ width: Int, _ height: Int, channels: Int = 3) -> Image {
    var random = RandomSource(seed: 3)
    let pixels = (0..<(width * height * channels)).map { _ in UInt8(random.int(in: 0...5) * 51) }
    return Image(width: width, height: height, channels: channels, pixels: pixels)
  }

  @Test("terminals are known by what they set")
  func detection() {
    let cases: [([String: String], String?)] = [
      (["TERM": "xterm-kitty"], "kitty"),
      (["TERM": "xterm-256color", "KITTY_WINDOW_ID": "1"], "kitty"),
      (["TERM": "xterm-ghostty"], "kitty"),
      (["TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"], "iterm2"),
      (["TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"], "iterm2"),
      (["TERM": "xterm-256color", "TERM_PROGRAM": "WezTerm"], "iterm2"),
      (["TERM": "foot"], "sixel"),
      (["TERM": "mlterm"], "sixel"),
      (["TERM": "xterm", "TERM_PROGRAM": "mintty"], "sixel"),
      (["TERM": "xterm-256color", "KONSOLE_VERSION": "230805"], "sixel"),
      (["TERM": "xterm-256color", "KONSOLE_VERSION": "210800"], nil),
      (["TERM": "xterm-256color"], nil),
      (["TERM": "linux"], nil), ([:], nil),
      (["TERM": "dumb", "TERM_PROGRAM": "iTerm.app"], nil),
      (["TERM": "screen-256color", "KITTY_WINDOW_ID": "1"], nil),
      (["TERM": "tmux-256color", "LC_TERMINAL": "iTerm2"], nil),
      (["TERM": "xterm-kitty", "TMUX": "/tmp/tmux-0/default,1,0"], nil),
      (["TERM": "xterm-256color", "INCEPT_PICTURES": "sixel"], "sixel"),
      (["TERM": "xterm-kitty", "INCEPT_PICTURES": "none"], nil),
      (["TERM": "xterm-kitty", "INCEPT_PICTURES": "iTerm2"], "iterm2"),
    ]
    for (environment, expected) in cases {
      #expect(TerminalImage(environment: environment)?.rawValue == expected, "\(environment)")
    }
  }

  @Test("kitty's parts are those of a PNG file with the very pixels")
  func kitty() throws {
    let image = image(90, 60)
    let text = String(
      decoding: try TerminalImage.kitty.sequence(image, fitting: 4000), as: UTF8.self)
    #expect(text.hasPrefix("\u{1B}_Gf=100,a=T,q=2,m=1;") && text.hasSuffix("\u{1B}\\\n"))
    var base64 = ""
    let parts = text.dropLast().components(separatedBy: "\u{1B}\\").dropLast()
    for (index, part) in parts.enumerated() {
      let pieces = part.components(separatedBy: ";")
      #expect(pieces.count == 2 && pieces[1].utf8.count <= 4096)
      #expect(pieces[0].hasSuffix(index == parts.count - 1 ? "m=0" : "m=1"))
      base64 += pieces[1]
    }
    try expectImage(base64, image)
  }

  @Test("iTerm2 gets a PNG file with the very pixels")
  func iterm2() throws {
    let image = image(33, 20, channels: 1)
    let text = String(
      decoding: try TerminalImage.iterm2.sequence(image, fitting: 4000), as: UTF8.self)
    #expect(text.hasPrefix("\u{1B}]1337;File=inline=1;size=") && text.hasSuffix("\u{07}\n"))
    let base64 = text.dropLast(2).components(separatedBy: ":").last ?? ""
    let size = text.components(separatedBy: "size=")[1].components(separatedBy: ";")[0]
    #expect(Int(size) == Data(base64Encoded: base64)?.count)
    try expectImage(base64, image)
  }

  private func expectImage(_ base64: String, _ image: Image) throws {
    let data = try #require(Data(base64Encoded: base64))
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-\(UUID().uuidString).png")
    defer { try? FileManager.default.removeItem(at: path) }
    try data.write(to: path)
    #expect(try Image.decode(path: path.path) == image)
  }

  @Test("sixels come back as the pixels", arguments: [(1, 1), (5, 6), (40, 13), (64, 36)])
  func sixel(_ width: Int, _ height: Int) throws {
    let image = image(width, height)
    let shown = try Sixels(try TerminalImage.sixel.sequence(image, fitting: 4000))
    #expect(shown.width == width && shown.height == height)
    // Colours are in percent: 51 is 20 %.
    #expect(shown.pixels == image.pixels)
  }

  @Test("wide pictures are made narrower in proportion")
  func narrow() throws {
    let shown = try Sixels(try TerminalImage.sixel.sequence(image(100, 40), fitting: 50))
    #expect(shown.width == 50 && shown.height == 20)
  }
}

/// Draws sixels as the VT340's manual says.
private struct Sixels {
  private(set) var width = 0
  private(set) var height = 0
  private(set) var pixels: [UInt8] = []

  struct Bad: Error { let byte: UInt8 }

  init(_ bytes: [UInt8]) throws {
    guard bytes.starts(with: Array("\u{1B}P0;1;0q".utf8)), bytes.suffix(2) == [0x1B, 0x5C] else {
      throw Bad(byte: 0)
    }
    var rest = bytes.dropFirst(8).dropLast(2)
    var colours: [Int: [UInt8]] = [:]
    var (colour, x, top) = (0, 0, 0)
    func numbers() -> [Int] {
      let text = rest.prefix { ($0 >= 48 && $0 <= 57) || $0 == 59 }
      rest = rest.dropFirst(text.count)
      return String(decoding: text, as: UTF8.self).split(separator: ";").compactMap { Int($0) }
    }
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""):
        let size = numbers()
        (width, height) = (size[2], size[3])
        pixels = [UInt8](repeating: 1, count: 3 * width * height)
      case UInt8(ascii: "#"):
        let parts = numbers()
        colour = parts[0]
        if parts.count == 5 {
          colours[colour] = parts[2...].map { UInt8((Double($0) * 2.55).rounded()) }
        }
      case UInt8(ascii: "$"): x = 0
      case UInt8(ascii: "-"): (x, top) = (0, top + 6)
      case UInt8(ascii: "!"):
        let count = numbers()[0]
        guard let bits = rest.popFirst() else { throw Bad(byte: byte) }
        for _ in 0..<count { draw(bits - 63, colours[colour] ?? [], &x, top) }
      case 63...126: draw(byte - 63, colours[colour] ?? [], &x, top)
      default: throw Bad(byte: byte)
      }
    }
  }

  private mutating func draw(_ bits: UInt8, _ colour: [UInt8], _ x: inout Int, _ top: Int) {
    for row in 0..<6 where bits >> UInt8(row) & 1 != 0 {
      for channel in 0..<3 { pixels[3 * ((top + row) * width + x) + channel] = colour[channel] }
    }
    x += 1
  }
}
