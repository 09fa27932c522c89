/// Protobuf's wire form, written byte by byte, also such as no library would.
package enum WireBytes {
  /// A number of variable length.
  package static func varint(_ value: UInt64) -> [UInt8] {
    var (value, bytes) = (value, [UInt8]())
    while value >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    return bytes + [UInt8(value)]
  }

  /// A field that holds bytes: text, a message, a packed list. `claiming` is the length it says it has.
  package static func field(_ number: Int, _ bytes: [UInt8], claiming: UInt64? = nil) -> [UInt8] {
    varint(UInt64(number) << 3 | 2) + varint(claiming ?? UInt64(bytes.count)) + bytes
  }

  /// A field that holds a number.
  package static func field(_ number: Int, _ value: UInt64) -> [UInt8] {
    varint(UInt64(number) << 3) + varint(value)
  }

  /// A field that holds text.
  package static func field(_ number: Int, _ text: String) -> [UInt8] {
    field(number, Array(text.utf8))
  }

  /// Fields within fields, `depth` deep, with the numbers again and again, the first innermost.
  package static func nested(_ numbers: [Int], depth: Int, _ inner: [UInt8] = []) -> [UInt8] {
    // Backwards, as every level's length must be known.
    var reversed = Array(inner.reversed())
    for level in 0..<depth {
      let head =
        varint(UInt64(numbers[level % numbers.count]) << 3 | 2) + varint(UInt64(reversed.count))
      reversed += head.reversed()
    }
    return reversed.reversed()
  }
}
