import TensorCore

/// An object of a file, for errors. Joined to text only when there is one to report.
struct HDF5Place {
  /// The file's name.
  let file: String
  /// The object's path from the root.
  let path: String

  /// The subject of errors about the object.
  var subject: String {
    path == "/" ? file : "\(file) '\(HDF5Place.printable(path))'"
  }

  /// Text that may hold names from the file, fit for a terminal: one line, of bounded length.
  static func printable(_ text: String) -> String {
    let kept = text.unicodeScalars.prefix(200).map {
      $0.properties.generalCategory == .control ? "?" : $0
    }
    return String(String.UnicodeScalarView(kept))
  }
}

/// Reads the fields of one HDF5 structure in order; a read past the structure's end is an error that names it.
struct HDF5Cursor {
  /// What the structure belongs to.
  let owner: HDF5Place
  /// The structure's name, for errors.
  let structure: StaticString
  /// Where in the file the structure starts.
  let start: Int
  private var reader: ByteReader

  /// Reads `bytes`, which lie at `start` in the file.
  init(_ bytes: UnsafeRawBufferPointer, at start: Int, owner: HDF5Place, structure: StaticString) {
    self.owner = owner
    self.structure = structure
    self.start = start
    reader = ByteReader(bytes)
  }

  /// Number of bytes not read yet.
  var remaining: Int { reader.remaining }

  /// Where in the file the next read starts.
  var address: Int { start + reader.position }

  /// The next little-endian number as an `Int`; fails where there are too few bytes or it doesn't fit.
  mutating func number<Value: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) throws(InceptError) -> Int {
    guard let value = reader.count(type) else { throw short() }
    return value
  }

  /// The next one-byte number.
  mutating func byte() throws(InceptError) -> Int { try number(UInt8.self) }

  /// The next file address, nil where it is the undefined one.
  mutating func fileAddress() throws(InceptError) -> Int? {
    guard let value = reader.integer(UInt64.self) else { throw short() }
    guard value != .max else { return nil }
    guard let address = Int(exactly: value) else {
      throw bad("an address within the file", "\(value)")
    }
    return address
  }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws(InceptError) -> UnsafeRawBufferPointer {
    guard let bytes = reader.take(count) else { throw short() }
    return bytes
  }

  /// Passes over `count` bytes.
  mutating func skip(_ count: Int) throws(InceptError) { _ = try take(count) }

  /// A cursor over the next `count` bytes, which are passed over.
  mutating func part(_ count: Int, _ structure: StaticString) throws(InceptError) -> HDF5Cursor {
    let address = address
    return HDF5Cursor(try take(count), at: address, owner: owner, structure: structure)
  }

  /// Reads a field that has one legal value.
  mutating func expect(_ signature: String) throws(InceptError) {
    let found = try take(signature.utf8.count)
    guard found.elementsEqual(signature.utf8) else {
      throw bad("the signature '\(signature)'", "other bytes at \(start)")
    }
  }

  /// An error about this structure.
  func bad(_ expected: String, _ found: String, hint: String? = nil) -> InceptError {
    InceptError(
      .badData, subject: owner.subject,
      expected: "expected \(HDF5Place.printable(expected)) in its \(structure)",
      found: HDF5Place.printable(found), hint: hint)
  }

  private func short() -> InceptError {
    bad("\(reader.position + 1) or more bytes", "\(reader.bytes.count)")
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes before the first NUL, or all, as text; nil where they aren't UTF-8.
  func textToNul() -> String? {
    String(validating: prefix { $0 != 0 }, as: UTF8.self)
  }
}
