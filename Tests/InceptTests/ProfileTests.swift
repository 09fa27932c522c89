import Foundation
import Incept
import Profiling
import Roofline
import TestSupport
import Testing

@Suite("profiles", .enabled(if: !Device.list().isEmpty, "needs an OpenCL device"))
struct ProfileTests {
  private static let peaks = DevicePeaks(
    gflops: 200, memory: [.init(name: "memory", capacity: nil, gigabytesPerSecond: 20)], launch: 1)

  fileprivate func profile(peaks: DevicePeaks? = Self.peaks) throws -> ProfileReport {
    let session = try Session(Model.load("digits_cnn"), on: Device.select())
    return try session.profile(MeasureOptions(runs: 9, warmup: 1), peaks: peaks)
  }

  @Test("a profile accounts for its run, and tells what bounds every layer")
  func complete() throws {
    let report = try profile()
    #expect(!report.layers.isEmpty)
    #expect(report.layers.map(\.index) == Array(report.layers.indices))
    #expect(report.layers.allSatisfy { $0.roofline != nil && $0.timeline != nil })
    #expect(report.layers.allSatisfy { $0.weightsBytes > 0 && $0.activationBytes > 0 })
    let memory = try #require(report.memory)
    #expect(memory.live.count == report.layers.count)
    #expect(memory.peak == memory.weights + memory.arena + memory.inputs)
    #expect((memory.live.max() ?? 0) <= memory.arena + memory.inputs)
    #expect(abs(report.layers.reduce(0) { $0 + $1.share } - 1) < 1e-9)
    let bare = try profile(peaks: nil)
    #expect(bare.layers.allSatisfy { $0.roofline == nil } && bare.peaks == nil)
  }

  @Test("a profile reads back as it was written")
  func reading() throws {
    let report = try profile()
    try withTemporaryFile(try report.json()) { path in
      #expect(ProfileReport.isProfile(path))
      let read = try ProfileReport.read(path)
      #expect(try read.json() == report.json())
      #expect(read.text() == report.text())
      #expect(read.trace() == report.trace())
    }
  }

  @Test(
    "what is no profile is refused",
    arguments: [
      "", "{", "[]", "{\"schema\":\"incept.run/1\"}", "{\"schema\": \"incept.profile/1\"}",
      String(repeating: "[", count: 100_000), "{\"schema\":\"incept.profile/1\",\"layers\":7}",
    ])
  func refusal(_ text: String) throws {
    try withTemporaryFile(text) { path in
      let error = try #require(throws: InceptError.self) { try ProfileReport.read(path) }
      #expect(error.category == .badData && error.subject == path)
    }
  }

  @Test("numbers that can't be are refused, whatever they are in")
  func damaged() throws {
    let text = try profile().json()
    for (old, new) in [
      ("\"index\": 0", "\"index\": -1"), ("\"index\": 1,", "\"index\": 0,"),
      ("\"index\": 0", "\"index\": 9223372036854775807"), ("\"batch\": 1", "\"batch\": 0"),
      ("\"runs\": 9", "\"runs\": -9"), ("\"macs\": ", "\"macs\": -"),
      ("\"median\": ", "\"median\": -"), ("\"share\": ", "\"share\": 1e300, \"x\": "),
      ("\"schema\": \"incept.profile/1\"", "\"schema\": \"incept.profile/2\""),
    ] {
      let damaged = text.replacing(old, with: new, maxReplacements: 1)
      #expect(damaged != text, "nothing to damage: \(old)")
      try withTemporaryFile(damaged) { path in
        #expect(throws: InceptError.self, "\(old) -> \(new)") { try ProfileReport.read(path) }
      }
    }
  }

  @Test("damaged profiles never end the process")
  func fuzzed() throws {
    let text = Array(try profile().json().utf8)
    var random = RandomSource(seed: 11)
    for _ in 0..<300 {
      var bytes = text
      for _ in 0..<random.int(in: 1...6) {
        bytes[random.int(in: 0...bytes.count - 1)] = UInt8(random.int(in: 0...255))
      }
      try withTemporaryFile(Data(bytes)) { path in
        guard let report = try? ProfileReport.read(path) else { return }
        _ = report.text() + report.groupedText() + report.csv() + report.trace()
        _ = ProfileDifference(report, against: report).text(showsAll: true)
      }
    }
  }

  @Test("a profile does not differ from itself")
  func same() throws {
    let report = try profile()
    let difference = ProfileDifference(report, against: report)
    #expect(difference.total.verdict == .same)
    #expect(difference.layers.allSatisfy { $0.verdict == .same && $0.change == 0 })
    #expect(difference.regressions(above: 0) == [])
  }

  @Test("what is slower than the noise is told, and nothing else")
  func slower() throws {
    let before = try profile()
    var after = before
    let old = before.layers[1]
    after.layers[1].time.min = old.time.min + 2 * old.noise + 100
    after.layers[0].time.min += before.layers[0].noise
    after.layers[3].time.median *= 10
    after.layers[2].name = "new"
    let difference = ProfileDifference(after, against: before)
    #expect(difference.layers.map(\.verdict) == [.same, .slower, .added, .same, .same, .removed])
    #expect(difference.regressions(above: 1) == [old.name])
    #expect(difference.regressions(above: 1e9) == [])
    let reverse = ProfileDifference(before, against: after)
    #expect(reverse.layers[1].verdict == .faster)
    #expect(reverse.regressions(above: 0) == [])
    #expect(difference.text().contains("1 slower, 0 faster"))
  }

