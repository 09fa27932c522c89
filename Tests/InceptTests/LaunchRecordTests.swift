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

  /// The first two launches of a plan for a made-up device.
  private func plan() throws -> Plan {
    let traits = DeviceTraits(
      style: .registerTiles, vectorWidth: 16, computeUnits: 2, localMemoryBytes: 1 << 16,
      maxWorkGroupSize: 64, maxAllocationBytes: 1 << 30, globalMemoryBytes: 1 << 31)
    var plan = try PlanBuilder.plan(try Model.load("digits_cnn").graph, for: traits)
    plan.launches = Array(plan.launches.prefix(2))
    return plan
  }

  private func stamps(_ started: UInt64, _ ended: UInt64) -> TimeStamps {
    TimeStamps(queued: 1_000, submitted: 1_500, started: started, ended: ended)
  }

  /// A run of two launches, enqueued in the first microsecond and a half of the host's clock.
  private func run(_ stamps: [TimeStamps?], wall: Double = Self.wall) -> LaunchRecord.Run {
    LaunchRecord.Run(
      stamps: stamps, enqueues: [0...800, 800...1_500], waiting: 1_500...wall * 1e6)
  }

  @Test("sane stamps give medians, gaps, delays and shares")
  func sane() throws {
    var record = LaunchRecord(launchCount: 2)
    for shift: UInt64 in [0, 10, 20] {
      record.add(run([stamps(2_000, 5_000 + shift), stamps(6_000, 7_000)]))
      record.unprofiled.append(0.5)
    }
    #expect(!record.hasFlaws)
    let layers = record.layers(of: try plan())
    #expect(layers.map(\.clock) == ["event", "event"])
    #expect(layers.map(\.time.median) == [3.01, 1])
    #expect(layers.map(\.time.min) == [3, 1])
    #expect(layers.map(\.queue) == [1, 0.99])
    #expect(layers.map(\.index) == [0, 1])
    #expect(layers.allSatisfy { $0.roofline == nil && $0.queueFlaw == nil })
    #expect(abs(layers.reduce(0) { $0 + $1.share } - 1) < Self.rounding)
    #expect(abs(record.total.kernel - 4.01e-3) < Self.rounding)
    #expect(abs(record.total.gap - 0.99e-3) < Self.rounding)
    #expect(record.total.wall == Self.wall)
    #expect(record.total.unprofiledWall == 0.5)
  }

  @Test("kernels, gaps, what is before and what is after are the whole run")
  func accounted() throws {
    var record = LaunchRecord(launchCount: 2)
    // Both were queued at 1,000 of the device's clock: between 200 and 1,000 before or after the host's 0.
    record.add(run([stamps(2_000, 5_000), stamps(6_000, 7_000)]))
    #expect(abs(record.total.accounted - Self.wall) < 1e-9)
    let timelines = record.layers(of: try plan()).compactMap(\.timeline)
    #expect(timelines.map(\.enqueue) == [0, 0.8])
    // Queued in both calls: at 0.8 us of the host's clock.
    #expect(timelines.map(\.queued) == [0.8, 0.8])
    #expect(timelines.map(\.started) == [1.8, 5.8])
    #expect(timelines.map(\.ended) == [4.8, 6.8])
    #expect(record.hostTimeline?.clockError == 0)
    #expect(record.hostTimeline?.end == 1_000)
  }

  @Test("useless stamps of waiting cost the delays, not the times")
  func uselessWaiting() throws {
    var record = LaunchRecord(launchCount: 2)
    let zero = TimeStamps(queued: 0, submitted: 0, started: 2_000, ended: 5_000)
    record.add(run([zero, stamps(6_000, 7_000)]))
    #expect(!record.hasFlaws)
    let layers = record.layers(of: try plan())
    #expect(layers.map(\.queueFlaw) == ["zero", nil])
    #expect(layers.map(\.time.median) == [3, 1])
    #expect(layers[0].timeline?.queued == nil && layers[0].timeline?.started != nil)
  }

  @Test("the shortest run is the one whose timeline is shown")
  func shown() throws {
    var record = LaunchRecord(launchCount: 2)
    for wall in [2.0, 1.0, 3.0] {
      record.add(run([stamps(2_000, 5_000), stamps(6_000, 7_000)], wall: wall))
    }
    #expect(record.hostTimeline?.end == 1_000)
  }

  @Test(
    "what profiling costs is taken off the gaps, and off kernels only where they alone take longer")
  func corrected() {
    var record = LaunchRecord(launchCount: 1)
    record.add(
      LaunchRecord.Run(
        stamps: [stamps(2_000, 602_000)], enqueues: [0...800], waiting: 1_500...1_000_000))
    record.unprofiled = [0.8]
    #expect(record.total.corrected.kernel == 0.6)
    #expect(abs(record.total.corrected.gap - 0.2) < Self.rounding)
    #expect(abs(record.total.overhead - 0.25) < Self.rounding)
    record.unprofiled = [0.5]
    #expect(record.total.corrected.kernel == 0.5)
    #expect(record.total.corrected.gap == 0)
  }

  @Test(
    "a launch with useless stamps gets the host's times and a mark, others keep theirs",
    arguments: [
      (nil, "missing"),
      (TimeStamps(queued: 0, submitted: 0, started: 0, ended: 0), "zero"),
      (TimeStamps(queued: 1, submitted: 1, started: 9, ended: 5), "reversed"),
      (TimeStamps(queued: 1, submitted: 1, started: 5, ended: 5_000_000_000), "absurd"),
    ])
  func fallback(_ bad: TimeStamps?, _ flaw: String) throws {
    var record = LaunchRecord(launchCount: 2)
    record.add(run([stamps(2_000, 5_000), stamps(6_000, 7_000)]))
    record.add(run([bad, stamps(6_000, 7_000)]))
    #expect(record.hasFlaws)
    record.addHostTimes([40_000, 90_000])
    let layers = record.layers(of: try plan())
    #expect(layers.map(\.clock) == ["host", "event"])
    #expect(layers.map(\.flaw) == [flaw, nil])
    #expect(layers.map(\.time.median) == [40, 1])
    #expect(layers[0].timeline?.started == nil)
    #expect(abs(record.total.kernel - 41e-3) < Self.rounding)
  }
}
