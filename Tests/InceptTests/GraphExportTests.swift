import Foundation
import Incept
import TestSupport
import Testing

@Suite("graphs for TensorBoard and Netron")
struct GraphExportTests {
  private func profile(_ layers: String, in folder: String) throws -> StoredProfile {
    let path = "\(folder)/profile.json"
    let head =
      "\"model\": {\"name\": \"m\"}, \"device\": {\"name\": \"d\"}, \"batch\": 1, \"runs\": 1"
    let text = "{\"schema\": \"incept.profile/1\", \"new\": 1, \(head), \"layers\": [\(layers)]}"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return try StoredProfile.read(path)
  }

  private func layer(_ name: String, _ sources: [String], _ median: String) -> String {
    "{\"name\": \"\(name)\", \"op\": \"conv2d\", \"sources\": \(sources), \"time_us\": {\"median\": \(median)}}"
  }

  @Test("one event file appears in a folder that is made")
  func eventFile() throws {
    try withFolder { folder in
      let path = try Model.structure("digits_cnn").writeTensorBoard(to: "\(folder)/a/b")
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/a/b")
      #expect(files.count == 1)
      #expect(files[0].hasPrefix("events.out.tfevents."))
      #expect(path.hasSuffix(files[0]))
    }
  }

  @Test("a file in the folder's place is an error, and nothing is left")
  func noFolder() throws {
    try withFolder { folder in
      let file = "\(folder)/file"
      try Data().write(to: URL(fileURLWithPath: file))
      #expect(throws: InceptError.self) {
        try Model.structure("digits_cnn").writeTensorBoard(to: file)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["file"])
    }
  }

  private struct Attachment: Decodable {
    struct Metric: Decodable {
      let kind: String, target: String, name: String
      let value: Double?

      init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        kind = try container.decode(String.self, forKey: .kind)
        target = try container.decode(String.self, forKey: .target)
        name = try container.decode(String.self, forKey: .name)
        value = try? container.decode(Double.self, forKey: .value)
      }
      enum Key: String, CodingKey { case kind, target, name, value }
    }
    let signature: String
    let metrics: [Metric]
  }

  @Test("Netron's metrics of nodes add up", .enabled(if: Fixtures.available, "needs the fixtures"))
  func netron() throws {
    let model = try Model.load(Fixtures.url("models/digits_cnn_torch.onnx").path)
    let report = try GraphReport.of(model, stage: .imported)
    try withFolder { folder in
      let convolution = try #require(report.nodes.first { $0.op == "conv2d" })
      let next = try #require(report.nodes.first { $0.inputs == [convolution.name] })
      let times = try profile(
        layer(next.name, convolution.sources + next.sources, "12.5"), in: folder)
      let text = try model.netronAttachment(profile: times)
      #expect(text.hasPrefix("{\n  \"signature\": \"netron:attachment\","))
      let attachment = try JSONDecoder().decode(Attachment.self, from: Data(text.utf8))
      func sum(_ name: String, _ kind: String) -> Double {
        attachment.metrics.filter { $0.name == name && $0.kind == kind }
          .reduce(0) { $0 + ($1.value ?? 0) }
      }
      let macs = report.nodes.reduce(0) { $0 + $1.macs }
      #expect(sum("macs", "model") == Double(macs))
      #expect(sum("macs", "node") == Double(macs))
      #expect(
        sum("parameters", "node") == Double(report.nodes.reduce(0) { $0 + $1.parameters }))
      #expect(sum("time_us", "node") == 12.5)
      let timed = attachment.metrics.filter { $0.name == "time_us" && $0.kind == "node" }
      #expect(timed.map(\.target) == convolution.sources)
    }
  }

  @Test("only ONNX models have nodes that Netron knows")
  func notONNX() throws {
    let model = try Model.structure("digits_cnn")
    #expect(throws: InceptError.self) { try model.netronAttachment() }
  }

  @Test("what is no profile of the network is an error")
  func wrongProfiles() throws {
    let model = try Model.structure("digits_cnn")
    try withFolder { folder in
      for layers in [
        "", layer("other", ["other"], "1"), layer("conv1", ["conv1"], "-1"), "{}", "[]", "1",
        layer("conv1", ["conv1"], "\"x\""), layer("conv1", ["conv1"], "1e999"),
      ] {
        #expect(throws: InceptError.self, "\(layers)") {
          try model.writeTensorBoard(
            to: "\(folder)/out", profile: profile(layers, in: folder))
        }
      }
      for text in ["", "[]", "{}", "{\"schema\": \"incept.run/1\", \"layers\": []}"] {
        try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/bad.json"))
        #expect(throws: InceptError.self) { try StoredProfile.read("\(folder)/bad.json") }
      }
      #expect(throws: InceptError.self) { try StoredProfile.read("\(folder)/none.json") }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/out"))
    }
  }
}
