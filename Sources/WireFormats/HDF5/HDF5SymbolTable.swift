import TensorCore

/// Groups in the classic form: a B-tree of symbol nodes, names in a local heap (format sections III.A to III.D).
enum HDF5SymbolTable {
  /// All links of the group whose symbol-table message is given.
  static func links(
    _ file: HDF5File, path: String, message: HDF5Cursor
  ) throws(InceptError) -> [(String, HDF5Group.Target)] {
    var message = message
    guard let tree = try message.fileAddress(), let heapAddress = try message.fileAddress() else {
      throw message.bad("a tree and a heap", "an undefined address")
    }
    let names = try heap(file, path: path, address: heapAddress)
    var links: [(String, HDF5Group.Target)] = []
    var walk = HDF5Tree(file, path: path, kind: .group)
    try walk.leaves(of: tree) { (_, address) throws(InceptError) in
      try readNode(file, path: path, address: address, names: names, into: &links)
    }
    return links
  }

  /// The data segment of a local heap.
  private static func heap(
    _ file: HDF5File, path: String, address: Int
  ) throws(InceptError) -> UnsafeRawBufferPointer {
    var cursor = try file.cursor(at: address, count: 32, path: path, "local heap")
    try cursor.expect("HEAP")
    try cursor.skip(4)
    let size = try cursor.number(UInt64.self)
    try cursor.skip(8)
    guard let data = try cursor.fileAddress() else { throw cursor.bad("data", "none") }
    return try file.slice(at: data, count: size, path: path, "local heap")
  }

  private static func readNode(
    _ file: HDF5File, path: String, address: Int, names: UnsafeRawBufferPointer,
    into links: inout [(String, HDF5Group.Target)]
  ) throws(InceptError) {
    var head = try file.cursor(at: address, count: 8, path: path, "symbol node")
    try head.expect("SNOD")
    try head.skip(2)
    let count = try head.number(UInt16.self)
    var entries = try file.cursor(at: address + 8, count: count * 40, path: path, "symbol node")
    for _ in 0..<count {
      let offset = try entries.number(UInt64.self)
      let target = try entries.fileAddress()
      let cacheType = try entries.number(UInt32.self)
      try entries.skip(20)
      guard offset < names.count else {
        throw entries.bad("names within \(names.count) bytes", "one at \(offset)")
      }
      let tail = UnsafeRawBufferPointer(rebasing: names[offset...])
      let length = tail.firstIndex(of: 0) ?? tail.count
      try file.charge(metadata: length, path)
      guard let name = tail.textToNul(), !name.isEmpty else {
        throw entries.bad("a name in UTF-8", "other bytes")
      }
      if cacheType == 2 {
        links.append((name, .soft))
      } else if let target, cacheType <= 1 {
        links.append((name, .object(target)))
      } else {
        throw entries.bad("an object for '\(name)'", "none")
      }
    }
  }
}
