import Foundation
import TestSupport
import Testing

@Suite("incept tune", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct TuneTests {
  private func tune(_ cache: String, _ arguments: String...) throws -> Incept {
    try Incept(["tune", "digits_cnn"] + arguments, environment: ["INCEPT_CACHE_DIR": cache])
  }

  private func files(_ cache: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: "\(cache)/tuning")) ?? []
  }

  @Test("reports problems as JSON, keeps results, and later commands use them")
  func report() throws {
    try withScratch { cache in
      let run = try tune(cache, "--budget", "1", "--format", "json")
      #expect(run.status == 0, "\(run.error)")
      let keys = try run.keys()
      #expect(
        keys.starts(with: [
          "schema", "model", "device", "accuracy", "batch", "budget_s", "elapsed_ms", "end",
          "saved", "problems",
        ]))
      #expect(
        try run.keys("problems", "[]") == [
          "problem", "layers", "default", "best", "gain", "share", "decided", "candidates",
        ])
      let object = try run.object()
      #expect(object["schema"] as? String == "incept.tune/1")
      #expect(object["saved"] as? Bool == true)
      #expect(files(cache).allSatisfy { $0.hasSuffix("-high.json") })
      let plan = try Incept(
        ["graph", "digits_cnn", "--stage", "plan"], environment: ["INCEPT_CACHE_DIR": cache])
      #expect(plan.status == 0)
    }
  }

  @Test("prints a table, and writes a table of choices that it can add to")
  func text() throws {
    try withScratch { cache in
      for _ in 0..<2 {
        let run = try tune(cache, "--budget", "0.5", "--export", "\(cache)/choices.json")
        #expect(run.status == 0, "\(run.error)")
        #expect(run.output.hasPrefix("PROBLEM"))
        #expect(run.output.contains("problems decided"))
        let text = try String(contentsOfFile: "\(cache)/choices.json", encoding: .utf8)
        #expect(text.contains("incept.choices/1"))
      }
    }
  }

  @Test("refuses to add to a file that is something else, and leaves it alone")
  func export() throws {
    try withScratch { cache in
      let path = "\(cache)/notes.txt"
      try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
      let run = try tune(cache, "--budget", "0.1", "--export", path)
      #expect(run.status == 65)
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    }
  }

  @Test("a damaged file of results is passed over in silence")
  func damaged() throws {
    try withScratch { cache in
      _ = try tune(cache, "--budget", "1")
      for file in files(cache) {
        try Data("{ damaged".utf8).write(to: URL(fileURLWithPath: "\(cache)/tuning/\(file)"))
      }
      let run = try Incept(
        ["run", "digits_cnn", Incept.samples[0]], environment: ["INCEPT_CACHE_DIR": cache])
      #expect(run.status == 0)
      #expect(run.error == "")
      #expect(
        try Incept(
          ["run", "digits_cnn", Incept.samples[0], "--no-tuning"],
          environment: ["INCEPT_CACHE_DIR": cache]
        ).status == 0)
    }
  }

  @Test("a cache folder that can't be written is told, and is no error")
  func unwritable() throws {
    let run = try tune("/dev/null/cache", "--budget", "2", "--format", "json")
    #expect(run.status == 0, "\(run.error)")
  }

  @Test("budgets must be seconds above 0", arguments: ["0", "-1", "x", "nan", "inf", "1e300"])
  func budgets(_ text: String) throws {
    #expect(try Incept("tune", "digits_cnn", "--budget=\(text)").status == 64)
  }

  @Test("Ctrl-C ends it with what is done")
  func interrupt() throws {
    try withScratch { cache in
      let process = Process()
      process.executableURL = Incept.executable
      process.arguments = ["tune", "digits_cnn", "--budget", "100", "--format", "json"]
      process.environment = ProcessInfo.processInfo.environment
        .merging(["INCEPT_CACHE_DIR": cache]) { $1 }
      let output = Pipe()
      process.standardOutput = output
      process.standardError = FileHandle.nullDevice
      try process.run()
      // The first results show that tuning is under way.
      var waited = 0
      while files(cache).isEmpty, process.isRunning, waited < 1000 {
        usleep(50_000)
        waited += 1
      }
      process.interrupt()
      let data = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 0)
      let object = try #require(
        try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(["interrupted", "finished"].contains(object["end"] as? String))
      #expect(!files(cache).isEmpty)
      #expect(files(cache).allSatisfy { $0.hasSuffix(".json") })
    }
  }
}
