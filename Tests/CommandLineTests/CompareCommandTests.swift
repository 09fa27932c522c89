import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("incept compare", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct CompareCommandTests {
  private static let difference = [
    "relative_error", "max_error", "mean_error", "max_ulp", "cosine", "nan", "expected_nan", "inf",
    "expected_inf", "mismatches", "elements", "worst",
  ]

  @Test("a network that is right ends with 0 and says so")
  func right() throws {
    let run = try Incept("compare", "digits_cnn", Incept.samples[0])
    #expect(run.status == 0 && run.error == "")
    #expect(run.output.hasPrefix("LAYER"))
    #expect(run.output.contains("\nOK: errors of all 7 layers are within the tolerance"))
    #expect(run.output.contains("input [1, 1, 8, 8]: \(Incept.samples[0])"))
  }

  @Test("JSON has the keys of the contract")
  func json() throws {
    let run = try Incept("compare", "digits_cnn", "--tolerance", "0", "--format", "json")
    #expect(run.status == 1 && run.error == "")
    #expect(run.output.hasPrefix("{\n  \"schema\": \"incept.compare/1\","))
    #expect(
      try run.keys() == [
        "schema", "model", "device", "against", "accuracy", "precision", "inputs", "tolerance",
        "own_tolerance", "isolated", "agrees", "first_bad", "layers", "results", "missing",
        "unmatched",
      ])
    #expect(try run.keys("against") == ["kind", "name"])
    #expect(try run.keys("inputs", "[]") == ["name", "shape", "source"])
    #expect(try run.keys("first_bad") == ["name", "index", "cause", "kernel_error"])
    let layers = try #require(try run.object()["layers"] as? [[String: Any]])
    let bad = try #require(layers.first { $0["within"] as? Bool == false })
    #expect(
      Set(bad.keys) == [
        "name", "op", "variant", "sources", "shape", "type", "apart", "within", "error", "own",
      ])
    let error = try #require(bad["error"] as? [String: Any])
    #expect(Set(error.keys) == Set(Self.difference))
    #expect(try run.object()["agrees"] as? Bool == false)
  }

  @Test("a reproducer is written, and its command shows the same error")
  func reproducer() throws {
    try withScratch { folder in
      let run = try Incept(
        "compare", "digits_cnn", "--tolerance", "0", "--dump", "\(folder)/bad", "--format", "json")
      #expect(run.status == 1)
      #expect(try run.keys("reproducer") == ["folder", "layer", "command", "reproduces"])
      let report = try #require(try run.object()["reproducer"] as? [String: Any])
      #expect(report["reproduces"] as? Bool == true)
      let command = try #require(report["command"] as? String)
      let alone = try Incept(command.split(separator: " ").dropFirst().map(String.init))
      #expect(alone.status == 1 && alone.error == "")
      #expect(alone.output.contains("<-- first bad"))
      let readMe = try String(contentsOfFile: "\(folder)/bad/README.txt", encoding: .utf8)
      #expect(readMe.contains("incept compare layer.safetensors --against expected.safetensors"))
      #expect(readMe.contains("kernel-0.cl"))
      // The layer is a model like any other.
      let graph = try Incept("graph", "\(folder)/bad/layer.safetensors")
      #expect(graph.status == 0 && graph.output.contains("imported: 1 operators"))
      let again = try Incept("compare", "digits_cnn", "--dump", "\(folder)/bad")
      #expect(again.status == 73 && again.output == "")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["bad"])
    }
  }

  @Test("reports go to files, and the exit code stays")
  func file() throws {
    try withScratch { folder in
      let run = try Incept("compare", "digits_cnn", "--tolerance", "0", "-o", "\(folder)/report")
      #expect(run.status == 1 && run.output == "")
      let text = try String(contentsOfFile: "\(folder)/report", encoding: .utf8)
      #expect(text.contains("BAD: "))
    }
  }

  @Test("a device is compared with itself bit by bit")
  func itself() throws {
    let index =
      try #require(
        try Incept("compare", "digits_cnn", "--format", "json").object()["device"] as? [String: Any]
      )[
        "index"] as? String
    let run = try Incept(
      "compare", "digits_cnn", "--against", try #require(index), "--tolerance", "0")
    #expect(run.status == 0)
    #expect(run.output.contains("the same: a second run"))
  }

  private static let refused: [(words: String, status: Int32)] = [
    ("no_such_network", 66), ("digits_cnn --against no/such.safetensors", 66),
    ("digits_cnn --against such.safetensors", 66), ("digits_cnn --against no_such_device", 69),
    ("digits_cnn --against Samples/digit-3-a.png", 65), ("digits_cnn --tolerance=-1", 64),
    ("digits_cnn --tolerance nan", 64), ("digits_cnn --layer relu1", 64),
    ("digits_cnn --outputs no_such_layer", 64), ("digits_cnn --input input=no.npy", 66),
    ("digits_cnn no.png", 66), ("digits_cnn --seed=-3", 64), ("digits_cnn --crop 0,0,8,8", 64),
    ("digits_cnn --dump Samples", 73), ("digits_cnn --dump no/such/folder/x --layer relu1", 73),
  ]

  @Test("what can't be compared is an error", arguments: refused.indices)
  func errors(_ number: Int) throws {
    let (words, status) = Self.refused[number]
    let run = try Incept(["compare"] + words.split(separator: " ").map(String.init))
    #expect(run.status == status, "\(words): \(run.error)")
    #expect(run.output.isEmpty && run.error.hasPrefix("incept: error: "), "\(words)")
  }

  @Test(
    "converted ONNX and TensorFlow networks run, and are the same layer by layer",
    .enabled(if: Fixtures.available, "needs the fixtures"), arguments: ["onnx", "pb"])
  func converted(_ format: String) throws {
    try withScratch { folder in
      let path = try Fixtures.url("models/mobilenet_v1_025_224.\(format)").path
      #expect(try Incept("convert", path, "\(folder)/m.safetensors").status == 0)
      let graphs = try [path, "\(folder)/m.safetensors"].map { try Incept("graph", $0) }
      #expect(graphs.allSatisfy { $0.status == 0 } && graphs[0].output == graphs[1].output)
      let image = "\(try Fixtures.url("images/coffee.png").path)"
      let runs = try [path, "\(folder)/m.safetensors"].map {
        try Incept("run", $0, image, "--preprocess", "inception", "--top", "3")
      }
      #expect(runs[0].status == 0 && runs[0].output == runs[1].output)
    }
  }
}
