import Foundation
import TestSupport
import Testing

@Suite("incept train")
struct TrainCommandTests {
  private static let digits = (try? Fixtures.url("digits/digits.csv.gz").path) ?? ""

  @Test("trains, tells every epoch, and the file runs", .enabled(if: Fixtures.available))
  func trains() throws {
    try withScratch { folder in
      let net = "\(folder)/net.safetensors"
      let run = try Incept(
        "train", "--data", Self.digits, "--epochs", "4", "-o", net, "--history", "\(folder)/h.png",
        "--history", "\(folder)/h.csv", "--format", "json")
      #expect(run.status == 0, "\(run.error)")
      #expect(run.error.contains("epoch 4/4  loss"))
      let report = try run.object()
      #expect(report["schema"] as? String == "incept.train/1")
      #expect((report["epochs"] as? [Any])?.count == 4)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      #expect(names == ["h.csv", "h.png", "net.last.safetensors", "net.safetensors"])
      let judged = try Incept("evaluate", net, "--data", Self.digits, "--format", "json")
      #expect((try judged.object()["accuracy"] as? Double ?? 0) > 0.9)
      let graph = try Incept("graph", net)
      #expect(graph.status == 0 && graph.output.contains("conv2d_1"))
    }
  }

  @Test(
    "killed at any moment it resumes from a whole checkpoint", .enabled(if: Fixtures.available),
    arguments: [0.3, 0.6, 0.9, 1.4])
  func killed(seconds: Double) throws {
    try withScratch { folder in
      let net = "\(folder)/net.safetensors"
      let arguments = ["train", "--data", Self.digits, "--epochs", "30", "-o", net]
      try kill(arguments, after: seconds)
      let rest = try Incept(arguments + ["--resume"])
      #expect(rest.status == 0, "\(rest.error)")
      let whole = try Incept(
        ["train", "--data", Self.digits, "--epochs", "30", "-o", "\(folder)/whole.safetensors"])
      #expect(whole.status == 0)
      let files = FileManager.default
      #expect(files.contents(atPath: net) == files.contents(atPath: "\(folder)/whole.safetensors"))
      let left = try files.contentsOfDirectory(atPath: folder).filter { $0.contains("tmp") }
      #expect(left.isEmpty || left.allSatisfy { !$0.hasSuffix(".safetensors") })
    }
  }

  /// Starts the command and ends it with SIGKILL.
  private func kill(_ arguments: [String], after seconds: Double) throws {
    let process = Process()
    process.executableURL = Incept.executable
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    Thread.sleep(forTimeInterval: seconds)
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  @Test("a step is a graph for every command that looks at one")
  func step() throws {
    let graph = try Incept("graph", "cnn", "--training", "--format", "json")
    #expect(graph.status == 0, "\(graph.error)")
    #expect(graph.output.contains("adam") && graph.output.contains("gradient/"))
    let profile = try Incept(
      "profile", "cnn", "--training", "--shape", "input=4,8,8,1", "--runs", "1", "--warmup", "0")
    #expect(profile.status == 0 && profile.output.contains("optimiser"), "\(profile.error)")
    let compare = try Incept("compare", "mlp", "--training", "--shape", "input=4,8,8,1")
    #expect(compare.status == 0, "\(compare.output) \(compare.error)")
  }

  @Test(
    "wrong command lines and data are refused",
    arguments: [
      (["--epochs", "0"], 64), (["--lr", "-1"], 64), (["--schedule", "step:0:1"], 64),
      (["--validation", "1"], 64), (["--model", "none.json"], 66), (["--data", "none"], 66),
      (["--history", "h.tiff"], 64), (["--optimizer", "lion"], 64),
    ] as [([String], Int32)])
  func refused(_ arguments: [String], _ status: Int32) throws {
    try withScratch { folder in
      let data = arguments.first == "--data" ? [] : ["--data", Self.digits]
      let run = try Incept(["train", "-o", "\(folder)/x.safetensors"] + data + arguments)
      #expect(run.status == status, "\(run.error)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }
}
