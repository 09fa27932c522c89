/// Decodes GIF files by the specification (CompuServe, "Graphics Interchange Format, Version 89a", 1990), without any
/// library.
package struct GIFReader {
  /// The pictures as they are shown, RGB.
  package private(set) var frames: [[UInt8]] = []
  /// Hundredths of a second for each.
  package private(set) var delays: [Int] = []
  /// The rectangles that were stored: left, top, width, height.
  package private(set) var areas: [[Int]] = []
  /// Pixels per row.
  package private(set) var width = 0
  /// Number of rows.
  package private(set) var height = 0
  /// How often it repeats, 0 for ever; nil where it doesn't say.
  package private(set) var repeats: Int?

  /// What is wrong with a file.
  package struct Bad: Error { let why: String }

  private let bytes: [UInt8]
  private var place = 0

  /// Reads a whole file.
  package init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    guard try take(6) == Array("GIF89a".utf8) else { throw Bad(why: "signature") }
    (width, height) = (try short(), try short())
    let flags = try byte()
    _ = try take(2)
    let global = flags & 0x80 != 0 ? try take(3 << (Int(flags & 7) + 1)) : []
    var canvas = [UInt8](repeating: 0, count: 3 * width * height)
    var delay = 0
    while true {
      switch try byte() {
      case 0x21:
        let label = try byte()
        let blocks = try blocks()
        if label == 0xF9 { delay = Int(blocks[1]) | Int(blocks[2]) << 8 }
        if label == 0xFF, blocks.starts(with: Array("NETSCAPE2.0".utf8)) {
          repeats = Int(blocks[12]) | Int(blocks[13]) << 8
        }
      case 0x2C:
        try image(global, &canvas)
        frames.append(canvas)
        delays.append(delay)
      case 0x3B:
        guard place == bytes.count else { throw Bad(why: "bytes after the end") }
        return
      case let other: throw Bad(why: "block \(other)")
      }
    }
  }

  private mutating func image(_ global: [UInt8], _ canvas: inout [UInt8]) throws {
    let area = [try short(), try short(), try short(), try short()]
    areas.append(area)
    let flags = try byte()
    guard flags & 0x40 == 0 else { throw Bad(why: "interlaced") }
    let colours = flags & 0x80 != 0 ? try take(3 << (Int(flags & 7) + 1)) : global
    let size = Int(try byte())
    let indices = try Self.decompress(try blocks(), size, area[2] * area[3])
    for (index, colour) in indices.enumerated() {
      let (row, column) = index.quotientAndRemainder(dividingBy: area[2])
      let target = 3 * ((area[1] + row) * width + area[0] + column)
      for channel in 0..<3 { canvas[target + channel] = colours[3 * Int(colour) + channel] }
    }
  }

  /// Lempel, Ziv and Welch's codes of growing width.
  private static func decompress(_ data: [UInt8], _ size: Int, _ count: Int) throws -> [UInt8] {
    let clear = 1 << size
    var table: [[UInt8]] = []
    func fresh() -> [[UInt8]] { (0..<(clear + 2)).map { $0 < clear ? [UInt8($0)] : [] } }
    table = fresh()
    var width = size + 1
    var (result, last): ([UInt8], [UInt8]) = ([], [])
    var bit = 0
    while true {
      guard bit + width <= 8 * data.count else { throw Bad(why: "codes end early") }
      var code = 0
      for position in 0..<width {
        let source = bit + position
        code |= Int(data[source / 8] >> UInt8(source % 8) & 1) << position
      }
      bit += width
      if code == clear {
        table = fresh()
        width = size + 1
        last = []
        continue
      }
      if code == clear + 1 { break }
      guard code < table.count || (code == table.count && !last.isEmpty) else {
        throw Bad(why: "code \(code) of \(table.count)")
      }
      let entry = code < table.count ? table[code] : last + [last[0]]
      result += entry
      if !last.isEmpty, table.count < 4096 { table.append(last + [entry[0]]) }
      if table.count == 1 << width, width < 12 { width += 1 }
      last = entry
    }
    guard result.count == count else { throw Bad(why: "\(result.count) pixels of \(count)") }
    return result
  }

  private mutating func byte() throws -> UInt8 { try take(1)[0] }

  private mutating func short() throws -> Int {
    let pair = try take(2)
    return Int(pair[0]) | Int(pair[1]) << 8
  }

  private mutating func take(_ count: Int) throws -> [UInt8] {
    guard place + count <= bytes.count else { throw Bad(why: "the file ends early") }
    defer { place += count }
    return Array(bytes[place..<(place + count)])
  }

  /// Sub-blocks, joined; an application's name is the first of them.
  private mutating func blocks() throws -> [UInt8] {
    var result: [UInt8] = []
    while true {
      let count = Int(try byte())
      if count == 0 { return result }
      result += try take(count)
    }
  }
}
