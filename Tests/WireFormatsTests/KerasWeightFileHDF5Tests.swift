import Foundation
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite struct KerasWeightFileHDF5Tests {
  @Test func splitListsAreJoined() throws {
    let file = try KerasWeightFile(path: HDF5Fixtures.path("keras_split.h5"))
    #expect(file.layers.map(\.name) == ["dense_1", "relu", "dense_2"])
    #expect(file.layers[1].weights.isEmpty)
    #expect(file.layers[2].weights.map(\.name) == ["dense_2/kernel:0", "dense_2/bias:0"])
    #expect(file.layers[2].weights[0].tensor.floats() == [2, 2, 2, 2, 2, 2])
    #expect(file.layers[2].weights[1].tensor.floats() == [0, 2, 4])
    #expect(file.kerasVersion == "2.2.4")
    #expect(file.backend == "tensorflow")
    #expect(file.modelConfig == nil)
  }
}

/// Needs the model files beside the package; skipped where they are absent.
@Suite(.enabled(if: Fixtures.available, "no shared fixtures"))
struct KerasModelFileHDF5Tests {
  @Test func aWholeModelHasItsArchitectureAndWeights() throws {
    let file = try KerasWeightFile(path: HDF5Fixtures.model("mobilenet_v1_025_224.h5"))
    #expect(file.layers.count == 91)
    #expect(file.layers.reduce(0) { $0 + $1.weights.count } == 137)
    let config = try #require(file.modelConfig)
    let json = try JSONSerialization.jsonObject(with: Data(config.utf8)) as? [String: Any]
    #expect(json?["class_name"] as? String == "Functional")
    #expect(file.kerasVersion == "3.15.1")
    let kernel = try #require(file.layers.first { $0.name == "conv1" }?.weights.first)
    #expect(kernel.name == "conv1/kernel")
    #expect(kernel.tensor.shape == [3, 3, 3, 8])
  }

  @Test func theInceptionWeightsAreMappedAndWhole() throws {
    let path = try HDF5Fixtures.model("inception_v3_keras_legacy_weights.h5")
    let file = try KerasWeightFile(path: path)
    #expect(file.layers.count == 313)
    #expect(
      file.layers.prefix(4).map(\.name)
        == ["input_layer", "conv2d_1", "batch_normalization_1", "activation_1"])
    #expect(file.layers.last?.name == "predictions")
    let tensors = file.layers.flatMap(\.weights).map(\.tensor)
    #expect(tensors.count == 378)
    #expect(tensors.reduce(0) { $0 + $1.elementCount } == 23_851_784)
    #expect(tensors.allSatisfy { $0.storage === tensors.first?.storage })
    #expect(file.modelConfig == nil)
    #expect(file.kerasVersion == "2.0.8")
  }

  @Test func aKeras3WeightsFileHasNumberedVariables() throws {
    let path = try HDF5Fixtures.model("mobilenet_v1_025_224.weights.h5")
    let file = try KerasWeightFile(path: path)
    guard case .numbered(let layers) = file.weights else {
      Issue.record("another layout")
      return
    }
    #expect(file.modelConfig == nil)
    #expect(layers.count == 55)
    #expect(layers.reduce(0) { $0 + $1.variables.count } == 137)
    let paths = layers.map(\.path).filter { $0.hasPrefix("layers/conv2d") }
    #expect(paths.first == "layers/conv2d" && paths.last == "layers/conv2d_14")
    #expect(paths[2] == "layers/conv2d_2")
    let kernel = try #require(layers.first { $0.name == "conv1" }?.variables.first)
    #expect(kernel.key == "0" && kernel.tensor.shape == [3, 3, 3, 8])
  }

  @Test func anArchiveHoldsTheSameWeightsInPlace() throws {
    let path = try HDF5Fixtures.model("mobilenet_v1_025_224.keras")
    let file = try KerasWeightFile(archive: MappedFile(path: path))
    let alone = try KerasWeightFile(
      path: HDF5Fixtures.model("mobilenet_v1_025_224.weights.h5"))
    guard case .numbered(let layers) = file.weights, case .numbered(let others) = alone.weights
    else {
      Issue.record("another layout")
      return
    }
    #expect(layers.map(\.path) == others.map(\.path))
    for (layer, other) in zip(layers, others) {
      for (variable, expected) in zip(layer.variables, other.variables) {
        #expect(variable.tensor.floats() == expected.tensor.floats(), "\(layer.path)")
      }
    }
    #expect(file.modelConfig?.hasPrefix("{") == true)
    #expect(file.metadata?.contains("keras_version") == true)
  }
}
