/// How a camera held the picture: values 1 to 8 of the EXIF tag Orientation (EXIF 2.3, 4.6.4 A).
enum ImageOrientation: Int, CaseIterable {
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, quarterRight, transversed, quarterLeft

  var isUpright: Bool { self == .upright }

  /// Whether rows of the stored picture become columns.
  var swapsSides: Bool { rawValue >= Self.transposed.rawValue }

  /// The orientation in an EXIF block (TIFF), or nil where there is none, it is malformed or no value of 1 to 8.
  init?(exif block: UnsafeRawBufferPointer) {
    let bytes = ByteReader(block)
    // Some writers put the JPEG segment's prefix into PNG chunks too.
    let prefix = Array("Exif\0\0".utf8)
    let base = block.starts(with: prefix) ? prefix.count : 0
    let little: Bool
    switch bytes.big32(at: base) {
    case 0x4949_2A00: little = true
    case 0x4D4D_002A: little = false
    default: return nil
    }
    func short(_ offset: Int) -> Int? {
      (little ? bytes.little16(at: offset) : bytes.big16(at: offset)).map(Int.init)
    }
    func long(_ offset: Int) -> Int? {
      (little ? bytes.little32(at: offset) : bytes.big32(at: offset)).map(Int.init)
    }
    guard let directory = long(base + 4), let entries = short(base + directory) else { return nil }
    let orientationTag = 0x0112
    let entrySize = 12
    for entry in 0..<entries {
      let start = base + directory + 2 + entry * entrySize
      guard let tag = short(start), let type = short(start + 2), let count = long(start + 4)
      else { return nil }
      guard tag == orientationTag, count == 1 else { continue }
      let (byteType, shortType, longType) = (1, 3, 4)
      let value: Int? =
        switch type {
        case byteType: bytes.byte(at: start + 8).map(Int.init)
        case shortType: short(start + 8)
        case longType: long(start + 8)
        default: nil
        }
      guard let value else { return nil }
      self.init(rawValue: value)
      return
    }
    return nil
  }

  /// The orientation in an XMP packet: `tiff:Orientation="6"` or `<tiff:Orientation>6`.
  init?(xmp packet: UnsafeRawBufferPointer) {
    let key = Array("tiff:Orientation".utf8)
    let opening: [[UInt8]] = [Array("=\"".utf8), Array(">".utf8)]
    var rest = packet[...]
    while rest.count > key.count {
      guard let start = rest.firstIndex(of: key[0]) else { return nil }
      rest = rest[start...]
      guard rest.starts(with: key) else {
        rest = rest.dropFirst()
        continue
      }
      rest = rest.dropFirst(key.count)
      for mark in opening where rest.starts(with: mark) {
        guard let digit = rest.dropFirst(mark.count).first else { return nil }
        let zero = Int(UInt8(ascii: "0"))
        guard (0...9).contains(Int(digit) - zero) else { continue }
        self.init(rawValue: Int(digit) - zero)
        return
      }
    }
    return nil
  }
}

extension Image {
  /// The picture turned and mirrored so that it is seen as it was taken.
  func applying(_ orientation: ImageOrientation) -> Image {
    guard !orientation.isUpright else { return self }
    let (newWidth, newHeight) = orientation.swapsSides ? (height, width) : (width, height)
    // The stored sample of new pixel (0, 0), and the steps to the one on its right and the one below.
    let row = width * channels
    let lastRow = (height - 1) * row
    let lastColumn = row - channels
    let (origin, right, down): (Int, Int, Int) =
      switch orientation {
      case .upright: (0, channels, row)
      case .mirrored: (lastColumn, -channels, row)
      case .upsideDown: (lastRow + lastColumn, -channels, -row)
      case .flipped: (lastRow, channels, -row)
      case .transposed: (0, row, channels)
      case .quarterRight: (lastRow, -row, channels)
      case .transversed: (lastRow + lastColumn, -row, -channels)
      case .quarterLeft: (lastColumn, row, -channels)
      }
    let turned = [UInt8](unsafeUninitializedCapacity: pixels.count) { destination, count in
      pixels.withUnsafeBufferPointer { source in
        var target = 0
        for y in 0..<newHeight {
          var stored = origin + y * down
          for _ in 0..<newWidth {
            for channel in 0..<channels {
              destination[target + channel] = source[stored + channel]
            }
            target += channels
            stored += right
          }
        }
      }
      count = pixels.count
    }
    return Image(width: newWidth, height: newHeight, channels: channels, pixels: turned)
  }
}
