import Foundation
import TestSupport
import Testing

@Suite("graph command")
struct GraphCommandTests {
  @Test("operators are picked in text and JSON", arguments: ["imported", "optimised"])
  func filter(_ stage: String) throws {
    let common = ["graph", "digits_cnn", "--stage", stage, "--filter", "FC?", "--filter", "conv1"]
    let text = try Incept(common)
    #expect(text.status == 0)
    #expect(text.output.contains(stage == "imported" ? "3 of 11" : "3 of 7"), "\(text.output)")
    let json = try Incept(common + ["--format", "json"])
    let nodes = try #require(try json.object()["nodes"] as? [[String: Any]])
    #expect(nodes.count == 3)
    let sources = nodes.compactMap { $0["sources"] as? [String] }.flatMap { $0 }
    #expect(Set(sources).isSuperset(of: ["conv1", "fc1", "fc2"]))
  }

  @Test("what is picked by nothing ends with a hint")
  func noMatch() throws {
    let run = try Incept("graph", "digits_cnn", "--filter", "conf1")
    #expect(run.status == 64)
    #expect(run.error.contains("hint: did you mean conv1"))
    #expect(run.output == "")
  }

  @Test("the graph after a pass")
  func after() throws {
    let run = try Incept(
      "graph", "digits_cnn", "--after", "fuse-bias", "--format", "json", "--filter", "dense")
    #expect(run.status == 0)
    #expect(
      try run.keys() == ["schema", "stage", "inputs", "outputs", "output_nodes", "nodes", "after"])
    #expect(try run.keys("after") == ["pass", "rewrites", "removed", "added", "changed"])
    let list = try Incept("graph", "digits_cnn", "--after", "list")
    #expect(list.output.hasPrefix("PASS "))
    let json = try Incept("graph", "digits_cnn", "--after", "list", "--format", "json")
    #expect(try json.keys() == ["schema", "model", "operators", "passes"])
    #expect(try json.keys("passes", "[]") == ["name", "summary", "rewrites", "operators"])
    let wrong = try Incept("graph", "digits_cnn", "--after", "fold")
    #expect(wrong.status == 64)
    #expect(wrong.error.contains("flatten-concats (7)"))
    #expect(try Incept("graph", "digits_cnn", "--after", "list", "--filter", "x").status == 64)
  }

  @Test(
    "options that don't go together",
    arguments: [
      ["--format", "tensorboard"], ["--format", "tensorboard", "-o", "x", "--stage", "plan"],
      ["--format", "dot", "--filter", "x"], ["--format", "json", "--verbose"],
      ["--summary", "--filter", "x"], ["--filter", ""], ["--stage", "plan", "--after", "fuse"],
      ["--format", "netron"], ["--format", "netron", "--stage", "optimised"],
      ["--profile", "x.json"],
    ])
  func usage(_ options: [String]) throws {
    let run = try Incept(["graph", "digits_cnn"] + options)
    #expect(run.status == 64, "\(options): \(run.error)")
    #expect(run.output == "")
  }

  @Test("an event file in a folder, and nothing where that can't be")
  func tensorboard() throws {
    try withScratch { folder in
      let run = try Incept(
        "graph", "digits_cnn", "--format", "tensorboard", "-o", "\(folder)/logs")
      #expect(run.status == 0)
      #expect(run.output == "" && run.error == "")
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/logs")
      #expect(files.count == 1 && files[0].contains("tfevents"))
      let onto = try Incept(
        "graph", "digits_cnn", "--format", "tensorboard", "-o", "\(folder)/logs/\(files[0])")
      #expect(onto.status == 73)
      let none = try Incept(
        "graph", "digits_cnn", "--format", "tensorboard", "-o", "\(folder)/x", "--profile",
        "\(folder)/none.json")
      #expect(none.status == 66)
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/x"))
    }
  }

  @Test("Netron's metrics", .enabled(if: Fixtures.available, "needs the fixtures"))
  func netron() throws {
    let run = try Incept(
      "graph", try Fixtures.url("models/digits_cnn_torch.onnx").path, "--format", "netron")
    #expect(run.status == 0)
    #expect(try run.keys() == ["signature", "metrics"])
    #expect(try run.keys("metrics", "[]") == ["kind", "target", "name", "value"])
  }

  @Test("piped text has whole names, whatever COLUMNS says")
  func piped() throws {
    let run = try Incept(
      ["graph", "inception_v3", "--stage", "optimised"], environment: ["COLUMNS": "40"])
    #expect(run.output.contains("Mixed_5b.branch1x1 + branch5x5_1 + branch3x3dbl_1"))
    #expect(!run.output.contains("…"))
  }
}
