import Profiling
import Testing

@Suite("time stamps")
struct TimeStampsTests {
  /// What the host measured for the run, in nanoseconds.
  private static let wall = 1_000_000.0

  @Test("sane stamps are used")
  func sane() {
    let stamps = TimeStamps(queued: 100, started: 400, ended: 900)
    #expect(TimeStamps.flaw(of: stamps, within: Self.wall) == nil)
    #expect(stamps.duration == 500)
  }

  @Test(
    "others are refused, each for its reason",
    arguments: [
      (nil, TimeStamps.Flaw.missing),
      (TimeStamps(queued: 0, started: 0, ended: 0), .zero),
      (TimeStamps(queued: 5, started: 0, ended: 10), .zero),
      (TimeStamps(queued: 5, started: 10, ended: 10), .zero),
      (TimeStamps(queued: 5, started: 20, ended: 10), .reversed),
      (TimeStamps(queued: 5, started: 10, ended: 10_000_000), .absurd),
      (TimeStamps(queued: 5, started: 10, ended: .max), .absurd),
    ])
  func flaws(_ stamps: TimeStamps?, _ flaw: TimeStamps.Flaw) {
    #expect(TimeStamps.flaw(of: stamps, within: Self.wall) == flaw)
  }

  @Test("delay counts from the end of the launch before, and is never negative")
  func delay() {
    let stamps = TimeStamps(queued: 100, started: 400, ended: 900)
    #expect(stamps.delay(after: nil) == 300)
    #expect(stamps.delay(after: 50) == 300)
    #expect(stamps.delay(after: 390) == 10)
    #expect(stamps.delay(after: 500) == 0)
  }
}
