/// Reads little-endian numbers and runs of bytes in order; every read past the end is nil.
struct ByteReader {
  /// Everything that can be read.
  let bytes: UnsafeRawBufferPointer
  /// Where the next read starts.
  private(set) var position: Int

  /// Starts at `position`, or at the end where it lies outside `bytes`.
  init(_ bytes: UnsafeRawBufferPointer, at position: Int = 0) {
    self.bytes = bytes
    self.position = (0...bytes.count).contains(position) ? position : bytes.count
  }

  /// Number of bytes not read yet.
  var remaining: Int { bytes.count - position }

  /// The next little-endian number.
  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(_: Value.Type) -> Value? {
    guard remaining >= MemoryLayout<Value>.size else { return nil }
    let value = bytes.loadUnaligned(fromByteOffset: position, as: Value.self)
    position += MemoryLayout<Value>.size
    return Value(littleEndian: value)
  }

  /// The next little-endian number of an unsigned type as an `Int`, nil also where it doesn't fit.
  mutating func count<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) -> Int? {
    integer(type).flatMap { Int(exactly: $0) }
  }

  /// The next number in base 128, lowest digits first, as protobuf writes lengths.
  mutating func varint() -> Int? {
    var result = 0
    for shift in stride(from: 0, to: 63, by: 7) {
      guard let byte = integer(UInt8.self) else { return nil }
      result |= Int(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return result }
    }
    return nil
  }

  /// The next `count` bytes.
  mutating func take(_ count: Int) -> UnsafeRawBufferPointer? {
    guard count >= 0, count <= remaining else { return nil }
    defer { position += count }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
  }

  /// The next `count` bytes as UTF-8 text, nil also where they aren't valid.
  mutating func text(_ count: Int) -> String? {
    take(count).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// The text up to the next line feed, which is read as well.
  mutating func line() -> String? {
    guard let end = bytes[position...].firstIndex(of: 0x0A) else { return nil }
    let line = text(end - position)
    position = end + 1
    return line
  }
}
