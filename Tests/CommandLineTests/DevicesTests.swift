import Foundation
import TestSupport
import Testing

@Suite("incept devices", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct DevicesTests {
  private func devices(_ cache: String, _ arguments: String...) throws -> Incept {
    try Incept(["devices"] + arguments, environment: ["INCEPT_CACHE_DIR": cache])
  }

  private func first(_ run: Incept) throws -> [String: Any] {
    try #require((try run.object()["devices"] as? [[String: Any]])?.first)
  }

  @Test("the device that is used where none is named is marked")
  func usual() throws {
    let mark = "(used where --device names none)"
    let list = try Incept("devices", "--format", "json").object()
    let devices = try #require(list["devices"] as? [[String: Any]])
    for device in devices {
      let (index, name) = (device["index"] as? String ?? "", device["name"] as? String ?? "")
      let text = try Incept(["devices"], environment: ["INCEPT_DEVICE": index]).output
      #expect(text.contains("  \(index)  \(name)  \(mark)\n"))
      #expect(text.components(separatedBy: mark).count == 2, "\(text)")
    }
    let used = try Incept("bench", "digits_cnn", "--runs", "1", "--format", "json").object()
    let index = (used["device"] as? [String: Any])?["index"] as? String ?? ""
    let text = try Incept("devices").output
    let line = try #require(text.split(separator: "\n").first { $0.hasSuffix(mark) })
    #expect(line.hasPrefix("  \(index)  "))
    let none = try Incept(["devices"], environment: ["INCEPT_DEVICE": "nothing"])
    #expect(!none.output.contains(mark))
  }

  @Test("--measure finds peaks, which later listings show, cache ls lists and cache clear removes")
  func measure() throws {
    try withScratch { cache in
      let before = try devices(cache, "--format", "json")
      #expect(try first(before)["peaks"] == nil)
      let run = try devices(cache, "--measure", "--device", "0:0", "--format", "json")
      #expect(run.status == 0, "\(run.error)")
      #expect(run.error == "")
      #expect(try run.object()["schema"] as? String == "incept.devices/1")
      #expect((try run.object()["devices"] as? [Any])?.count == 1)
      let keys = try run.keys("devices", "[]", "peaks")
      #expect(keys.first == "gflops")
      #expect(Array(keys.suffix(2)) == ["launch_us", "processor_share"])
      let peaks = try #require(try first(run)["peaks"] as? [String: Any])
      let levels = try #require(peaks["memory"] as? [[String: Any]])
      #expect(levels.last?["name"] as? String == "memory")
      #expect(levels.last?["capacity_bytes"] == nil)
      for level in levels { #expect((level["gbytes_per_s"] as? Double ?? 0) > 0) }
      for level in levels.dropLast() { #expect((level["capacity_bytes"] as? Int ?? 0) > 0) }
      #expect((peaks["gflops"] as? Double ?? 0) > 0)
      #expect((peaks["launch_us"] as? Double ?? 0) > 0)

      let later = try devices(cache, "--format", "json")
      #expect(
        NSDictionary(dictionary: try first(later)["peaks"] as? [String: Any] ?? [:])
          == NSDictionary(dictionary: peaks))
      let text = try devices(cache)
      #expect(text.output.contains("peak arithmetic"))
      #expect(text.output.contains("peak reads, GB/s"))

      let list = try Incept(["cache", "ls"], environment: ["INCEPT_CACHE_DIR": cache])
      #expect(list.output.contains("peaks "))
      _ = try Incept(["cache", "clear"], environment: ["INCEPT_CACHE_DIR": cache])
      #expect(!(try devices(cache).output.contains("peak arithmetic")))
    }
  }

  @Test("a damaged file of peaks is noted, and not used")
  func damaged() throws {
    try withScratch { cache in
      let run = try devices(cache, "--measure", "--device", "0:0")
      #expect(run.status == 0, "\(run.error)")
      let folder = "\(cache)/peaks"
      let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(files.count == 1)
      for file in files {
        try Data("{ damaged".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(file)"))
      }
      let later = try devices(cache)
      #expect(later.status == 0)
      #expect(!later.output.contains("peak arithmetic"))
      #expect(later.output.contains("are ignored"))
      #expect(later.output.contains("incept devices --measure"))
    }
  }

  @Test("a cache folder that can't be written is noted, and no error")
  func unwritable() throws {
    let run = try devices("/dev/null/cache", "--measure", "--device", "0:0")
    #expect(run.status == 0, "\(run.error)")
    #expect(run.output.contains("peak arithmetic"))
    #expect(run.output.contains("could not be kept"))
  }

  @Test("no such device is told as everywhere")
  func noDevice() throws {
    for flags in [["--measure"], []] {
      let run = try Incept(["devices", "--device", "no such device"] + flags)
      #expect(run.status == 69)
    }
  }
}
