import TensorCore

/// A walk over a version 1 B-tree (format section III.A.1). Every node is visited once and levels only fall, so
/// that the walk ends whatever the file says.
struct HDF5Tree {
  /// What the tree indexes.
  enum Kind: Equatable {
    /// The symbol nodes of a group.
    case group
    /// The chunks of a dataset of this rank.
    case chunks(rank: Int)

    var code: Int { self == .group ? 0 : 1 }

    /// Size of one key in bytes.
    var keyBytes: Int {
      switch self {
      case .group: 8
      case .chunks(let rank): 8 + 8 * (rank + 1)
      }
    }
  }

  private let file: HDF5File
  private let path: String
  private let kind: Kind
  private var visited: Set<Int> = []

  /// A walk on behalf of the object at `path`.
  init(_ file: HDF5File, path: String, kind: Kind) {
    self.file = file
    self.path = path
    self.kind = kind
  }

  /// Calls `body` with the left key and the address of every child of every leaf.
  mutating func leaves(
    of root: Int, _ body: (HDF5Cursor, Int) throws(InceptError) -> Void
  ) throws(InceptError) {
    var pending: [(address: Int, level: Int?)] = [(root, nil)]
    while let (address, expectedLevel) = pending.popLast() {
      guard visited.insert(address).inserted else {
        throw file.bad(path, "each node of its tree once", "one twice")
      }
      var head = try file.cursor(at: address, count: 24, path: path, "tree node")
      try head.expect("TREE")
      let code = try head.byte()
      let level = try head.byte()
      guard code == kind.code, level < HDF5Limits.treeLevels, level == expectedLevel ?? level else {
        throw head.bad("a node of its own kind and level", "type \(code), level \(level)")
      }
      let count = try head.number(UInt16.self)
      var entries = try file.cursor(
        at: address + 24, count: count * (kind.keyBytes + 8) + kind.keyBytes, path: path,
        "tree node")
      var inner: [(address: Int, level: Int?)] = []
      for _ in 0..<count {
        let key = try entries.part(kind.keyBytes, "tree key")
        guard let child = try entries.fileAddress() else { throw entries.bad("a child", "none") }
        if level == 0 {
          try body(key, child)
        } else {
          inner.append((child, level - 1))
        }
      }
      pending.append(contentsOf: inner.reversed())
    }
  }
}