  @Test("a trace has a host, a queue and a device, and its slices lie one after the other")
  func trace() throws {
    let report = try profile()
    let object = try JSONSerialization.jsonObject(with: Data(report.trace().utf8))
    let document = try #require(object as? [String: Any])
    let events = try #require(document["traceEvents"] as? [[String: Any]])
    func all(_ phase: String, _ process: Int? = nil) -> [[String: Any]] {
      events.filter {
        $0["ph"] as? String == phase && (process == nil || $0["pid"] as? Int == process)
      }
    }
    let processes = all("M").filter { $0["name"] as? String == "process_name" }
    #expect(processes.count == 3)
    for process in [1, 3] {
      var end = 0.0
      let slices = all("X", process)
      #expect(slices.count == report.layers.count + (process == 1 ? 1 : 0))
      for slice in slices {
        let start = try #require(slice["ts"] as? Double)
        #expect(start >= end - 1e-6)
        end = start + (try #require(slice["dur"] as? Double))
      }
    }
    #expect(all("s").count == report.layers.count && all("f").count == report.layers.count)
    #expect(all("b").count == all("e").count)
    #expect(!all("C", 3).isEmpty)
  }

  @Test("without time stamps a trace is made of the host's times")
  func hostTrace() throws {
    var report = try profile()
    for index in report.layers.indices {
      report.layers[index].clock = "host"
      report.layers[index].timeline = nil
    }
    #expect(report.trace().contains("host-timed"))
    #expect(report.text().contains("*"))
  }
}

/// A file with the content, while `body` runs.
private func withTemporaryFile(_ content: Data, _ body: (String) throws -> Void) throws {
  let path = NSTemporaryDirectory() + "incept-profile-\(UUID().uuidString).json"
  try content.write(to: URL(fileURLWithPath: path))
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(path)
}

private func withTemporaryFile(_ content: String, _ body: (String) throws -> Void) throws {
  try withTemporaryFile(Data(content.utf8), body)
}

extension ProfileTests {
  @Test("signs in the table are explained where there are any, and only there")
  func legend() throws {
    var report = try profile()
    let signs = [
      "^ beyond", "+N behind", "(…): the operations", "F(R,K): Winograd", "PxC: a work-item",
    ]
    for index in report.layers.indices {
      report.layers[index].roofline?.fraction = 1.004
      report.layers[index].executedMacs = report.layers[index].macs
      report.layers[index].variant = "rows"
    }
    #expect(!report.text().contains("%^"))
    for sign in signs { #expect(!report.text().contains(sign), "\(sign)") }
    report.layers[0].roofline?.fraction = 1.7
    report.layers[0].name = "module/branch_1/convolution + module/branch_2/convolution"
    report.layers[0].executedMacs = report.layers[0].macs / 3
    report.layers[0].variant = "F(4x6,3x3) 12x32"
    let text = report.text()
    #expect(text.contains("170%^") && text.components(separatedBy: "%^").count == 2)
    #expect(text.contains("module/branch_1/convolution +1 "))
    for sign in signs { #expect(text.contains("\n\(sign)"), "\(sign)") }
    for (variant, isTile) in [
      ("direct 10x32", true), ("F(3x3,3x3)/2 9x48 x2 /2", true), ("tiled 8x8", false),
      ("items", false),
    ] {
      report.layers[0].variant = variant
      #expect(report.text().contains("\nPxC") == isTile, "\(variant)")
    }
    // What is left out for the width needs no words.
    #expect(!report.text(width: 60).contains("(…)"))
    for sign in signs { #expect(!report.groupedText().contains(sign), "\(sign)") }
  }

  @Test("runs far above the fastest are said to be disturbed, others are not")
  func disturbed() throws {
    var report = try profile()
    report.total.unprofiledBest = 10
    report.total.unprofiledWall = 11.9
    #expect(!report.text().contains("disturbed"))
    report.total.unprofiledWall = 12.5
    #expect(report.text().contains("took 12.500 ms or more, the fastest 10.000 ms"))
    #expect(report.groupedText().contains("disturbed: half of the runs"))
  }

  @Test("the table fits a terminal, and tells what it leaves out", arguments: [60, 80, 100, 400])
  func width(_ width: Int) throws {
    var report = try profile()
    report.layers[0].name = "a module with a long name / a branch with a long name / a convolution"
    let table = report.text(width: width).components(separatedBy: "\n\n")[0]
    #expect(table.split(separator: "\n").allSatisfy { $0.count <= width }, "\(table)")
    #expect(table.contains("MEDIAN us") && table.contains("SHARE"))
    #expect(table.contains("left out for the width") == (width < 400))
    #expect(!report.text().contains("left out"))
  }
}
