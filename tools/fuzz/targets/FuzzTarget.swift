import Datasets
import Filters
import Foundation
import GraphFiles
import Imaging
import ImportKeras
import ImportONNX
import ImportTensorFlow
import Models
import TensorCore
import WireFormats

/// Something that reads untrusted bytes, as `incept` does with a file of them.
struct FuzzTarget: Sendable {
  /// What `INCEPT_FUZZ_TARGET` calls it.
  let name: String
  /// Reads bytes that are gone after the call; an error is as good as a result.
  let read: @Sendable (UnsafeRawBufferPointer) throws(InceptError) -> Void

  /// Every target.
  static let all: [FuzzTarget] = [
    FuzzTarget(name: "onnx") { bytes throws(InceptError) in
      let file = mapped(bytes, "model.onnx")
      Use.detection(of: file)
      try Use.graph(ONNXModel(file, externalDataFolder: nil).importGraph().graph)
    },
    FuzzTarget(name: "graphdef") { bytes throws(InceptError) in
      let file = mapped(bytes, "model.pb")
      Use.detection(of: file)
      try Use.graph(TensorFlowModel.importGraph(file).graph)
    },
    FuzzTarget(name: "hdf5") { bytes throws(InceptError) in
      try Use.keras(KerasWeightFile(HDF5File(mapped(bytes, "model.h5"))))
    },
    FuzzTarget(name: "keras_archive") { bytes throws(InceptError) in
      let file = mapped(ZipRepair.withChecksums(bytes), "model.keras")
      Use.detection(of: file)
      try Use.keras(KerasWeightFile(archive: file))
    },
    FuzzTarget(name: "keras_config") { bytes throws(InceptError) in
      try Use.graph(
        KerasModel.importGraph(
          modelConfig: String(decoding: bytes, as: UTF8.self), weights: .whole([]),
          kerasVersion: "3.0.0", source: "config.json"
        ).graph)
    },
    FuzzTarget(name: "torch_zip") { bytes throws(InceptError) in
      let file = mapped(ZipRepair.withChecksums(bytes), "model.pth")
      Use.detection(of: file)
      try Use.weights(TorchFile.read(file))
    },
    FuzzTarget(name: "torch_legacy") { bytes throws(InceptError) in
      let file = mapped(bytes, "model.pth")
      Use.detection(of: file)
      try Use.weights(TorchFile.read(file))
    },
    FuzzTarget(name: "zip") { bytes throws(InceptError) in
      let file = mapped(bytes, "model.zip")
      Use.detection(of: file)
      let directory = try ZipDirectory(file)
      for entry in directory.entries { _ = try directory.dataOffset(of: entry) }
      try Use.weights(TorchFile.read(file))
    },
    FuzzTarget(name: "safetensors") { bytes throws(InceptError) in
      let file = mapped(bytes, "model.safetensors")
      Use.detection(of: file)
      try Use.weights(Safetensors.read(file))
    },
    FuzzTarget(name: "graph_file") { bytes throws(InceptError) in
      // A file of weights that says its graph; its header is made here, which no mutation would get past.
      let file = GraphSeed.tensors
      try Use.graph(
        GraphDocument(json: String(decoding: bytes, as: UTF8.self), source: "graph.safetensors")
          .graph(file, source: "graph.safetensors"))
    },
    FuzzTarget(name: "npy") { bytes throws(InceptError) in
      try Use.tensor(NPY.decode(Array(bytes), name: "x.npy"))
    },
    FuzzTarget(name: "csv") { bytes throws(InceptError) in
      try Use.images(DatasetReader.read(mapped(bytes, "data.csv"), labels: nil))
    },
    FuzzTarget(name: "idx") { bytes throws(InceptError) in
      // The first byte says how many labels there are, which a mutation would hardly get right in two files.
      let count = Int(bytes.first ?? 0)
      let labels = [0, 0, 8, 1, 0, 0, 0, UInt8(count)] + (0..<count).map { UInt8($0 & 3) }
      try Use.images(
        DatasetReader.read(
          mapped(UnsafeRawBufferPointer(rebasing: bytes.dropFirst()), "images"),
          labels: mapped(labels, "labels")))
    },
    FuzzTarget(name: "filter") { bytes throws(InceptError) in
      _ = try FilterMatrix(bytes: bytes, name: "x.csv").rotated(byDegrees: 30)
    },
    FuzzTarget(name: "png") { bytes throws(InceptError) in try Use.picture(bytes, "x.png") },
    FuzzTarget(name: "jpeg") { bytes throws(InceptError) in try Use.picture(bytes, "x.jpg") },
  ]

  /// The bytes as a file, in place: their end is the end of an allocation, which AddressSanitizer watches.
  private static func mapped(_ bytes: UnsafeRawBufferPointer, _ name: String) -> MappedFile {
    MappedFile(borrowing: bytes, owner: Nothing.shared, name: name)
  }

  /// A copy of bytes as a file.
  private static func mapped(_ bytes: [UInt8], _ name: String) -> MappedFile {
    MappedFile(copying: bytes, name: name)
  }

  /// Keeps nothing alive.
  private final class Nothing: Sendable {
    static let shared = Nothing()
  }
}
