import Profiling
import Testing

@Suite("time stamps")
struct TimeStampsTests {
  /// What the host measured for the run, in nanoseconds.
  private static let wall = 1_000_000.0

  @Test("sane stamps are used")
  func sane() {
    let stamps = TimeStamps(queued: 100, submitted: 100, started: 400, ended: 900)
    #expect(TimeStamps.flaw(of: stamps, within: Self.wall) == nil)
    #expect(stamps.duration == 500)
  }

  @Test(
    "others are refused, each for its reason",
    arguments: [
      (nil, TimeStamps.Flaw.missing),
      (TimeStamps(queued: 0, submitted: 0, started: 0, ended: 0), .zero),
      (TimeStamps(queued: 5, submitted: 5, started: 0, ended: 10), .zero),
      (TimeStamps(queued: 5, submitted: 5, started: 10, ended: 10), .zero),
      (TimeStamps(queued: 5, submitted: 5, started: 20, ended: 10), .reversed),
      (TimeStamps(queued: 5, submitted: 5, started: 10, ended: 10_000_000), .absurd),
      (TimeStamps(queued: 5, submitted: 5, started: 10, ended: .max), .absurd),
      (TimeStamps(queued: 5, submitted: 5, started: 10, ended: 11), .absurd),
      (TimeStamps(queued: 5, submitted: 5, started: 10, ended: 59), .absurd),
    ])
  func flaws(_ stamps: TimeStamps?, _ flaw: TimeStamps.Flaw) {
    #expect(TimeStamps.flaw(of: stamps, within: Self.wall) == flaw)
  }

  @Test("delay counts from the end of the launch before, and is never negative")
  func delay() {
    let stamps = TimeStamps(queued: 100, submitted: 100, started: 400, ended: 900)
    #expect(stamps.delay(after: nil) == 300)
    #expect(stamps.delay(after: 50) == 300)
    #expect(stamps.delay(after: 390) == 10)
    #expect(stamps.delay(after: 500) == 0)
  }

  @Test(
    "stamps of waiting are judged by themselves",
    arguments: [
      (100, 200, nil), (400, 400, nil), (0, 200, .zero), (100, 0, .zero), (300, 200, .reversed),
      (100, 401, .reversed),
    ] as [(UInt64, UInt64, TimeStamps.Flaw?)])
  func waiting(_ queued: UInt64, _ submitted: UInt64, _ flaw: TimeStamps.Flaw?) {
    let stamps = TimeStamps(queued: queued, submitted: submitted, started: 400, ended: 900)
    #expect(stamps.waitingFlaw(within: Self.wall) == flaw)
    #expect(TimeStamps.flaw(of: stamps, within: Self.wall) == nil)
  }

  @Test("a wait that is longer than the run is absurd")
  func absurdWait() {
    let start: UInt64 = 10_000_000
    let stamps = TimeStamps(queued: 1, submitted: 2, started: start, ended: start + 5)
    #expect(stamps.waitingFlaw(within: Self.wall) == .absurd)
  }
}
