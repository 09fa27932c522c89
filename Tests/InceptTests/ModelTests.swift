import Foundation
import Incept
import TestSupport
import Testing

@Suite("models")
struct ModelTests {
  @Test("the embedded network needs no files")
  func embedded() throws {
    let model = try Model.load("digits_cnn")
    #expect(model.weights == "embedded")
    #expect(model.inputs.map(\.name) == ["input"])
    #expect(model.inputs.map(\.shape) == [[1, 1, 8, 8]])
    #expect(model.outputs == ["logits"])
    #expect(model.labels == (0...9).map(String.init))
    #expect(!model.isSynthetic)
  }

  @Test(
    "made-up weights say so",
    arguments: [("synthetic", "synthetic:1"), ("synthetic:7", "synthetic:7")])
  func synthetic(_ weights: String, _ told: String) throws {
    let model = try Model.load("digits_cnn", weights: weights)
    #expect(model.weights == told)
    #expect(model.isSynthetic)
    #expect(model.reported.line.contains("made up"))
  }

  @Test("an architecture can be looked at without weights, but not run")
  func structure() throws {
    #expect(try Model.structure("inception_v3").name == "inception_v3:torchvision")
    let error = #expect(throws: InceptError.self) { try Model.load("inception_v3") }
    #expect(error?.category == .usage)
    #expect(error?.hint?.contains("--weights") == true)
  }

  @Test(
    "what is no model is refused with its exit code",
    arguments: [
      ("no/such/file.pth", nil, InceptError.Category.noInput), ("digits_cn", nil, .noInput),
      ("digits_cnn", "no/such/file", .noInput), ("digits_cnn", "synthetic:x", .usage),
      ("Samples", nil, .ioError), ("Samples/digit-0-a.png", nil, .badData),
      ("digits_cnn", "Samples/digit-0-a.png", .badData),
    ])
  func refused(_ specifier: String, _ weights: String?, _ category: InceptError.Category) throws {
    func path(_ text: String) -> String {
      text.hasPrefix("Samples") ? Fixtures.package.appendingPathComponent(text).path : text
    }
    let error = #expect(throws: InceptError.self) {
      try Model.load(path(specifier), weights: weights.map(path))
    }
    #expect(error?.category == category)
  }

  @Test("a misspelt architecture is told with names like it")
  func misspelt() {
    let error = #expect(throws: InceptError.self) { try Model.load("inceptoin_v3") }
    #expect(error?.hint?.contains("inception_v3") == true)
  }

  @Test(
    "weights alone are recognised", .enabled(if: Fixtures.available, "needs the fixtures"),
    arguments: [
      "digits_cnn_torch_zip.pth", "digits_cnn_torch_legacy.pth", "digits_cnn_torch.safetensors",
    ])
  func recognised(_ file: String) throws {
    let path = try Fixtures.url("models/\(file)").path
    let model = try Model.load(path)
    #expect(model.name == "digits_cnn")
    #expect(model.weights == path)
    #expect(try Model.load("digits_cnn", weights: path).name == "digits_cnn")
    #expect(throws: InceptError.self) { try Model.load("inception_v3", weights: path) }
  }

  @Test(
    "graph reports count every parameter once", arguments: ["digits_cnn", "inception_v3:keras"])
  func graphReport(_ name: String) throws {
    let model = try Model.structure(name)
    let report = try GraphReport.of(model, stage: .imported)
    let known = try #require(try ArchitectureReport.of(name).models.first)
    #expect(report.nodes.reduce(0) { $0 + $1.parameters } >= known.parameters)
    #expect(report.nodes.reduce(0) { $0 + $1.macs } > 0)
    #expect(report.outputs == [known.output])
    let optimised = try GraphReport.of(model, stage: .optimised)
    #expect(optimised.nodes.count < report.nodes.count)
  }

  @Test("graph reports say which node a result is, what was fused and how large weights are")
  func graphReportDetails() throws {
    let report = try GraphReport.of(Model.load("digits_cnn"), stage: .optimised)
    #expect(report.outputs == ["logits"])
    #expect(report.outputNodes == ["fc2"])
    #expect(report.text().contains("outputs logits (fc2)"))
    let first = try #require(report.nodes.first { $0.op == "conv2d" })
    #expect(first.sources == ["conv1", "relu1"])
    #expect(first.weights == [[3, 3, 1, 16], [16]])
  }

  @Test("reports read back what they wrote")
  func codable() throws {
    let report = try GraphReport.of(Model.load("digits_cnn"), stage: .imported)
    let read = try JSONDecoder().decode(GraphReport.self, from: Data(report.json().utf8))
    #expect(read.nodes.map(\.name) == report.nodes.map(\.name))
    #expect(read.nodes.map(\.attributes.list.count) == report.nodes.map(\.attributes.list.count))
  }
}
