import TensorCore

/// The attributes of one object, read from its header (format section IV.A.2.m).
package struct HDF5Attributes: Sendable {
  /// One attribute: where its value lies and what it is.
  struct Entry: Sendable {
    let datatype: HDF5Datatype
    let shape: Shape
    let address: Int
    let byteCount: Int
  }

  private let file: HDF5File
  private let path: String
  private var entries: [String: Entry] = [:]

  /// Reads all attribute messages of a header; values are read when asked for.
  init(_ file: HDF5File, path: String, header: HDF5ObjectHeader) throws(InceptError) {
    self.file = file
    self.path = path
    for message in header.messages {
      if message.kind == .attribute {
        let (name, entry) = try HDF5Attributes.parse(message.body)
        guard entries.updateValue(entry, forKey: name) == nil else {
          throw file.bad(path, "each attribute once", "'\(name)' twice")
        }
      } else if message.kind == .attributeInfo {
        try HDF5Attributes.refuseHeap(message.body)
      }
    }
  }

  /// The attributes' names, sorted.
  package var names: [String] { entries.keys.sorted() }

  /// Whether there is an attribute called `name`.
  package func contains(_ name: String) -> Bool { entries[name] != nil }

  /// The extents of an attribute; nil where there is none of that name.
  package func shape(_ name: String) -> Shape? { entries[name]?.shape }

  /// The one string of an attribute, nil where there is no such attribute.
  package func string(_ name: String) throws(InceptError) -> String? {
    guard let values = try strings(name) else { return nil }
    guard let value = values.first, values.count == 1 else {
      throw file.bad(path, "one string in attribute '\(name)'", "\(values.count)")
    }
    return value
  }

  /// The strings of an attribute in C order, of fixed or variable length; nil where there is no such attribute.
  /// An empty attribute of any type has no strings: Keras writes an empty list as no float64s.
  package func strings(_ name: String) throws(InceptError) -> [String]? {
    guard let entry = entries[name] else { return nil }
    let count = entry.shape.elementCount
    guard count > 0 else { return [] }
    var data = try file.cursor(
      at: entry.address, count: entry.byteCount, path: path, "attribute")
    var heap = HDF5GlobalHeap(file, path: path)
    var strings: [String] = []
    for _ in 0..<count {
      let text: String?
      switch entry.datatype {
      case .fixedString(let size, let padding):
        text = HDF5Attributes.fixed(try data.take(size), padding)
      case .variableString: text = try heap.string(&data)
      case .number(let type, _): throw notStrings(name, type.rawValue)
      case .other(let kind, _): throw notStrings(name, kind)
      }
      guard let text else { throw data.bad("text in UTF-8 in '\(name)'", "other bytes") }
      strings.append(text)
    }
    return strings
  }

  /// A list of strings that Keras may have split over `name0`, `name1`, … because a header message holds no
  /// more than 64 KB; nil where neither `name` nor `name0` is there.
  package func splitStrings(_ name: String) throws(InceptError) -> [String]? {
    if let whole = try strings(name) { return whole }
    guard var all = try strings(name + "0") else { return nil }
    var index = 1
    while let part = try strings(name + "\(index)") {
      all += part
      index += 1
    }
    return all
  }

  private func notStrings(_ name: String, _ found: String) -> InceptError {
    file.bad(path, "strings in attribute '\(name)'", found)
  }

  private static func fixed(
    _ bytes: UnsafeRawBufferPointer, _ padding: HDF5Datatype.Padding
  ) -> String? {
    guard padding == .space else { return bytes.textToNul() }
    let end = bytes.lastIndex { $0 != 0x20 }.map { $0 + 1 } ?? 0
    return String(validating: bytes[..<end], as: UTF8.self)
  }

  private static func refuseHeap(_ message: HDF5Cursor) throws(InceptError) {
    var message = message
    try message.skip(1)
    let flags = try message.byte()
    try message.skip(flags & 1 != 0 ? 2 : 0)
    guard try message.fileAddress() == nil else {
      throw message.bad(
        "attributes in the header", "attributes in a heap", hint: HDF5Superblock.resaveHint)
    }
  }

  private static func parse(_ message: HDF5Cursor) throws(InceptError) -> (String, Entry) {
    var message = message
    let version = try message.byte()
    guard (1...3).contains(version) else {
      throw message.bad("version 1 to 3", "version \(version)")
    }
    guard try message.byte() == 0 || version == 1 else {
      throw message.bad("no shared datatype", "one", hint: HDF5Superblock.resaveHint)
    }
    let sizes = [
      try message.number(UInt16.self), try message.number(UInt16.self),
      try message.number(UInt16.self),
    ]
    try message.skip(version == 3 ? 1 : 0)
    // Version 1 pads each part to a multiple of eight bytes.
    let padded = version == 1 ? sizes.map { ($0 + 7) & ~7 } : sizes
    guard let name = try message.take(padded[0]).textToNul(), !name.isEmpty else {
      throw message.bad("a name in UTF-8", "other bytes")
    }
    let datatype = try HDF5Datatype(try message.part(padded[1], "attribute"))
    let space = try HDF5Dataspace(try message.part(padded[2], "attribute"))
    let (count, overflow) = space.shape.elementCount.multipliedReportingOverflow(
      by: datatype.byteCount)
    guard !overflow, count <= message.remaining else {
      throw message.bad(
        "a value of at most \(message.remaining) bytes in attribute '\(name)'",
        "shape \(space.shape)")
    }
    return (
      name,
      Entry(
        datatype: datatype, shape: space.shape, address: message.address, byteCount: count)
    )
  }
}
