import Foundation
import GraphPictures
import Incept
import TensorCore
import TestSupport
import Testing

@Suite("pictures of networks")
struct GraphPictureTests {
  /// A profile as `incept profile --format json` writes it, of the given layers.
  private func profile(_ layers: [[String: Any]], in folder: String) throws -> String {
    let document: [String: Any] = [
      "schema": "incept.profile/1", "model": ["name": "digits_cnn", "weights": "embedded"],
      "device": ["index": "0:0", "name": "a device", "platform": "p"], "batch": 1, "runs": 7,
      "layers": layers,
    ]
    let path = "\(folder)/profile.json"
    try JSONSerialization.data(withJSONObject: document).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func layer(
    _ name: String, _ op: String, _ time: Double, _ sources: [String]
  ) -> [String: Any] {
    [
      "name": name, "op": op, "sources": sources, "variant": "direct",
      "time_us": ["min": time / 2, "median": time, "p90": time * 2],
      "roofline": [
        "flop_per_byte": 2.0, "bound": "memory", "bound_us": time / 2, "fraction": 0.5,
        "advice": "read less",
      ],
    ]
  }

  private func scratch<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  @Test(
    "every stage has its picture in every format", arguments: [GraphStage.imported, .optimised])
  func formats(_ stage: GraphStage) throws {
    let picture = try GraphPicture.of(Model.load("digits_cnn"), stage: stage)
    #expect(picture.svg().hasPrefix("<?xml") && picture.svg().contains("1×8×8×"))
    #expect(picture.html().hasPrefix("<!DOCTYPE html>"))
    #expect(picture.dot().hasPrefix("digraph "))
    #expect(picture.graph.caption.hasPrefix(stage.rawValue))
    let report = try GraphReport.of(Model.load("digits_cnn"), stage: stage)
    #expect(
      picture.graph.nodes.count == report.nodes.count + report.inputs.count + report.outputs.count)
    #expect(
      picture.graph.edges.count
        == report.nodes.reduce(report.outputs.count) { $0 + $1.inputs.count })
  }

  @Test("a plan's picture tells variants, rejected ones and memory")
  func plan() throws {
    let model = try Model.load("digits_cnn")
    guard let device = try? Device.select() else { return }
    let picture = try PlanReport(model, for: device).picture(of: model)
    let node = try #require(picture.graph.nodes.first { $0.op == "conv2d" })
    let names = node.attributes.map(\.name)
    #expect(names.contains("variant") && names.contains("kernel") && names.contains("memory"))
    #expect(names.contains { $0.hasPrefix("not ") })
  }

  @Test("modules of Inception V3 hold their branches")
  func modules() throws {
    let picture = try GraphPicture.of(Model.structure("inception_v3"))
    let titles = Hierarchy(picture.graph).scopes.map(\.title)
    #expect(titles.contains("Mixed_5b") && titles.contains("branch3x3dbl_2"))
    let keras = try GraphPicture.of(Model.structure("inception_v3:keras"))
    #expect(Hierarchy(keras.graph).scopes.map(\.title).contains("mixed0"))
  }

  @Test("a fused layer's time is its arithmetic's; the others say whose they are")
  func times() throws {
    try scratch { folder in
      let model = try Model.load("digits_cnn")
      let optimised = try GraphReport.of(model, stage: .optimised)
      let layers =
        optimised.nodes.map { layer($0.name, $0.op, 10, $0.sources) }
        + [
          layer(
            "\(optimised.nodes[0].name)/second step", optimised.nodes[0].op, 5,
            optimised.nodes[0].sources)
        ]
      let times = try StoredProfile.read(profile(layers, in: folder))
      var picture = try GraphPicture.of(model)
      try picture.colour(by: times)
      let total = picture.graph.nodes.reduce(0) { $0 + ($1.time?.microseconds ?? 0) }
      #expect(abs(total - Double(10 * layers.count - 5)) < 1e-6)
      let convolution = try #require(picture.graph.nodes.first { $0.op == "conv2d" })
      #expect(convolution.time?.figures.contains(.init("bound", "read less")) == true)
      let relu = try #require(picture.graph.nodes.first { $0.op == "relu" })
      #expect(relu.time?.fusedInto == convolution.name)
      var after = try GraphPicture.of(model, stage: .optimised)
      try after.colour(by: times)
      #expect(
        after.graph.nodes.first { $0.name == optimised.nodes[0].name }?.time?.microseconds == 15)
    }
  }

  @Test("a profile of another network is refused, naming what differs")
  func otherProfile() throws {
    try scratch { folder in
      let layers = (0..<9).map { layer("Mixed_\($0)", "conv2d", 3, ["Mixed_\($0).conv"]) }
      let times = try StoredProfile.read(profile(layers, in: folder))
      for stage in [GraphStage.imported, .optimised] {
        var picture = try GraphPicture.of(Model.load("digits_cnn"), stage: stage)
        let error = #expect(throws: InceptError.self) { try picture.colour(by: times) }
        #expect(error?.category == .badData)
        #expect(error?.description.contains("9 of 9 layers") == true)
        #expect(error?.description.contains("'Mixed_0'") == true)
      }
    }
  }

  @Test(
    "damaged profiles are refused",
    arguments: [
      "", "{", "[]", "null", #"{"schema":"incept.run/1"}"#, #"{"schema":"incept.profile/1"}"#,
      #"{"schema":"incept.profile/1","model":{"name":"m"},"device":{"name":"d"},"batch":1,"runs":1,"layers":[{}]}"#,
      #"{"schema":"incept.profile/1","model":{"name":"m"},"device":{"name":"d"},"batch":1,"runs":1,"#
        + #""layers":[{"name":"a","op":"b","sources":[],"time_us":{"median":-1}}]}"#,
      #"{"schema":"incept.profile/2","model":{"name":"m"},"device":{"name":"d"},"batch":1,"runs":1,"layers":[]}"#,
      String(repeating: "[", count: 100_000),
    ])
  func damaged(_ text: String) throws {
    try scratch { folder in
      let path = "\(folder)/p.json"
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: InceptError.self) { try StoredProfile.read(path) }
      #expect(error?.category == .badData && error?.subject == path)
    }
  }

  @Test("statistics of weights are those of their elements")
  func statistics() {
    var values: [Float] = [0, 0, 1, 2, 3, -2, .infinity, .nan]
    let some = values.withUnsafeBufferPointer { WeightStatistics.of($0) }
    #expect(some.count == 8 && some.zeros == 2 && some.notFinite == 2)
    #expect(some.min == -2 && some.max == 3)
    #expect(abs(some.mean - 4.0 / 6) < 1e-12)
    #expect(abs(some.deviation - (18.0 / 6 - 16.0 / 36).squareRoot()) < 1e-12)
    #expect(some.histogram.count == WeightStatistics.bins && some.histogram.reduce(0, +) == 6)
    #expect(some.histogram.first == 1 && some.histogram.last == 1)
    values = [.nan, .infinity]
    #expect(values.withUnsafeBufferPointer { WeightStatistics.of($0) }.notFinite == 2)
    // The whole range of floats has a width that is no float.
    values = [-.greatestFiniteMagnitude, .greatestFiniteMagnitude]
    #expect(values.withUnsafeBufferPointer { WeightStatistics.of($0) }.histogram.reduce(0, +) == 2)
  }

  @Test("a page tells of weights where there are some, and not where they are made up")
  func weights() throws {
    let model = try Model.load("digits_cnn")
    var picture = try GraphPicture.of(model)
    picture.addWeightStatistics(of: model)
    let convolution = try #require(picture.graph.nodes.first { $0.op == "conv2d" })
    let counts = convolution.weights.compactMap(\.statistics?.count)
    #expect(counts.count == 2 && counts.reduce(0, +) == convolution.parameters)
    let made = try Model.structure("inception_v3")
    var other = try GraphPicture.of(made)
    other.addWeightStatistics(of: made)
    #expect(other.graph.nodes.allSatisfy { $0.weights.allSatisfy { $0.statistics == nil } })
    #expect(other.graph.notes.contains { $0.contains("made up") })
  }
}
