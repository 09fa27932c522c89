import Foundation
import Incept
import TestSupport
import Testing

@Suite(
  "MobileNet from the file of every framework, on the device users get",
  .enabled(if: Fixtures.available, "needs ../shared/fixtures or $INCEPT_FIXTURES"))
struct MobileNetTests {
  /// How far a probability may be from the recorded one: resizing and float32 together.
  private static let probability = 0.002

  /// The same network, in every format that it is here in.
  private static let files = [".h5", ".keras", ".weights.h5", ".onnx", ".pb"]

  @Test(
    "top five and their probabilities for every picture, pictures one by one and in a batch",
    arguments: files)
  func topFive(file: String) throws {
    let recorded = try JSONDecoder().decode(
      [String: [[Double]]].self,
      from: Data(contentsOf: Fixtures.url("models/mobilenet_v1_025_224.top5.json")))
    let model = try Model.load(Fixtures.url("models/mobilenet_v1_025_224\(file)").path)
    #expect(model.outputIsProbability)
    let session = try Session(model, on: try Device.select())
    let names = recorded.keys.sorted()
    let paths = try names.map { try Fixtures.url("images/\($0)").path }
    for batch in [1, names.count] {
      let report = try session.classify(
        paths, options: ClassifyOptions(top: 5, batch: batch, preprocessing: "inception"))
      for (name, result) in zip(names, report.results) {
        let expected = try #require(recorded[name])
        #expect(result.top.map(\.index) == expected.map { Int($0[0]) }, "\(name)")
        for (found, wanted) in zip(result.top, expected) {
          #expect(abs(found.probability - wanted[1]) <= Self.probability, "\(name)")
        }
      }
      let coffee = try #require(names.firstIndex(of: "coffee.png"))
      #expect(report.results[coffee].top.first?.label == "espresso")
    }
  }

  @Test("every form of the file gives the same probabilities, and so does a converted one")
  func formats() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = try Self.files.map {
      try Fixtures.url("models/mobilenet_v1_025_224\($0)").path
    }
    var models = try paths.map { try Model.load($0) }
    #expect(models[2].name == "mobilenet_v1:0.25")
    for (index, model) in models.prefix(3).enumerated() {
      let path = folder.appendingPathComponent("\(index).safetensors").path
      let report = try model.write(safetensors: path)
      #expect(report.tensors == 137)
      models.append(try Model.load(path))
      // As weights alone they are a built-in architecture's, whatever they came from.
      models.append(try Model.load("mobilenet_v1", weights: path))
      #expect(models.last?.name == "mobilenet_v1:0.25")
    }
    let names = try ["chelsea.png", "coffee.png", "astronaut.png"].map {
      try Fixtures.url("images/\($0)").path
    }
    var expected: [[Double]] = []
    for model in models {
      let session = try Session(model, on: try Device.select())
      let report = try session.classify(
        names, options: ClassifyOptions(top: 1000, preprocessing: "inception"))
      let found = report.results.map { result in
        result.top.sorted { $0.index < $1.index }.map(\.probability)
      }
      if expected.isEmpty { expected = found }
      for (result, wanted) in zip(found, expected) {
        #expect(result.count == wanted.count)
        let error = zip(result, wanted).map { abs($0 - $1) }.max() ?? 1
        #expect(error <= Self.formats, "\(model.weights)")
      }
    }
  }

  /// How far the same network may be from itself in another file.
  private static let formats = 1e-5
}
