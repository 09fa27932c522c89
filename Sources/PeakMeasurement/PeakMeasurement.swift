import OpenCLRuntime
import Roofline
import TensorCore

/// Measures what a device reaches at best.
package enum PeakMeasurement {
  /// How far a measurement is.
  package struct Progress: Sendable, Hashable {
    /// What is measured now.
    package var stage: String
    /// Parts of the stage that are done.
    package var done = 0
    /// Parts of the stage; 0 where that isn't known.
    package var total = 0
  }

  /// What was measured.
  package struct Result: Sendable {
    /// The peaks.
    package var peaks: DevicePeaks
    /// Bandwidth by size of the working set.
    package var curve: [Plateaus.Point]
    /// Seconds that it took.
    package var seconds: Double
    /// Launches whose time stamps could not be believed, so that the host's clock was taken.
    package var distrusted: Int
  }

  /// Measures a device, which takes some seconds. Nothing else should run on it.
  ///
  /// - Throws: where the device can't be used, or runs none of the kernels.
  package static func measure(
    _ info: DeviceInfo, progress: (Progress) -> Void = { _ in }
  ) throws(InceptError) -> Result {
    let bench = try PeakBench(info)
    var rates: [ArithmeticPeak.Number: MeasuredRate] = [:]
    let arithmetic = ArithmeticPeak(bench: bench)
    for number in ArithmeticPeak.Number.allCases where isSupported(number, info) {
      progress(Progress(stage: "measuring \(number.title)"))
      rates[number] = arithmetic.measure(number)
    }
    guard let floats = rates[.float] else {
      // Says why.
      _ = try bench.program([])
      throw InceptError(
        .unavailable, subject: "OpenCL device '\(info.name)'",
        expected: "expected to run a kernel of multiply-adds", found: "failures",
        hint: "`incept devices --check` says what works on it")
    }
    progress(Progress(stage: "measuring launches"))
    let launch = try LaunchCost.measure(bench)
    let stage = "measuring memory"
    progress(Progress(stage: stage))
    let curve = try ReadCurve.measure(bench) { part in
      progress(Progress(stage: stage, done: Int(part * 100), total: 100))
    }
    // Some seconds later: what else the machine, or another on the same host, did at first counts not.
    if curve.isSteady, let again = arithmetic.measure(.float), again.rate > floats.rate {
      rates[.float] = again
    }
    // Of a device as slow as an interpreter only the whole is known.
    let levels = Plateaus.levels(curve.points).suffix(curve.isSteady ? curve.points.count : 1)
    let shares = rates.values.map(\.processorShare) + [curve.processorShare]
    let peaks = DevicePeaks(
      gflops: rates[.float]?.rate ?? floats.rate, halfGflops: rates[.half]?.rate,
      doubleGflops: rates[.double]?.rate,
      memory: Plateaus.memoryLevels(Array(levels)), launch: launch,
      processorShare: info.type == .cpu ? shares.min() : nil)
    return Result(
      peaks: peaks, curve: curve.points, seconds: bench.elapsed, distrusted: bench.distrusted)
  }

  private static func isSupported(_ number: ArithmeticPeak.Number, _ info: DeviceInfo) -> Bool {
    switch number {
    case .float: true
    case .half: info.hasFP16
    case .double: info.hasFP64
    }
  }
}
