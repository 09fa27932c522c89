import Imaging

/// Up to 256 colours for a picture.
///
/// All of its colours where it has no more. Otherwise those of a division of its colours into boxes of small variance
/// (after X. Wu, "Color Quantization by Dynamic Programming and Principal Analysis", 1992, without its principal axes),
/// moved to the means of what is nearest to them (Lloyd 1982); what a pixel's colour then lacks is handed on to its
/// neighbours (Floyd and Steinberg 1976) where it can be seen.
package struct Palette: Sendable {
  /// Red, green and blue of each colour.
  package let colours: [UInt8]
  /// The index of each colour that a picture has; nil where there are more than ``limit``.
  private let exact: [UInt32: UInt8]?

  /// Most colours of a palette: an index has 8 bits.
  package static let limit = 256

  /// The best palette for a picture, of at most `limit` colours (2 to 256).
  package init(of image: Image, limit: Int = Palette.limit) {
    precondition((2...Self.limit).contains(limit), "Palette: bad limit")
    if let found = Self.distinct(image, limit: limit) {
      exact = Dictionary(
        uniqueKeysWithValues: found.enumerated().map { ($1, UInt8($0)) })
      colours = found.flatMap { [UInt8($0 >> 16), UInt8($0 >> 8 & 255), UInt8($0 & 255)] }
    } else {
      exact = nil
      colours = ColourBoxes(of: image, count: limit).colours
    }
  }

  /// Whether every pixel has its very colour.
  package var isExact: Bool { exact != nil }

  /// The index of each pixel's colour.
  package func indices(of image: Image) -> [UInt8] {
    if let exact {
      return image.mapColours { exact[$0] ?? 0 }
    }
    return Diffusion(colours).indices(of: image)
  }

  /// The colours of a picture in rising order, or nil where there are more than `limit`.
  private static func distinct(_ image: Image, limit: Int) -> [UInt32]? {
    var found: Set<UInt32> = []
    if image.channels == 1 {
      var has = [Bool](repeating: false, count: 256)
      for level in image.pixels { has[Int(level)] = true }
      let levels = has.indices.filter { has[$0] }.map { UInt32($0) * 0x010101 }
      return levels.count <= limit ? levels : nil
    }
    var last: UInt32?
    let pixels = image.pixels
    for place in stride(from: 0, to: pixels.count, by: 3) {
      let colour =
        UInt32(pixels[place]) << 16 | UInt32(pixels[place + 1]) << 8 | UInt32(pixels[place + 2])
      guard colour != last else { continue }
      last = colour
      found.insert(colour)
      if found.count > limit { return nil }
    }
    return found.sorted()
  }
}

extension Image {
  /// `body` of every pixel's colour `0xRRGGBB`; called once for equal neighbours.
  fileprivate func mapColours(_ body: (UInt32) -> UInt8) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(width * height)
    var (last, index) = (UInt32.max, UInt8(0))
    for place in stride(from: 0, to: pixels.count, by: channels) {
      let green = channels == 3 ? place + 1 : place
      let blue = channels == 3 ? place + 2 : place
      let colour =
        UInt32(pixels[place]) << 16 | UInt32(pixels[green]) << 8 | UInt32(pixels[blue])
      if colour != last { (last, index) = (colour, body(colour)) }
      result.append(index)
    }
    return result
  }
}

/// Gives each pixel the nearest colour of a palette, and what that lacks to the pixels beside and below it.
private struct Diffusion {
  private let colours: [(red: Int, green: Int, blue: Int)]

  /// Differences up to this are not handed on: nobody sees them, and noise is hard to compress.
  private static let unseen = 4

  init(_ palette: [UInt8]) {
    colours = stride(from: 0, to: palette.count, by: 3).map {
      (Int(palette[$0]), Int(palette[$0 + 1]), Int(palette[$0 + 2]))
    }
  }

  func indices(of image: Image) -> [UInt8] {
    let image = image.rgb()
    let width = image.width
    var result = [UInt8](repeating: 0, count: width * image.height)
    // Sixteenths of what this row and the next one still get, with a pixel more at both ends.
    var current = [Int](repeating: 0, count: 3 * (width + 2))
    var next = current
    var known = Known()
    for y in 0..<image.height {
      let isForward = y % 2 == 0
      for step in 0..<width {
        let x = isForward ? step : width - 1 - step
        let ahead = isForward ? 3 : -3
        let place = 3 * (y * width + x)
        let cell = 3 * (x + 1)
        var wanted = (0, 0, 0)
        wanted.0 = Self.clamped(Int(image.pixels[place]) + (current[cell] + 8) >> 4)
        wanted.1 = Self.clamped(Int(image.pixels[place + 1]) + (current[cell + 1] + 8) >> 4)
        wanted.2 = Self.clamped(Int(image.pixels[place + 2]) + (current[cell + 2] + 8) >> 4)
        let index = known.index(wanted) { nearest($0) }
        result[y * width + x] = UInt8(index)
        let colour = colours[index]
        let lack = [wanted.0 - colour.red, wanted.1 - colour.green, wanted.2 - colour.blue]
        guard lack.contains(where: { abs($0) > Self.unseen }) else { continue }
        for channel in 0..<3 {
          current[cell + ahead + channel] += 7 * lack[channel]
          next[cell - ahead + channel] += 3 * lack[channel]
          next[cell + channel] += 5 * lack[channel]
          next[cell + ahead + channel] += lack[channel]
        }
      }
      swap(&current, &next)
      for cell in next.indices { next[cell] = 0 }
    }
    return result
  }

  private static func clamped(_ value: Int) -> Int { min(max(value, 0), 255) }

  private func nearest(_ wanted: (Int, Int, Int)) -> Int {
    var (best, least) = (0, Int.max)
    for (index, colour) in colours.enumerated() {
      let red = colour.red - wanted.0
      let green = colour.green - wanted.1
      let blue = colour.blue - wanted.2
      let distance = red * red + green * green + blue * blue
      if distance < least { (best, least) = (index, distance) }
    }
    return best
  }

  /// Colours that were looked up lately.
  private struct Known {
    private var keys = [Int](repeating: -1, count: Known.size)
    private var values = [Int](repeating: 0, count: Known.size)
    private static let size = 1 << 14

    mutating func index(
      _ colour: (Int, Int, Int), _ find: ((Int, Int, Int)) -> Int
    ) -> Int {
      let key = colour.0 << 16 | colour.1 << 8 | colour.2
      let slot = (key &* 0x9E37_79B1) >> 7 & (Self.size - 1)
      if keys[slot] != key {
        keys[slot] = key
        values[slot] = find(colour)
      }
      return values[slot]
    }
  }
}
