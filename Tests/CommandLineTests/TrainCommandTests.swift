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

  /// Where `incept train` wrote that a network was trained, and all of the file.
  private func trained(_ path: String) throws -> (device: String?, bytes: Data) {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: bytes[8..<8 + length]) as? [String: Any]
    let metadata = header?["__metadata__"] as? [String: String]
    return (metadata?["incept.device"], bytes)
  }

  @Test("tools/models/train-digits.sh makes the network that comes with Incept")
  func embedded() throws {
    try withScratch { folder in
      let path = "\(folder)/digits.safetensors"
      let script = Process()
      script.executableURL = Fixtures.package
        .appendingPathComponent("tools/models/train-digits.sh")
      script.arguments = [Incept.executable.path, path]
      script.standardOutput = FileHandle.nullDevice
      script.standardError = FileHandle.nullDevice
      try script.run()
      script.waitUntilExit()
      #expect(script.terminationStatus == 0)
      let kept = Fixtures.package
        .appendingPathComponent("Sources/Models/Resources/digits_cnn.safetensors").path
      let (made, embedded) = (try trained(path), try trained(kept))
      #expect(made.device != nil && embedded.device != nil)
      if made.device == embedded.device {
        #expect(made.bytes == embedded.bytes)
      }
      // Other devices round otherwise, and 1,800 steps carry that far: another epoch may then be the best. The samples'
      // probabilities lie within 0.0001 of these on Intel's runtime, within 0.03 with seeds 2 to 5.
      let rows = "Samples/digits-held-out.txt"
      let judged = try Incept(
        "evaluate", path, "--data", "Samples/digits.csv.gz", "--rows", rows, "--format", "json")
      #expect(try judged.object()["right"] as? Int ?? 0 >= 353)
      func probabilities(_ model: String) throws -> [Double] {
        let run = try Incept(["run", model, "--top", "1", "--format", "csv"] + Incept.samples)
        return try run.output.split(separator: "\n").dropFirst().map { line in
          let fields = line.split(separator: ",")
          #expect(fields[0].contains("digit-\(fields[3])-"), "\(model): \(line)")
          return try #require(Double(fields[4]))
        }
      }
      let (ours, theirs) = (try probabilities(path), try probabilities("digits_cnn"))
      #expect(ours.count == Incept.samples.count && ours.count == theirs.count)
      #expect(zip(ours, theirs).allSatisfy { abs($0 - $1) < 0.05 }, "\(ours) \(theirs)")
    }
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
