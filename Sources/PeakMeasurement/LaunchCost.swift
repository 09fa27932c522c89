import OpenCLRuntime
import TensorCore

/// What a launch costs that does nothing.
enum LaunchCost {
  /// Microseconds from one launch to the next when many are enqueued.
  static func measure(_ bench: PeakBench) throws(InceptError) -> Double {
    var kernel = try bench.program([]).kernel("nothing")
    try kernel.setArg(0, Int32(0))
    let launch = try PreparedLaunch(kernel, global: [1], local: [1], label: "nothing")
    _ = try bench.time(launch, count: 1)
    var count = 16
    var taken = try bench.time(launch, count: count)
    while taken < 5e6, count < most {
      count *= 4
      taken = try bench.time(launch, count: count)
    }
    var least = taken
    for _ in 0..<samples where taken < 1e9 {
      least = min(least, try bench.time(launch, count: count))
    }
    return least / Double(count) / 1e3
  }

  private static let most = 4096
  private static let samples = 10
}
