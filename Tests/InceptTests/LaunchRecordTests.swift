import Incept
import OpenCLBackend
import Profiling
import Testing

@Suite("the record of a profile")
struct LaunchRecordTests {
  /// Milliseconds of each run by the host's clock.
  private static let wall = 1.0

  /// What sums in Double may be off by.
  private static let rounding = 1e-12

  /// Two launches of a plan for a made-up device.
  private func launches() throws -> [Launch] {
    let traits = DeviceTraits(
      style: .registerTiles, vectorWidth: 16, computeUnits: 2, localMemoryBytes: 1 << 16,
      maxWorkGroupSize: 64, maxAllocationBytes: 1 << 30, globalMemoryBytes: 1 << 31)
    let plan = try PlanBuilder.plan(try Model.load("digits_cnn").graph, for: traits)
    return Array(plan.launches.prefix(2))
  }

  private func stamps(_ started: UInt64, _ ended: UInt64) -> TimeStamps {
    TimeStamps(queued: 1_000, started: started, ended: ended)
  }

  @Test("sane stamps give medians, gaps, delays and shares")
  func sane() throws {
    var record = LaunchRecord(launchCount: 2)
    for shift: UInt64 in [0, 10, 20] {
      record.add([stamps(2_000, 5_000 + shift), stamps(6_000, 7_000)], wall: Self.wall)
      record.unprofiled.append(0.5)
    }
    #expect(!record.hasFlaws)
    let layers = record.layers(try launches())
    #expect(layers.map(\.clock) == ["event", "event"])
    #expect(layers.map(\.time.median) == [3.01, 1])
    #expect(layers.map(\.time.min) == [3, 1])
    #expect(layers.map(\.queue) == [1, 0.99])
    #expect(abs(layers.reduce(0) { $0 + $1.share } - 1) < Self.rounding)
    #expect(abs(record.total.kernel - 4.01e-3) < Self.rounding)
    #expect(abs(record.total.gap - 0.99e-3) < Self.rounding)
    #expect(record.total.wall == Self.wall)
    #expect(record.total.unprofiledWall == 0.5)
  }

  @Test(
    "a launch with useless stamps gets the host's times and a mark, others keep theirs",
    arguments: [
      (nil, "missing"), (TimeStamps(queued: 0, started: 0, ended: 0), "zero"),
      (TimeStamps(queued: 1, started: 9, ended: 5), "reversed"),
      (TimeStamps(queued: 1, started: 5, ended: 5_000_000_000), "absurd"),
    ])
  func fallback(_ bad: TimeStamps?, _ flaw: String) throws {
    var record = LaunchRecord(launchCount: 2)
    record.add([stamps(2_000, 5_000), stamps(6_000, 7_000)], wall: Self.wall)
    record.add([bad, stamps(6_000, 7_000)], wall: Self.wall)
    #expect(record.hasFlaws)
    record.addHostTimes([40_000, 90_000])
    let layers = record.layers(try launches())
    #expect(layers.map(\.clock) == ["host", "event"])
    #expect(layers.map(\.flaw) == [flaw, nil])
    #expect(layers.map(\.time.median) == [40, 1])
    #expect(abs(record.total.kernel - 41e-3) < Self.rounding)
  }
}
