import Foundation
import TestSupport
import Testing

@Suite("JSON documents", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct SchemaTests {
  private static let model = ["name", "weights"]
  private static let device = ["index", "name", "platform"]

  @Test("run")
  func run() throws {
    let run = try Incept(["run", "digits_cnn", "--format", "json"] + Incept.samples)
    #expect(run.status == 0)
    #expect(run.error == "")
    #expect(run.output.hasPrefix("{\n  \"schema\": \"incept.run/1\","))
    #expect(
      try run.keys() == ["schema", "model", "device", "accuracy", "precision", "results", "timing"])
    #expect(try run.keys("model") == Self.model)
    #expect(try run.keys("device") == Self.device)
    #expect(try run.keys("results", "[]") == ["image", "top"])
    #expect(try run.keys("results", "[]", "top", "[]") == ["index", "label", "probability"])
    #expect(
      try run.keys("timing") == ["load_ms", "build_ms", "tune_ms", "first_ms", "median_ms"])
    let results = try #require(try run.object()["results"] as? [[String: Any]])
    #expect(results.compactMap { $0["image"] as? String } == Incept.samples)
  }

  @Test("bench")
  func bench() throws {
    let run = try Incept("bench", "digits_cnn", "--runs", "3", "--batch", "2", "--format", "json")
    #expect(run.status == 0)
    #expect(
      try run.keys() == [
        "schema", "model", "device", "accuracy", "precision", "batch", "runs", "latency_ms",
        "throughput_per_s",
        "load_ms",
        "build_ms", "tune_ms", "first_ms", "peak_rss_bytes", "memory",
      ])
    #expect(try run.keys("model") == Self.model)
    #expect(try run.keys("device") == Self.device)
    #expect(try run.keys("latency_ms") == ["min", "median", "p90", "p99"])
    #expect(try run.keys("memory") == ["weights_bytes", "arena_bytes", "largest_buffer_bytes"])
    let object = try run.object()
    #expect(object["schema"] as? String == "incept.bench/1")
    #expect(object["batch"] as? Int == 2)
    #expect(object["runs"] as? Int == 3)
  }

  @Test("profile")
  func profile() throws {
    let run = try Incept("profile", "digits_cnn", "--runs", "3", "--format", "json")
    #expect(run.status == 0)
    // Peaks are there where the device's have been measured.
    #expect(
      try run.keys().filter { $0 != "peaks" } == [
        "schema", "model", "device", "accuracy", "precision", "batch", "runs", "layers", "total",
        "memory", "timeline",
      ])
    let contract = [
      "name", "sources", "op", "variant", "input", "output", "macs", "bytes", "time_us",
      "queue_us", "gflops", "gbytes_per_s", "share",
    ]
    #expect(try run.keys("layers", "[]").starts(with: contract))
    #expect(try run.keys("layers", "[]", "time_us") == ["min", "median", "p90"])
    let total = ["kernel_ms", "gap_ms", "wall_ms", "unprofiled_wall_ms"]
    #expect(try run.keys("total").starts(with: total))
    let layers = try #require(try run.object()["layers"] as? [[String: Any]])
    #expect(layers.allSatisfy { $0["input"] is [[Int]] && $0["output"] is [Int] })
  }

  @Test("graph", arguments: ["imported", "optimised"])
  func graph(_ stage: String) throws {
    let run = try Incept("graph", "digits_cnn", "--stage", stage, "--format", "json")
    #expect(run.status == 0)
    #expect(
      try run.keys() == ["schema", "stage", "inputs", "outputs", "output_nodes", "nodes"])
    #expect(try run.keys("inputs", "[]") == ["name", "shape", "type"])
    #expect(
      try run.keys("nodes", "[]") == [
        "name", "op", "inputs", "shape", "attributes", "macs", "parameters", "weights", "sources",
        "results", "constants",
      ])
    #expect(try run.keys("nodes", "[]", "results", "[]") == ["shape", "type"])
    let object = try run.object()
    #expect(object["schema"] as? String == "incept.graph/1")
    #expect(object["stage"] as? String == stage)
    #expect(object["outputs"] as? [String] == ["logits"])
    #expect(object["output_nodes"] as? [String] == ["fc2"])
  }

  @Test("graph of a plan")
  func plan() throws {
    let run = try Incept("graph", "digits_cnn", "--stage", "plan", "--format", "json")
    #expect(run.status == 0)
    #expect(
      try run.keys() == ["schema", "stage", "inputs", "outputs", "output_nodes", "nodes", "plan"])
    #expect(try run.object()["stage"] as? String == "plan")
  }

  @Test("devices and models")
  func lists() throws {
    let devices = try Incept("devices", "--format", "json")
    #expect(try devices.keys() == ["schema", "platforms", "devices", "notes"])
    #expect(try devices.keys("devices", "[]").starts(with: ["index", "name", "type", "platform"]))
    let models = try Incept("models", "--format", "json")
    #expect(try models.keys() == ["schema", "models"])
    #expect(try models.object()["schema"] as? String == "incept.models/1")
  }

  @Test("tensors in and out")
  func tensors() throws {
    try withScratch { folder in
      try NPYFile.write(shape: [2, 1, 8, 8], to: "\(folder)/in.npy")
      let run = try Incept([
        "run", "digits_cnn", "--input", "x=\(folder)/in.npy", "--output-dir", "\(folder)/out",
        "--outputs", "conv1,relu3", "--format", "json",
      ])
      #expect(run.status == 0, "\(run.error)")
      #expect(
        try run.keys() == [
          "schema", "model", "device", "accuracy", "precision", "results", "outputs", "timing",
        ])
      #expect(try run.keys("outputs", "[]") == ["name", "shape", "file"])
      let written = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/out").sorted()
      #expect(written == ["conv1.npy", "logits.npy", "relu3.npy"])
    }
  }
}
