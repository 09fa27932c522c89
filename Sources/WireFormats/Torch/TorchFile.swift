import TensorCore

/// Weights files of torch: what `torch.save(model.state_dict(), …)` writes.
package enum TorchFile {
  /// Reads the file at `path`, which is mapped; see ``read(_:)``.
  package static func read(path: String) throws(InceptError) -> NamedTensors {
    try read(MappedFile(path: path))
  }

  /// Reads the tensors of a `state_dict`, or of a checkpoint that holds one under a usual key.
  ///
  /// Tensors view the file in place; those with strides of their own and those of compressed entries are
  /// copied. A prefix that all names share because of the way the model was trained (`module.`) is stripped
  /// and noted as `prefix` in the metadata. Throws `.badData` where the file is damaged or holds more than
  /// tensors; nothing in the file is ever run.
  package static func read(_ file: MappedFile) throws(InceptError) -> NamedTensors {
    switch WeightFileFormat.detect(file.bytes) {
    case .torchZip: return try TorchZip(file).read()
    case .torchLegacy: return try TorchLegacy(file).read()
    case let format:
      throw InceptError(
        .badData, subject: file.name, expected: "expected torch weights (.pth)",
        found: format.summary)
    }
  }

  /// Turns the tensors that a pickle describes into tensors of their storages' bytes.
  static func tensors(
    _ pickle: Pickle, of file: MappedFile,
    _ storage: (TorchStorage) throws(InceptError) -> ByteRange
  ) throws(InceptError) -> NamedTensors {
    let dictionary = try StateDict(pickle, source: file.name)
    var views = StridedView(file)
    var tensors: [(name: String, tensor: HostTensor)] = []
    for (name, number) in dictionary.tensors {
      let description = pickle.heap.tensors[number]
      let home = pickle.heap.storages[description.storage]
      let whole = try storage(home)
      // The whole storage has `count` elements and the view lies inside it, so this can't overflow.
      let size = home.elementType?.byteCount ?? 1
      let bytes = ByteRange(
        storage: whole.storage, offset: whole.offset + home.view.lowerBound * size,
        byteCount: home.view.count * size)
      tensors.append(
        (
          name,
          try views.tensor(
            name, description.elementType, in: bytes, offset: description.offset,
            extents: description.extents, strides: description.strides)
        ))
    }
    return NamedTensors(tensors, metadata: dictionary.metadata, source: file.name)
  }

  /// The bytes a storage must have. Throws where the number is beyond any file.
  static func byteCount(
    of storage: TorchStorage, in file: MappedFile
  ) throws(InceptError) -> Int {
    let (bytes, overflow) = storage.count.multipliedReportingOverflow(
      by: storage.elementType?.byteCount ?? 1)
    guard !overflow else {
      throw InceptError(
        .badData, subject: file.name,
        expected: "expected storage '\(storage.key.printable())' to fit a file",
        found: "\(storage.count) elements")
    }
    return bytes
  }
}
