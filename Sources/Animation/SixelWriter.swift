import Imaging

/// Writes a picture as sixels: bands of 6 rows, in each a line for every colour in it, with repetitions counted.
struct SixelWriter {
  private let image: Image
  private let palette: Palette
  private let indices: [UInt8]

  /// Rows of a band.
  private static let band = 6
  /// The character for 6 empty pixels; the 6 bits are added to it, the upper row's the lowest.
  private static let empty = UInt8(ascii: "?")

  init(_ image: Image) {
    self.image = image
    palette = Palette(of: image)
    indices = palette.indices(of: image)
  }

  func bytes() -> [UInt8] {
    // Pixels are square, unset ones keep what is behind.
    var text = Array("\u{1B}P0;1;0q\"1;1;\(image.width);\(image.height)".utf8)
    for index in 0..<(palette.colours.count / 3) {
      let parts = (0..<3).map { (Int(palette.colours[3 * index + $0]) * 100 + 127) / 255 }
      text += Array("#\(index);2;\(parts[0]);\(parts[1]);\(parts[2])".utf8)
    }
    for top in stride(from: 0, to: image.height, by: Self.band) {
      append(bandFrom: top, to: &text)
      text.append(UInt8(ascii: "-"))
    }
    return text + Array("\u{1B}\\".utf8)
  }

  private func append(bandFrom top: Int, to text: inout [UInt8]) {
    let width = image.width
    let rows = min(Self.band, image.height - top)
    var lines: [UInt8: [UInt8]] = [:]
    for row in 0..<rows {
      for x in 0..<width {
        let index = indices[(top + row) * width + x]
        lines[index, default: [UInt8](repeating: 0, count: width)][x] |= 1 << UInt8(row)
      }
    }
    for (position, line) in lines.sorted(by: { $0.key < $1.key }).enumerated() {
      // Back to the band's start for the next colour.
      if position > 0 { text.append(UInt8(ascii: "$")) }
      text += Array("#\(line.key)".utf8)
      Self.append(line.value, to: &text)
    }
  }

  private static func append(_ bits: [UInt8], to text: inout [UInt8]) {
    let end = (bits.lastIndex { $0 != 0 } ?? -1) + 1
    var x = 0
    while x < end {
      var next = x + 1
      while next < end, bits[next] == bits[x] { next += 1 }
      let character = empty + bits[x]
      let count = next - x
      if count > 3 {
        text += Array("!\(count)".utf8) + [character]
      } else {
        text += [UInt8](repeating: character, count: count)
      }
      x = next
    }
  }
}
