import TensorCore

/// What the marker segments of a JPEG file say before its first scan (ITU-T T.81, annex B).
struct JPEGHeader {
  let width: Int
  let height: Int
  /// 1 grey, 3 colour, 4 CMYK.
  let components: Int
  /// Whether all coefficients have to be held at once.
  let isProgressive: Bool
  let orientation: ImageOrientation

  init(_ file: UnsafeRawBufferPointer, name: String) throws(InceptError) {
    var scanner = JPEGSegments(file)
    var frame: (kind: UInt8, content: UnsafeRawBufferPointer)?
    var exif: ImageOrientation?
    var hasEXIFOrientation = false
    var xmp: ImageOrientation?
    while let (marker, content) = scanner.next() {
      switch marker {
      case 0xC0...0xCF where ![0xC4, 0xC8, 0xCC].contains(marker): frame = (marker, content)
      case JPEGSegments.application1:
        if let body = content.after("Exif\0\0"), !hasEXIFOrientation {
          exif = ImageOrientation(exif: body)
          hasEXIFOrientation = exif != nil
        } else if let body = content.after("http://ns.adobe.com/xap/1.0/\0"), xmp == nil {
          xmp = ImageOrientation(xmp: body)
        }
      default: break
      }
    }
    guard let (kind, content) = frame else {
      throw InceptError(
        .badData, subject: name, expected: "expected a complete JPEG image",
        found: "no frame header")
    }
    let bytes = ByteReader(content)
    guard let precision = bytes.byte(at: 0), let height = bytes.big16(at: 1),
      let width = bytes.big16(at: 3), let components = bytes.byte(at: 5)
    else {
      throw InceptError(
        .badData, subject: name, expected: "expected a complete JPEG frame header",
        found: "\(content.count) bytes")
    }
    guard precision == 8, [1, 3, 4].contains(components) else {
      throw InceptError(
        .badData, subject: name, expected: "expected a JPEG of 8 bits and 1, 3 or 4 components",
        found: "\(precision) bits and \(components) components")
    }
    self.width = Int(width)
    self.height = Int(height)
    self.components = Int(components)
    isProgressive = ![0xC0, 0xC1, 0xC9].contains(kind)
    orientation = exif ?? xmp ?? .upright
  }
}

/// The marker segments of a JPEG file up to its first scan.
private struct JPEGSegments {
  static let application1: UInt8 = 0xE1

  private let file: UnsafeRawBufferPointer
  private var offset = 2

  init(_ file: UnsafeRawBufferPointer) { self.file = file }

  /// The next segment's marker and content without its length; nil at the scan, the end or nonsense.
  mutating func next() -> (marker: UInt8, content: UnsafeRawBufferPointer)? {
    let bytes = ByteReader(file)
    while let byte = bytes.byte(at: offset) {
      offset += 1
      guard byte == 0xFF else { continue }
      while bytes.byte(at: offset) == 0xFF { offset += 1 }
      guard let marker = bytes.byte(at: offset) else { return nil }
      offset += 1
      switch marker {
      case 0x00, 0x01, 0xD0...0xD8: continue
      case 0xD9, 0xDA: return nil
      default: break
      }
      guard let length = bytes.big16(at: offset).map(Int.init), length >= 2,
        length <= file.count - offset
      else { return nil }
      let content = UnsafeRawBufferPointer(rebasing: file[(offset + 2)..<(offset + length)])
      offset += length
      return (marker, content)
    }
    return nil
  }
}

extension UnsafeRawBufferPointer {
  /// What follows `prefix`, or nil when the bytes don't start with it.
  fileprivate func after(_ prefix: String) -> UnsafeRawBufferPointer? {
    guard starts(with: prefix.utf8) else { return nil }
    return UnsafeRawBufferPointer(rebasing: self[prefix.utf8.count...])
  }
}
