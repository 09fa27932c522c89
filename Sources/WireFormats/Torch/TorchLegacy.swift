import TensorCore

/// The form before torch 1.6: five pickles (magic number, version, system, `state_dict`, storage keys), then
/// each storage as a count of elements and the elements.
struct TorchLegacy {
  private static let version = 1001
  private let file: MappedFile

  init(_ file: MappedFile) { self.file = file }

  func read() throws(InceptError) -> NamedTensors {
    let magic = try pickle(at: 0)
    let version = try pickle(at: magic.end)
    guard case .int(TorchLegacy.version) = version.root else {
      throw damaged("expected version \(TorchLegacy.version)", found: "another")
    }
    let system = try pickle(at: version.end)
    try checkByteOrder(system)
    let state = try pickle(at: system.end)
    let keys = try pickle(at: state.end)
    let storages = try locate(state, keys)
    return try TorchFile.tensors(state, of: file) { (storage) throws(InceptError) in
      guard let bytes = storages[storage.key] else {
        throw damaged("expected the bytes of storage '\(storage.key)'", found: "none")
      }
      guard bytes.byteCount == (try TorchFile.byteCount(of: storage, in: file)) else {
        throw damaged(
          "expected \(storage.count) elements in storage '\(storage.key)'",
          found: "\(bytes.byteCount) bytes")
      }
      return bytes
    }
  }

  private func pickle(at start: Int) throws(InceptError) -> Pickle {
    try PickleReader.read(file.bytes, at: start, source: file.name)
  }

  private func checkByteOrder(_ system: Pickle) throws(InceptError) {
    guard case .dictionary(let dictionary) = system.root else {
      throw damaged("expected a description of the system", found: system.root.kind)
    }
    for case (.text("little_endian"), .bool(false)) in system.heap.dictionaries[dictionary] {
      throw InceptError(
        .badData, subject: file.name, expected: "expected little-endian tensors",
        found: "big-endian ones",
        hint: "load and save the weights again on a little-endian machine")
    }
  }

  /// Where each storage's bytes lie. The file gives their order and lengths; the types are the pickle's.
  private func locate(_ state: Pickle, _ keys: Pickle) throws(InceptError) -> [String: ByteRange] {
    guard case .list(let list) = keys.root else {
      throw damaged("expected a list of storages", found: keys.root.kind)
    }
    var sizes: [String: Int] = [:]
    for storage in state.heap.storages { sizes[storage.key] = storage.elementType?.byteCount ?? 1 }
    let whole = file.tensorStorage
    var reader = ByteReader(file.bytes, at: keys.end)
    var storages: [String: ByteRange] = [:]
    for key in keys.heap.sequences[list] {
      guard case .text(let key) = key, let size = sizes[key] else {
        throw damaged("expected the key of a storage", found: key.kind)
      }
      guard let count = reader.count(UInt64.self), count <= reader.remaining / size else {
        throw damaged("expected the bytes of storage '\(key)'", found: "the file's end")
      }
      storages[key] = ByteRange(
        storage: whole, offset: reader.position, byteCount: count * size)
      _ = reader.take(count * size)
    }
    return storages
  }

  private func damaged(_ expectation: String, found actual: String) -> InceptError {
    InceptError(
      .badData, subject: file.name, expected: expectation.printable(), found: actual.printable(),
      hint: "the file is damaged or incomplete; get it again")
  }
}
