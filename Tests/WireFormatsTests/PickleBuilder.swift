import Testing

/// Assembles pickles byte by byte, so that tests can write what no pickler would.
struct PickleBuilder {
  private(set) var bytes: [UInt8] = [0x80, 2]

  /// Raw operations.
  func raw(_ operations: [UInt8]) -> PickleBuilder {
    var copy = self
    copy.bytes += operations
    return copy
  }

  /// Operations that are ASCII text.
  func ascii(_ operations: String) -> PickleBuilder { raw(Array(operations.utf8)) }

  /// BINUNICODE
  func text(_ text: String) -> PickleBuilder {
    ascii("X").number(UInt32(text.utf8.count)).ascii(text)
  }

  /// A little-endian number.
  func number(_ value: some FixedWidthInteger) -> PickleBuilder {
    raw(withUnsafeBytes(of: value.littleEndian) { Array($0) })
  }

  /// A whole tensor of `count` floats in storage `key`, as `torch.save` writes it, but for what is given.
  func tensor(
    key: String = "0", count: Int = 6, offset: Int = 0, extents: [Int] = [2, 3],
    strides: [Int] = [3, 1]
  ) -> PickleBuilder {
    let head = ascii("ctorch._utils\n_rebuild_tensor_v2\n((").text("storage")
      .ascii("ctorch\nFloatStorage\n").text(key).text("cpu").int(count).ascii("tQ").int(offset)
    return head.ints(extents).ints(strides).raw([0x89]).ascii("ccollections\nOrderedDict\n)RtR")
  }

  /// A tuple of ints.
  func ints(_ values: [Int]) -> PickleBuilder {
    values.reduce(ascii("(")) { $0.int($1) }.ascii("t")
  }

  /// LONG1 of eight bytes.
  func int(_ value: Int) -> PickleBuilder { raw([0x8A, 8]).number(Int64(value)) }

  /// The pickle inside a file of torch's old form, with one storage "0" of six floats behind it.
  func legacyFile() -> [UInt8] {
    PickleBuilder.legacyHead + bytes
      + PickleBuilder().ascii("](").text("0").ascii("e.").number(6).bytes
      + [UInt8](repeating: 0, count: 24)
  }

  /// Magic number, version and system.
  static let legacyHead: [UInt8] =
    [0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]
    + [0x80, 2, 0x4D, 0xE9, 0x03, 0x2E] + [0x80, 2, 0x7D, 0x2E]
}

extension PickleBuilder: CustomTestStringConvertible {
  var testDescription: String { "a pickle of \(bytes.count) bytes" }
}
