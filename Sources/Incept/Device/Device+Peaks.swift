import OpenCLRuntime
import PeakMeasurement
import Profiling

extension Device {
  /// What the device reaches at best, as ``measurePeaks(cache:progress:)`` found it; nil where that wasn't called for
  /// this driver yet. Measures nothing.
  ///
  /// - Parameter cache: Where what was measured is kept.
  public func peaks(cache: CacheOptions = .standard()) -> DevicePeaks? {
    guard let info = try? discovered() else { return nil }
    return PeakStore(info, cache).lookup().peaks
  }

  /// Measures what the device reaches at best and keeps it for later: arithmetic in the types that it has, the
  /// bandwidth of each level of memory that can be told apart, the cost of a launch. Takes some seconds, in which
  /// nothing else should run on the device: ``DevicePeaks/isDisturbed`` tells whether something did. Then an earlier
  /// result that was not is kept.
  ///
  /// - Parameters:
  ///   - cache: Where the result is kept; a folder that can't be written is no error.
  ///   - progress: Told what is measured.
  /// - Throws: `.unavailable` where the device can't be used.
  public func measurePeaks(
    cache: CacheOptions = .standard(), progress: ProgressHandler? = nil
  ) throws(InceptError) -> DevicePeaks {
    let info = try discovered()
    let result = try PeakMeasurement.measure(info) { step in
      progress?(ProgressStep(stage: step.stage, done: step.done, total: step.total))
    }
    PeakStore(info, cache).save(result.peaks)
    return result.peaks
  }
}

extension PeakStore {
  /// The store of a device in a cache.
  init(_ info: DeviceInfo, _ options: CacheOptions) {
    self.init(cache: options.cache, identity: PeakIdentity(info))
  }
}

extension DevicePeaks {
  /// What to know about peaks that are too low; nil where they are not.
  var disturbance: String? {
    guard isDisturbed, let processorShare else { return nil }
    return
      "measured while other programs had \(NumberText.percent(1 - processorShare)) of the processors; "
      + "`incept devices --measure` on an idle machine replaces it"
  }

  /// One line for each kind of peak, with its title: `arithmetic`, `234 GFLOP/s float32, …`.
  var lines: [(title: String, value: String)] {
    func rate(_ value: Double) -> String {
      NumberText.fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)
    }
    var arithmetic = ["\(rate(gflops)) GFLOP/s float32"]
    if let halfGflops { arithmetic.append("\(rate(halfGflops)) float16") }
    if let doubleGflops { arithmetic.append("\(rate(doubleGflops)) float64") }
    let reads = memory.map { level in
      let size = level.capacity.map { " to \(NumberText.bytes($0))" } ?? ""
      return "\(level.name)\(size) \(rate(level.gigabytesPerSecond))"
    }
    return [
      ("peak arithmetic", arithmetic.joined(separator: ", ")),
      ("peak reads, GB/s", reads.joined(separator: ", ")),
      ("launch", "\(rate(launch)) us from one to the next"),
    ] + (disturbance.map { [("too low", $0)] } ?? [])
  }
}
