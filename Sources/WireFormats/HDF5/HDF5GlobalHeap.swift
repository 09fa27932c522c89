import TensorCore

/// The heap that variable-length strings lie in (format section III.E).
struct HDF5GlobalHeap {
  private let file: HDF5File
  private let path: String
  private var collections: [Int: [Int: (address: Int, count: Int)]] = [:]

  /// A heap reader for one attribute of the object at `path`; keeps the directories it has read.
  init(_ file: HDF5File, path: String) {
    self.file = file
    self.path = path
  }

  /// The string that a 16-byte reference leads to; nil where its bytes aren't UTF-8.
  mutating func string(_ reference: inout HDF5Cursor) throws(InceptError) -> String? {
    let count = try reference.number(UInt32.self)
    let address = try reference.fileAddress()
    let index = try reference.number(UInt32.self)
    guard count > 0 else { return "" }
    guard let address, let object = try objects(address)[index], count <= object.count else {
      throw reference.bad("a string in the global heap", "a reference to none")
    }
    try file.charge(metadata: count, path)
    return try file.slice(at: object.address, count: count, path: path, "global heap").textToNul()
  }

  /// The directory of the collection at `address`.
  private mutating func objects(
    _ address: Int
  ) throws(InceptError) -> [Int: (address: Int, count: Int)] {
    if let known = collections[address] { return known }
    var head = try file.cursor(at: address, count: 16, path: path, "global heap")
    try head.expect("GCOL")
    let version = try head.byte()
    try head.skip(3)
    let size = try head.number(UInt64.self)
    guard version == 1, size >= 16 else { throw head.bad("version 1", "version \(version)") }
    let bytes = try file.slice(at: address, count: size, path: path, "global heap")
    var cursor = HDF5Cursor(
      bytes, at: address, owner: file.place(path), structure: "global heap")
    try cursor.skip(16)
    var objects: [Int: (address: Int, count: Int)] = [:]
    while cursor.remaining >= 16 {
      try file.charge(metadata: 16, path)
      let index = try cursor.number(UInt16.self)
      try cursor.skip(6)
      let count = try cursor.number(UInt64.self)
      // Index 0 is the free space at the end.
      guard index != 0 else { break }
      objects[index] = (cursor.address, count)
      try cursor.skip(count)
      try cursor.skip(min((8 - count % 8) % 8, cursor.remaining))
    }
    collections[address] = objects
    return objects
  }
}
