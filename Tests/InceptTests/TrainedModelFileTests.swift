import Foundation
import GraphIR
import Imaging
import Incept
import Operators
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("networks that Incept trained, as files")
struct TrainedModelFileTests {
  /// A network of two classes over 2x2 images: the sum of the left column, and of the right one.
  private static func graph() throws -> Graph {
    var graph = Graph(name: "columns")
    let x = try graph.add(Input(TensorType([1, 2, 2, 1])), name: "input")
    let flat = try graph.add(Reshape([1, 4]), [x], name: "flat")
    let weights = try graph.add(
      Constant(HostTensor(shape: [4, 2], floats: [1, 0, 0, 1, 1, 0, 0, 1])), name: "weights")
    let y = try graph.add(MatMul(), [flat, weights], name: "logits")
    graph.outputs = [GraphOutput(name: "logits", value: y)]
    return graph
  }

  private static let recipe = TrainedPreprocessing(
    height: 2, width: 2, channels: 1, maximum: 16, mean: [0.25], deviation: [0.5], invert: true)

  private static func file(
    preprocessing: TrainedPreprocessing = recipe, labels: [String] = ["left", "\"rïght\"/2"]
  ) throws -> TrainedModelFile {
    TrainedModelFile(
      graph: try graph(), preprocessing: preprocessing, labels: labels,
      tensors: ["optimiser/velocity": HostTensor(shape: [3], floats: [1, -2, 3])],
      metadata: ["incept.training": "{\"epoch\": 4}"])
  }

  @Test("everything in it comes back, for the trainer and for others")
  func roundTrip() throws {
    try withFolder { folder in
      let path = "\(folder)/trained.safetensors"
      let file = try Self.file()
      try file.write(to: path)
      let read = try TrainedModelFile(path: path)
      #expect(read.graph.text() == file.graph.text())
      #expect(read.preprocessing == file.preprocessing && read.labels == file.labels)
      #expect(read.tensors.keys.sorted() == ["optimiser/velocity"])
      #expect(read.tensors["optimiser/velocity"]?.floats() == [1, -2, 3])
      #expect(read.metadata["incept.training"] == "{\"epoch\": 4}")
      let model = try Model.load(path)
      #expect(model.preprocessing == "normalised" && model.labels == file.labels)
      // Converted it is the same network with the same preprocessing and names.
      let again = "\(folder)/again.safetensors"
      _ = try model.write(safetensors: again)
      let converted = try Model.load(again)
      #expect(converted.labels == file.labels)
      #expect(try TrainedModelFile(path: again).preprocessing == file.preprocessing)
    }
  }

  @Test("pictures are normalised, and shown as negatives where their border is bright")
  func pictures() throws {
    try withFolder { folder in
      let path = "\(folder)/trained.safetensors"
      try Self.file().write(to: path)
      let session = try Session(try Model.load(path), on: try Device.select())
      // The left column is bright; then the same in negative.
      for (name, pixels) in [("bright", [90, 10, 90, 10]), ("dark", [165, 245, 165, 245])] {
        let picture = "\(folder)/\(name).png"
        try Image.encodePNG(
          Image(width: 2, height: 2, channels: 1, pixels: pixels.map(UInt8.init)), to: picture)
        let report = try session.classify([picture])
        let top = try #require(report.results.first?.top.first)
        #expect(top.label == "left", "\(name)")
        let logits = [180, 20].map { (Double($0) / 255 - 0.5) / 0.5 }
        let expected = 1 / (1 + exp(logits[1] - logits[0]))
        #expect(abs(top.probability - expected) < 1e-5, "\(name)")
      }
    }
  }

  @Test("what is said of pictures and classes isn't trusted")
  func hostile() throws {
    let good = try Self.recipe.json()
    let bad = [
      "{", "{}", "{\"kind\": 5}", good.replacingOccurrences(of: "normalised", with: "other"),
      good.replacingOccurrences(of: "[0.5]", with: "[0]"),
      good.replacingOccurrences(of: "[0.5]", with: "[-1]"),
      good.replacingOccurrences(of: "[0.5]", with: "[1e-300]"),
      good.replacingOccurrences(of: "[0.5]", with: "[0.5, 0.5, 0.5]"),
      good.replacingOccurrences(of: "[0.25]", with: "[]"),
      good.replacingOccurrences(of: "[0.25]", with: "[1e300]"),
      good.replacingOccurrences(of: ":16", with: ":0"),
      good.replacingOccurrences(of: "\"height\":2", with: "\"height\":3"),
      good.replacingOccurrences(of: "\"height\":2", with: "\"height\":-2"),
      good.replacingOccurrences(of: "\"width\":2", with: "\"width\":4611686018427387904"),
      good.replacingOccurrences(of: "\"channels\":1", with: "\"channels\":3"),
    ]
    let labels = ["", "{}", "[]", "[1, 2]", "\"a\"", "[\"a\""]
    try withFolder { folder in
      let path = "\(folder)/trained.safetensors"
      try Self.file().write(to: path)
      let file = try Safetensors.read(path: path)
      func refuse(_ key: String, _ text: String) throws {
        var metadata = file.metadata
        #expect(metadata[key] != nil)
        metadata[key] = text
        let changed = "\(folder)/changed.safetensors"
        try Safetensors.write(file.entries, metadata: metadata, to: changed)
        let error = Attack.refused("\(key) \(text)") { _ = try Model.load(changed) }
        #expect(error?.subject == changed)
      }
      for text in bad where text != good { try refuse("incept.preprocessing", text) }
      #expect(!bad.contains(good))
      for text in labels { try refuse("incept.labels", text) }
      #expect(throws: InceptError.self) { _ = try TrainedModelFile(path: "\(folder)/none") }
    }
  }
}
