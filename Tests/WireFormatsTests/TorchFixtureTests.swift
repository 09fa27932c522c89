import Foundation
import TensorCore
import TestSupport
import Testing
import WireFormats

// The shared fixtures are no part of the repository; without them these tests are skipped.
@Suite("Torch and safetensors fixtures", .enabled(if: Fixtures.available))
struct TorchFixtureTests {
  @Test("the zip form, the old form and safetensors of one network hold the same tensors")
  func sameTensors() throws {
    let zip = try TorchFile.read(path: Fixtures.url("models/digits_cnn_torch_zip.pth").path)
    let legacy = try TorchFile.read(path: Fixtures.url("models/digits_cnn_torch_legacy.pth").path)
    let safe = try Safetensors.read(path: Fixtures.url("models/digits_cnn_torch.safetensors").path)
    #expect(zip.names.first == "conv1.weight")
    #expect(zip.count == 10)
    #expect(zip.names == legacy.names)
    #expect(zip.names.sorted() == safe.names.sorted())
    #expect(safe.metadata == ["format": "pt"])
    for (name, tensor) in zip.entries {
      let others = [try #require(legacy[name]), try #require(safe[name])]
      for other in others {
        #expect(other.shape == tensor.shape && other.elementType == .float32, "\(name)")
        #expect(other.floats() == tensor.floats(), "\(name)")
      }
    }
    let first = try #require(zip["conv1.weight"])
    #expect(first.shape == [16, 1, 3, 3])
    #expect(Set(first.floats()).count > 100)
  }

  @Test("Inception V3's file is viewed in place, all 580 tensors of it")
  func inception() throws {
    let path = try Fixtures.unpacked("models/inception_v3_torchvision.pth.xz").path
    let tensors = try TorchFile.read(path: path)
    #expect(tensors.count == 580)
    let first = try #require(tensors["Conv2d_1a_3x3.conv.weight"])
    #expect(first.shape == [32, 3, 3, 3])
    #expect(tensors.entries.allSatisfy { $0.tensor.storage === first.storage })
    #expect(tensors["fc.weight"]?.shape == [1000, 2048])
    let tracked = try #require(tensors["Conv2d_1a_3x3.bn.num_batches_tracked"])
    #expect(tracked.elementType == .int64 && tracked.shape == [])
    #expect(tensors.names.contains { $0.hasPrefix("AuxLogits.") })
    let variance = try #require(tensors["Mixed_7c.branch_pool.bn.running_var"]).floats()
    #expect(variance.allSatisfy { $0 > 0 && $0.isFinite })
  }

  @Test(
    "formats are recognised by content",
    arguments: [
      ("models/digits_cnn_torch_zip.pth", WeightFileFormat.torchZip),
      ("models/digits_cnn_torch_legacy.pth", .torchLegacy),
      ("models/digits_cnn_torch.safetensors", .safetensors),
      ("models/digits_cnn_torch.onnx", .onnx), ("models/mobilenet_v1_025_224.h5", .hdf5),
      ("models/mobilenet_v1_025_224.weights.h5", .hdf5),
      ("models/mobilenet_v1_025_224.keras", .kerasZip),
      ("models/mobilenet_v1_025_224.pb", .graphDef), ("models/mobilenet_v1_025_224.onnx", .onnx),
      ("images/chelsea.png", .unknown), ("README.md", .unknown),
    ])
  func detection(path: String, format: WeightFileFormat) throws {
    #expect(try WeightFileFormat.detect(MappedFile(path: Fixtures.url(path).path)) == format)
  }

  @Test("a file of another format is named for what it is")
  func otherFormat() throws {
    let path = try Fixtures.url("models/mobilenet_v1_025_224.h5").path
    let error = #expect(throws: InceptError.self) { try TorchFile.read(path: path) }
    #expect(error?.category == .badData)
    #expect(error?.actual == "an HDF5 file")
  }
}
