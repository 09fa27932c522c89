import TensorCore

/// The zip form (torch 1.6 and later): `NAME/data.pkl` describes the tensors, `NAME/data/KEY` are the storages.
struct TorchZip {
  private let file: MappedFile
  private let archive: ZipArchive

  init(_ file: MappedFile) throws(InceptError) {
    self.file = file
    archive = try ZipArchive(file)
  }

  /// The folder inside the archive that holds everything, with its slash; nil where it has no `data.pkl`.
  static func folder(_ directory: ZipDirectory) -> Substring? {
    let suffix = "data.pkl"
    for entry in directory.entries where entry.name.hasSuffix(suffix) {
      let folder = entry.name.dropLast(suffix.count)
      if folder.isEmpty || folder.firstIndex(of: "/") == folder.index(before: folder.endIndex) {
        return folder
      }
    }
    return nil
  }

  func read() throws(InceptError) -> NamedTensors {
    // Weights hardly shrink, so what inflates to many times the file is not weights.
    var budget = 16 * file.bytes.count + 1 << 20
    guard let folder = TorchZip.folder(archive.directory) else {
      throw file.damagedZip("expected an entry 'data.pkl'", found: "none")
    }
    try archive.verify()
    try checkByteOrder(folder, &budget)
    let description = try contents(folder + "data.pkl", &budget)
    let pickle = try description.withUnsafeBytes { (bytes) throws(InceptError) in
      try PickleReader.read(bytes, source: file.name)
    }
    var storages: [String: ByteRange] = [:]
    return try TorchFile.tensors(pickle, of: file) { (storage) throws(InceptError) in
      let bytes: ByteRange
      if let known = storages[storage.key] {
        bytes = known
      } else {
        bytes = try contents("\(folder)data/\(storage.key)", &budget)
        storages[storage.key] = bytes
      }
      let expected = try TorchFile.byteCount(of: storage, in: file)
      guard bytes.byteCount == expected else {
        throw InceptError(
          .badData, subject: file.name,
          expected: "expected \(expected) bytes in storage '\(storage.key.printable())'",
          found: "\(bytes.byteCount)")
      }
      return bytes
    }
  }

  private func checkByteOrder(_ folder: Substring, _ budget: inout Int) throws(InceptError) {
    guard archive.directory["\(folder)byteorder"] != nil else { return }
    let order = try contents(folder + "byteorder", &budget)
    let text = order.withUnsafeBytes { String(decoding: $0.prefix(16), as: UTF8.self) }
    guard text == "little" else {
      throw InceptError(
        .badData, subject: file.name, expected: "expected little-endian tensors",
        found: text == "big" ? "big-endian ones" : "byte order of an unknown name",
        hint: "load and save the weights again on a little-endian machine")
    }
  }

  private func contents(
    _ name: some StringProtocol, _ budget: inout Int
  ) throws(InceptError) -> ByteRange {
    guard let entry = archive.directory[String(name)] else {
      throw file.damagedZip("expected an entry '\(name)'", found: "none")
    }
    return try archive.contents(of: entry, budget: &budget)
  }
}
