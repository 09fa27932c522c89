import TensorCore

/// An object's header: its messages in order, continuation blocks included (format section IV.A.1.a).
struct HDF5ObjectHeader {
  /// The message types that are read.
  enum Kind: Int {
    case dataspace = 1
    case linkInfo = 2
    case datatype = 3
    case link = 6
    case externalFiles = 7
    case layout = 8
    case filters = 11
    case attribute = 12
    case continuation = 16
    case symbolTable = 17
    case attributeInfo = 21

    /// The message's name, for errors.
    var structure: StaticString {
      switch self {
      case .dataspace: "dataspace message"
      case .linkInfo: "link info message"
      case .datatype: "datatype message"
      case .link: "link message"
      case .externalFiles: "external files message"
      case .layout: "layout message"
      case .filters: "filter message"
      case .attribute: "attribute message"
      case .continuation: "continuation message"
      case .symbolTable: "symbol table message"
      case .attributeInfo: "attribute info message"
      }
    }
  }

  /// One message; `body` reads its data.
  struct Message {
    let kind: Kind
    let body: HDF5Cursor
  }

  /// Messages of the types in ``Kind``, continuations left out.
  private(set) var messages: [Message] = []

  /// Reads the header at `address` of the object called `path`.
  init(_ file: HDF5File, path: String, address: Int) throws(InceptError) {
    var prefix = try file.cursor(at: address, count: 16, path: path, "object header")
    let version = try prefix.byte()
    guard version == 1 else {
      throw prefix.bad(
        "version 1", version == 0x4F ? "version 2 or later" : "version \(version)",
        hint: HDF5Superblock.resaveHint)
    }
    try prefix.skip(1)
    var left = try prefix.number(UInt16.self)
    try prefix.skip(4)
    var blocks = [(address: address + 16, count: try prefix.number(UInt32.self))]
    var next = 0
    while next < blocks.count {
      let (start, count) = blocks[next]
      next += 1
      var block = try file.cursor(at: start, count: count, path: path, "object header")
      while left > 0, block.remaining >= 8 {
        left -= 1
        let type = try block.number(UInt16.self)
        let size = try block.number(UInt16.self)
        let isShared = try block.byte() & 2 != 0
        try block.skip(3)
        guard let kind = Kind(rawValue: type) else {
          try block.skip(size)
          continue
        }
        var body = try block.part(size, kind.structure)
        guard !isShared else {
          throw body.bad("no shared messages", "one", hint: HDF5Superblock.resaveHint)
        }
        if kind == .continuation {
          guard let target = try body.fileAddress() else { throw body.bad("an address", "none") }
          blocks.append((target, try body.number(UInt64.self)))
        } else {
          messages.append(Message(kind: kind, body: body))
        }
      }
    }
    guard left == 0 else { throw prefix.bad("\(left) more messages", "none") }
  }

  /// The data of the first message of a type.
  func first(_ kind: Kind) -> HDF5Cursor? { messages.first { $0.kind == kind }?.body }
}
