import TensorCore

/// Groups whose links are messages of their header (format section IV.A.2.g): what the library turns a group
/// into as soon as it gets an external link.
enum HDF5LinkMessage {
  /// All links of a group without a symbol table.
  static func links(
    _ file: HDF5File, path: String, header: HDF5ObjectHeader
  ) throws(InceptError) -> [(String, HDF5Group.Target)] {
    if var info = header.first(.linkInfo) {
      try info.skip(1)
      let flags = try info.byte()
      try info.skip(flags & 1 != 0 ? 8 : 0)
      guard try info.fileAddress() == nil else {
        throw info.bad(
          "links in symbol tables or headers", "links in a heap", hint: HDF5Superblock.resaveHint)
      }
    }
    var links: [(String, HDF5Group.Target)] = []
    for message in header.messages where message.kind == .link {
      links.append(try link(message.body))
    }
    return links
  }

  private static func link(
    _ message: HDF5Cursor
  ) throws(InceptError) -> (String, HDF5Group.Target) {
    var message = message
    let version = try message.byte()
    guard version == 1 else { throw message.bad("version 1", "version \(version)") }
    let flags = try message.byte()
    let type = flags & 8 != 0 ? try message.byte() : 0
    try message.skip((flags & 4 != 0 ? 8 : 0) + (flags & 16 != 0 ? 1 : 0))
    let length =
      switch flags & 3 {
      case 0: try message.number(UInt8.self)
      case 1: try message.number(UInt16.self)
      case 2: try message.number(UInt32.self)
      default: try message.number(UInt64.self)
      }
    guard let name = try message.take(length).textToNul(), !name.isEmpty else {
      throw message.bad("a name in UTF-8", "other bytes")
    }
    switch type {
    case 0:
      guard let address = try message.fileAddress() else {
        throw message.bad("an object for '\(name)'", "none")
      }
      return (name, .object(address))
    case 1: return (name, .soft)
    case 64:
      throw message.bad(
        "no external links", "'\(name)' in another file",
        hint: "other files are never opened; copy the data into this one")
    default: throw message.bad("no user-defined links", "'\(name)' of type \(type)")
    }
  }
}
