import Foundation

/// Looks for whole numbers in a document that are too large for what graphs count.
///
/// Operators compute with extents, strides and pads before they can say that a sum of them is none; within this bound the
/// products of two, and sums of many, are within 64 bits.
enum IntegerBound {
  /// The largest magnitude.
  static let largest = 1 << 30

  /// The first whole number that is larger; nil where there is none.
  ///
  /// JSON does not tell a whole number from a floating-point number that happens to be one; a property list does.
  static func firstBeyond(in document: some Encodable) throws -> String? {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .xml
    let list = try encoder.encode(document)
    let tag = Data("<integer>".utf8)
    var rest = list.startIndex..<list.endIndex
    while let found = list.range(of: tag, in: rest) {
      let digits = list[found.upperBound...].prefix { $0 != UInt8(ascii: "<") }
      let text = String(decoding: digits, as: UTF8.self)
      guard let value = Int(text), value.magnitude <= largest else { return text }
      rest = digits.endIndex..<list.endIndex
    }
    return nil
  }
}
