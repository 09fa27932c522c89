import CHDF5
import TensorCore
import TestSupport
import Testing
import WireFormats

/// Compares the reader with libhdf5 on sound files. libhdf5 is used nowhere else: see
/// `docs/adr/0005-hdf5-safety.md`. It is not thread-safe; this serialized suite is its only caller.
@Suite(.serialized) struct HDF5OracleTests {
  @Test func everyGeneratedDatasetEqualsLibhdf5sByBytes() throws {
    let path = try HDF5Fixtures.path("datasets.h5")
    let root = try HDF5File(path: path).root()
    let paths = ExpectedDataset.all.keys.sorted()
    try #require(!paths.isEmpty)
    for name in paths { try compare(root, name, path: path) }
  }

  @Test(
    .enabled(if: Fixtures.available, "no shared fixtures"),
    arguments: [
      ("mobilenet_v1_025_224.h5", "model_weights/"),
      ("inception_v3_keras_legacy_weights.h5", ""),
    ])
  func everyWeightOfARealModelEqualsLibhdf5sByBytes(_ model: String, _ group: String) throws {
    let path = try HDF5Fixtures.model(model)
    let root = try HDF5File(path: path).root()
    for layer in try KerasWeightFile(path: path).layers {
      for weight in layer.weights {
        try compare(root, "\(group)\(layer.name)/\(weight.name)", path: path)
      }
    }
  }

  private func compare(_ root: HDF5Group, _ name: String, path: String) throws {
    let ours = try root.dataset(name).tensor()
    let file = H5Fopen(path, 0, 0)
    try #require(file >= 0)
    defer { H5Fclose(file) }
    let dataset = H5Dopen2(file, name, 0)
    try #require(dataset >= 0)
    defer { H5Dclose(dataset) }
    let type = H5Dget_type(dataset)
    defer { H5Tclose(type) }
    let native = H5Tget_native_type(type, H5T_DIR_ASCEND)
    defer { H5Tclose(native) }
    // The native form of a half is a float: only byte order is to be translated.
    let memory = H5Tget_order(type) == H5T_ORDER_BE ? native : type
    try #require(H5Tget_size(memory) == ours.elementType.byteCount)
    var theirs = [UInt8](repeating: 0, count: ours.byteCount)
    try #require(H5Dread(dataset, memory, 0, 0, 0, &theirs) >= 0)
    #expect(ours.withUnsafeBytes { $0.elementsEqual(theirs) }, "\(name)")
  }
}
