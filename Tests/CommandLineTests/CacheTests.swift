import Foundation
import TestSupport
import Testing

@Suite("cache", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct CacheTests {
  private static let run = ["run", "digits_cnn", "Samples/digit-3-a.png", "--top", "1"]

  /// A run with the caches in a folder, the driver's own (PoCL) too.
  private func incept(_ arguments: [String], _ folder: String) throws -> Incept {
    try FileManager.default.createDirectory(
      atPath: "\(folder)/driver", withIntermediateDirectories: true)
    return try Incept(
      arguments,
      environment: ["INCEPT_CACHE_DIR": "\(folder)/cache", "POCL_CACHE_DIR": "\(folder)/driver"])
  }

  /// `bench` waits until everything is kept; `run` doesn't.
  private func fill(_ folder: String) throws {
    #expect(
      try incept(["bench", "digits_cnn", "--runs", "1", "--warmup", "0"], folder).status == 0)
  }

  private func programs(_ folder: String) -> [String] {
    let path = "\(folder)/cache/programs"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasSuffix(".program") }.map { "\(path)/\($0)" }.sorted()
  }

  @Test("fetched weights are listed beside the limit, and stay until they are meant")
  func weights() throws {
    try withScratch { folder in
      let files = FileManager.default
      let weights = URL(fileURLWithPath: "\(folder)/cache/weights")
      try files.createDirectory(at: weights, withIntermediateDirectories: true)
      for name in ["a.pth", "b.h5.part", "b.h5.part.json", "notes.txt"] {
        try Data(count: 1000).write(to: weights.appendingPathComponent(name))
      }
      let list = try incept(["cache", "ls", "--format", "json"], folder).object()
      let entries = list["entries"] as? [[String: Any]] ?? []
      #expect(
        entries.compactMap { $0["file"] as? String } == ["weights/a.pth", "weights/b.h5.part"])
      #expect((list["left"] as? [String: Any])?["count"] as? Int == 0)
      #expect((list["weights"] as? [String: Any])?["bytes"] as? Int == 2000)
      #expect(try incept(["cache", "ls"], folder).output.contains("2 fetched weights, "))
      #expect(try incept(["cache", "clear"], folder).output.contains("removed 0 files"))
      #expect(
        try incept(["cache", "clear", "--weights"], folder).output.contains("removed 2 files"))
      #expect(try files.contentsOfDirectory(atPath: weights.path) == ["notes.txt"])
    }
  }

  @Test("an empty cache is listed, filled by a run, explained, pruned and cleared")
  func life() throws {
    try withScratch { folder in
      let empty = try incept(["cache", "ls", "--format", "json"], folder)
      #expect(empty.status == 0 && empty.error == "")
      #expect(empty.output.hasPrefix("{\n  \"schema\": \"incept.cache/1\","))
      #expect((try empty.object()["entries"] as? [Any])?.isEmpty == true)
      let before = try incept(["cache", "why", "digits_cnn"], folder)
      #expect(before.output.contains("0 of "), "\(before.output)")
      try fill(folder)
      #expect(!programs(folder).isEmpty)
      let list = try incept(["cache", "ls", "--format", "json"], folder)
      #expect(
        try list.keys("entries", "[]") == [
          "kind", "name", "device", "driver", "engine", "bytes", "age_s", "file",
        ])
      #expect(try incept(["cache", "ls"], folder).output.contains("files, "))
      let why = try incept(["cache", "why", "digits_cnn", "--format", "json"], folder)
      #expect(try why.keys() == ["schema", "action", "folder", "model", "device", "programs"])
      let states = (try why.object()["programs"] as? [[String: Any]] ?? [])
        .compactMap { $0["state"] as? String }
      #expect(!states.isEmpty && states.allSatisfy { ["cached", "compiled"].contains($0) })
      #expect(try incept(["cache", "prune", "--limit", "1G"], folder).output.contains("removed 0"))
      #expect(try incept(["cache", "prune", "--limit", "0"], folder).status == 0)
      #expect(programs(folder).isEmpty)
      try fill(folder)
      #expect(try incept(["cache", "clear"], folder).status == 0)
      #expect(programs(folder).isEmpty)
      #expect(try incept(["cache", "prune", "--limit", "many"], folder).status == 64)
    }
  }

  @Test("the second run takes the programs and says the same")
  func secondRun() throws {
    try withScratch { folder in
      try fill(folder)
      // Without the driver's own cache all must come from ours.
      try FileManager.default.removeItem(atPath: "\(folder)/driver")
      let run = try incept(Self.run, folder)
      #expect(run.status == 0 && run.error == "")
      #expect(run.output.contains(" 3"))
    }
  }

  @Test("damaged, cut, swapped and emptied entries are built again in silence")
  func damaged() throws {
    try withScratch { folder in
      try fill(folder)
      let files = programs(folder)
      let good = try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
      var random = RandomSource(seed: 7)
      for round in 0..<4 {
        for (index, file) in files.enumerated() {
          var bytes = good[index]
          switch round {
          case 0: bytes[random.int(in: 20...(bytes.count - 33))] ^= 4
          case 1: bytes = bytes.prefix(random.int(in: 0...(bytes.count - 1)))
          case 2: bytes = good[(index + 1) % files.count]
          default: bytes = Data()
          }
          try bytes.write(to: URL(fileURLWithPath: file))
        }
        if files.count > 1 || round != 2 {
          let why = try incept(["cache", "why", "digits_cnn"], folder)
          #expect(why.output.contains("damaged"), "\(why.output)")
        }
        let run = try incept(Self.run, folder)
        #expect(run.status == 0 && run.error == "" && run.output.contains(" 3"))
      }
      try fill(folder)
      #expect(try !incept(["cache", "why", "digits_cnn"], folder).output.contains("damaged"))
    }
  }

  @Test("runs at once share an empty cache")
  func together() throws {
    try withScratch { folder in
      DispatchQueue.concurrentPerform(iterations: 3) { _ in
        let run = try? incept(Self.run, folder)
        #expect(run?.status == 0 && run?.error == "" && run?.output.contains(" 3") == true)
      }
    }
  }

  @Test(
    "a cache that can't be had is no error",
    arguments: ["/dev/null", "/proc/no/such", "/dev/null/below"])
  func unwritable(_ path: String) throws {
    let run = try Incept(Self.run, environment: ["INCEPT_CACHE_DIR": path])
    #expect(run.status == 0 && run.error == "" && run.output.contains(" 3"))
    #expect(try Incept(["cache", "ls"], environment: ["INCEPT_CACHE_DIR": path]).status == 0)
    #expect(try Incept(["cache", "clear"], environment: ["INCEPT_CACHE_DIR": path]).status == 0)
  }

  @Test("a helper that gets nonsense does nothing")
  func nonsense() throws {
    let run = try Incept(["compile-programs"])
    #expect(run.status == 0 && run.output == "" && run.error == "")
    #expect(try !Incept(["--help"]).output.contains("compile-programs"))
  }
}
