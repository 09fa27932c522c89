import OpenCLBackend
import TensorCore
import TestSupport
import Testing

@Suite("The tuner")
struct TunerTests {
  private let truth = [
    "a": ["worse": 1.5, "better": 0.8, "best": 0.6, "close": 0.99],
    "b": ["worse": 1.2, "awful": 30], "c": ["close": 0.995],
  ]

  @Test("finds the best variant of every problem, in spite of noise", arguments: 1...20)
  func best(_ seed: UInt64) throws {
    let target = FakeTarget(truth, seed: seed)
    target.noise = 0.08
    var records: [String: TuningRecord] = [:]
    let end = try target.tune(&records)
    #expect(end == .finished)
    #expect(records["a"]?.choice.variant == "best", "seed \(seed)")
    #expect(records["b"]?.choice.variant == "default", "seed \(seed)")
    #expect(records.values.allSatisfy { $0.isDone })
  }

  @Test("prefers the default where others are not faster beyond doubt")
  func margin() throws {
    let target = FakeTarget(truth)
    var records: [String: TuningRecord] = [:]
    _ = try target.tune(&records)
    #expect(records["c"]?.choice.variant == "default")
    #expect(records["c"]?.choice.ratio == 1)
  }

  @Test("a candidate that is hopelessly slow is measured once")
  func hopeless() throws {
    let target = FakeTarget(truth)
    var records: [String: TuningRecord] = [:]
    _ = try target.tune(&records)
    #expect(records["b"]?.count("awful") == 1)
    #expect((records["a"]?.count("best") ?? 0) > (records["a"]?.count("worse") ?? 0))
  }

  @Test("ends when the time is up, and keeps what it has", arguments: [1.0, 3, 7, 10])
  func budget(_ seconds: Double) throws {
    let target = FakeTarget(truth)
    var records: [String: TuningRecord] = [:]
    var saved: [[String: TuningRecord]] = []
    let end = try target.tune(&records, until: seconds, save: { saved.append($0) })
    #expect(end == .budget)
    #expect(target.now >= seconds && target.now < seconds + target.cost)
    #expect(saved.last == records)
    #expect(saved.count == target.asked.count)
  }

  @Test("measures nothing without time")
  func noTime() throws {
    let target = FakeTarget(truth)
    var records: [String: TuningRecord] = [:]
    let end = try target.tune(&records, until: 0)
    #expect(end == .budget)
    #expect(target.measurements == 0)
    #expect(records["a"]?.choice.variant == "default")
  }

  @Test("stops after the measurement in which the user interrupts")
  func interrupt() throws {
    let target = FakeTarget(truth)
    var records: [String: TuningRecord] = [:]
    let end = try target.tune(&records, isStopped: { target.measurements >= 4 })
    #expect(end == .interrupted)
    #expect(target.measurements == 4)
    #expect(records.values.contains { !$0.isEmpty })
  }

  @Test("goes on where it stopped: many short sessions measure what a long one does")
  func resume() throws {
    let long = FakeTarget(truth)
    var expected: [String: TuningRecord] = [:]
    _ = try long.tune(&expected)
    let short = FakeTarget(truth)
    var records: [String: TuningRecord] = [:]
    var sessions = 0
    while true {
      let end = try short.tune(&records, until: short.now + 2)
      if end == .finished { break }
      sessions += 1
      try #require(sessions < 100)
    }
    #expect(sessions > 3)
    #expect(records.mapValues(\.choice.variant) == expected.mapValues(\.choice.variant))
    #expect(short.measurements <= long.measurements + sessions)
    let before = short.measurements
    let end = try short.tune(&records)
    #expect(end == .finished)
    #expect(short.measurements == before, "nothing is left to do")
  }

  @Test("problems that take most of the time go first")
  func order() throws {
    let target = FakeTarget(["large": ["x": 0.9], "small": ["x": 0.9]])
    let problems = [("small", 0.04), ("large", 0.9)].map { key, share in
      TuningProblem(key: key, reference: "default", candidates: ["x"], nodes: [], share: share)
    }
    var records: [String: TuningRecord] = [:]
    let tuner = Tuner(deadline: .infinity, now: { target.now })
    let end = try tuner.run(problems, on: target, records: &records, save: { _ in })
    #expect(end == .finished)
    let first = target.asked.firstIndex { $0.keys.contains("small") } ?? 0
    #expect(first > 0)
    #expect(target.asked[..<first].allSatisfy { $0 == ["large": "x"] })
  }

  @Test("a candidate that can't be run is left out, and nothing else suffers")
  func broken() throws {
    let target = FakeTarget(truth)
    target.broken = ["better", "awful"]
    var records: [String: TuningRecord] = [:]
    let end = try target.tune(&records)
    #expect(end == .finished)
    #expect(records["a"]?.choice.variant == "best")
    #expect(records["a"]?.count("better") == 1)
    #expect(records["b"]?.choice.variant == "default")
  }

  @Test("a device that fails altogether is no candidate's fault")
  func gone() throws {
    let target = FakeTarget(truth)
    var records: [String: TuningRecord] = [:]
    _ = try target.tune(&records, until: 3)
    let before = records
    target.isGone = true
    #expect(throws: InceptError.self) {
      var again = before
      _ = try target.tune(&again)
    }
  }

  @Test("records of other problems are left alone, those next to another default begin anew")
  func adapted() throws {
    let target = FakeTarget(["a": ["x": 0.5]])
    var old = TuningRecord(reference: "another default", candidates: ["x"])
    old.add(0.1, of: "x")
    let other = TuningRecord(reference: "r", candidates: ["y"], ratios: ["y": [0.7]])
    var records = ["a": old, "elsewhere": other]
    _ = try target.tune(&records)
    #expect(records["elsewhere"] == other)
    #expect(records["a"]?.median("x") == 0.5)
    let fewer = other.adapted(reference: "r", candidates: ["z"])
    #expect(fewer.isEmpty)
  }

  @Test("numbers that can't be right count for nothing")
  func absurd() {
    var record = TuningRecord(
      reference: "r", candidates: ["x"], ratios: ["x": [-1, 0, .nan, .infinity, 0.5], "y": [1]])
    #expect(record.ratios == ["x": [0.5]])
    for ratio in [-1, 0, .nan, .infinity] { record.add(ratio, of: "x") }
    record.add(0.5, of: "unknown")
    #expect(record.ratios == ["x": [0.5]])
    for _ in 0..<1000 { record.add(0.5, of: "x") }
    #expect(record.count("x") < 100)
  }
}
