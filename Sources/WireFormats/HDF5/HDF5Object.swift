import TensorCore

/// What a link of an HDF5 file leads to.
package enum HDF5Object: Sendable {
  case group(HDF5Group)
  case dataset(HDF5Dataset)

  /// Reads the object whose header lies at `address`.
  init(_ file: HDF5File, path: String, address: Int) throws(InceptError) {
    let header = try HDF5ObjectHeader(file, path: path, address: address)
    if header.first(.layout) != nil || header.first(.externalFiles) != nil {
      self = .dataset(try HDF5Dataset(file, path: path, header: header))
    } else if header.first(.symbolTable) != nil || header.first(.linkInfo) != nil
      || header.first(.link) != nil
    {
      self = .group(try HDF5Group(file, path: path, header: header))
    } else {
      throw file.bad(path, "a group or a dataset", "an object of another kind")
    }
  }

  /// The object's attributes.
  package var attributes: HDF5Attributes {
    switch self {
    case .group(let group): group.attributes
    case .dataset(let dataset): dataset.attributes
    }
  }
}
