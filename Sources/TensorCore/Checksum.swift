/// What a publisher says about the bytes of a file. Hexadecimal digits are lower case.
package enum Checksum: Sendable, Hashable {
  /// SHA-256, 64 digits.
  case sha256(String)
  /// The first digits of SHA-256, as in the names of torchvision's files.
  case sha256Prefix(String)
  /// MD5, 32 digits, as in Keras's sources.
  case md5(String)

  /// A SHA-256 as people write it; nil for anything else than 64 hexadecimal digits.
  package init?(sha256 text: String) {
    let digits = text.lowercased()
    guard digits.utf8.count == 64,
      digits.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
    else { return nil }
    self = .sha256(digits)
  }

  /// Digits of SHA-256, all or the first of them; nil for another checksum.
  package var sha256Digits: String? {
    switch self {
    case .sha256(let digits), .sha256Prefix(let digits): digits
    case .md5: nil
    }
  }

  /// Digits of MD5; nil for another checksum.
  package var md5Digits: String? {
    if case .md5(let digits) = self { digits } else { nil }
  }

  /// `SHA-256 0cc3c7bd…`, `MD5 9a0d…64`
  package var text: String {
    switch self {
    case .sha256(let digits): "SHA-256 \(digits)"
    case .sha256Prefix(let digits): "SHA-256 \(digits)…"
    case .md5(let digits): "MD5 \(digits)"
    }
  }

  /// Bytes in lower-case hexadecimal digits.
  package static func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
