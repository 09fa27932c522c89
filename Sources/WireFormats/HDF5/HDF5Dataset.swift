import TensorCore

/// A dataset of an HDF5 file. Its elements are read by ``tensor()``; contiguous ones stay in the mapped file.
package struct HDF5Dataset: Sendable {
  /// The dataset's path from the root.
  package let path: String
  /// Extents, outermost first.
  package let shape: Shape
  /// The dataset's attributes.
  package let attributes: HDF5Attributes
  private let file: HDF5File
  private let datatype: HDF5Datatype
  private let layout: HDF5Layout
  private let filters: [HDF5Filter]

  /// Reads a dataset's header. External storage, virtual layouts and unknown filters are refused.
  init(_ file: HDF5File, path: String, header: HDF5ObjectHeader) throws(InceptError) {
    self.file = file
    self.path = path
    attributes = try HDF5Attributes(file, path: path, header: header)
    guard header.first(.externalFiles) == nil else {
      throw file.bad(
        path, "data in the file itself", "external storage",
        hint: "other files are never opened; copy the data into this one")
    }
    guard let layout = header.first(.layout), let space = header.first(.dataspace),
      let type = header.first(.datatype)
    else {
      throw file.bad(path, "a dataset with dataspace, datatype and layout", "one without")
    }
    self.layout = try HDF5Layout(layout)
    shape = try HDF5Dataspace(space).shape
    datatype = try HDF5Datatype(type)
    filters = try header.first(.filters).map(HDF5Filter.pipeline) ?? []
  }

  /// The elements' type, nil where ``tensor()`` would refuse it.
  package var elementType: ElementType? {
    guard case .number(let type, _) = datatype else { return nil }
    return type
  }

  /// The elements in C order. Contiguous little-endian data is a view of the mapped file; other data is unpacked
  /// into memory, within the file's budget.
  ///
  /// Throws `.badData` for element types the engine has not, for data missing from the file, and for a shape
  /// larger than what is stored.
  package func tensor() throws(InceptError) -> HostTensor {
    guard case .number(let type, let isBigEndian) = datatype else {
      guard case .other(let kind, _) = datatype else {
        throw file.bad(path, "numbers", "strings")
      }
      throw file.bad(path, "float16, float32, float64, int8 to int64 or uint8", kind)
    }
    // The product fits 48 bits and an element is at most 8 bytes: no overflow.
    let byteCount = shape.elementCount * type.byteCount
    let tensor: HostTensor
    switch layout {
    case _ where byteCount == 0:
      return HostTensor(elementType: type, shape: shape, storage: file.storage)
    case .contiguous(let address, let stored):
      guard let address, stored >= byteCount, filters.isEmpty else {
        throw file.bad(
          path, "\(byteCount) bytes for \(type) \(shape)",
          address == nil ? "none: it was never written" : "\(stored)")
      }
      _ = try file.slice(at: address, count: byteCount, path: path, "data")
      tensor = HostTensor(
        elementType: type, shape: shape, storage: file.storage, byteOffset: address)
    case .chunked(let tree, let chunk):
      let chunks = HDF5Chunks(
        file: file, path: path, shape: shape, chunk: chunk, elementBytes: type.byteCount,
        filters: filters)
      tensor = HostTensor(
        elementType: type, shape: shape, storage: try chunks.unpack(tree: tree))
    }
    return isBigEndian && type.byteCount > 1 ? try swapped(tensor) : tensor
  }

  /// The same elements with the bytes of each reversed.
  private func swapped(_ tensor: HostTensor) throws(InceptError) -> HostTensor {
    let size = tensor.elementType.byteCount
    try file.charge(decoded: tensor.byteCount, path)
    let storage = TensorStorage(byteCount: tensor.byteCount) { target in
      tensor.withUnsafeBytes { source in
        for index in source.indices {
          target[index] = source[index - index % size + size - 1 - index % size]
        }
      }
    }
    return HostTensor(elementType: tensor.elementType, shape: tensor.shape, storage: storage)
  }
}
