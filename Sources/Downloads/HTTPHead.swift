/// What is read of a response's header lines: those of the last response, after redirects.
struct HTTPHead: Sendable, Hashable {
  /// 200, 206, …
  private(set) var status = 0
  private var fields: [String: String] = [:]
  /// Bytes of header lines, of all responses.
  private(set) var byteCount = 0

  /// More than any server has reason for.
  static let limit = 1 << 16

  /// Takes a line as it came.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    byteCount += bytes.count
    guard byteCount <= Self.limit else { return }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      fields = [:]
      let words = line.split(whereSeparator: \.isWhitespace)
      status = words.count > 1 ? Int(words[1]) ?? 0 : 0
    } else if let colon = line.firstIndex(of: ":") {
      let name = line[..<colon].lowercased()
      fields[name] = String(line[line.index(after: colon)...]).trimmed
    }
  }

  /// A field's value, by its name in lower case.
  subscript(name: String) -> String? { fields[name] }

  /// Whether the server says how many bytes follow, but not as a number.
  var hasBadLength: Bool { self["content-length"] != nil && contentLength == nil }

  /// Bytes of the body that follows, where the server says that.
  var contentLength: Int? {
    self["content-length"].flatMap { Int($0) }.flatMap { $0 < 0 ? nil : $0 }
  }

  /// Which bytes of how large a file follow: `bytes 100-199/200`; both nil for `bytes */200`.
  var contentRange: (first: Int?, last: Int?, total: Int?)? {
    guard let value = self["content-range"], value.lowercased().hasPrefix("bytes ") else {
      return nil
    }
    let parts = value.dropFirst("bytes ".count).split(
      separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let total = Self.number(parts[1])
    guard total != nil || parts[1] == "*" else { return nil }
    if parts[0] == "*" { return (nil, nil, total) }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]),
      first <= last, last < total ?? .max
    else { return nil }
    return (first, last, total)
  }

  /// What tells this version of the file from others, fit for `If-Range`; a weak tag is not.
  var validator: String? {
    if let tag = self["etag"], tag.hasPrefix("\""), tag.utf8.count <= 256 { return tag }
    return self["last-modified"].flatMap { $0.utf8.count <= 64 ? $0 : nil }
  }

  /// Seconds after which the server wants to be asked again.
  var retryAfter: Double? {
    self["retry-after"].flatMap { Double($0) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
  }
}

extension String {
  /// Without white space at both ends.
  fileprivate var trimmed: String {
    let head = drop(while: \.isWhitespace)
    return String(head.reversed().drop(while: \.isWhitespace).reversed())
  }
}
