import OpenCLRuntime
import Profiling
import TensorCore

/// How fast a device reads working sets of many sizes, each compute unit its own part again and again.
struct ReadCurve {
  /// A form of the kernel.
  struct Form: Hashable {
    /// Words of a vector.
    var lanes: Int
    /// Vectors of a step.
    var steps: Int
    /// Work-items of a group.
    var local: Int
    /// Work-groups for each compute unit.
    var groups: Int

    /// Bytes that a group reads in a step: what parts are multiples of.
    var granule: Int { lanes * 4 * steps * local }

    var defines: [(name: String, value: String)] {
      [("LANES", "\(lanes)"), ("READ_STEPS", "\(steps)"), ("LOCAL", "\(local)")]
    }
  }

  let bench: PeakBench

  /// Nanoseconds of a launch.
  private static let target = 2.5e6
  /// Bytes of the smallest working set of a compute unit.
  private static let smallest = 4 << 10
  /// How often all sizes are measured: a while of noise must not spoil neighbouring sizes for good.
  private static let sweeps = 6
  private static let samples = 3
  /// Bytes by which a sweep's working sets begin later than those of the sweep before. Some addresses are slower than
  /// others: AMD's first-level cache tells lines by a hash of the address, which is the same for the pages before and after a
  /// multiple of 256 MiB, where large buffers begin.
  private static let shift = 192 << 10
  /// Seconds after which no further sweep, and no larger size of the first, is begun.
  private static let budget = 12.0

  /// What may be best on a device of this kind.
  private var forms: [Form] {
    guard !bench.wantsVectors else {
      let lanes = min(16, max(4, bench.vectorWidth))
      return [
        Form(lanes: lanes, steps: 8, local: 1, groups: 1),
        Form(lanes: max(4, lanes / 2), steps: 16, local: 1, groups: 1),
      ]
    }
    let local = min(256, max(1, bench.info.maxWorkGroupSize))
    return [
      Form(lanes: 4, steps: 4, local: local, groups: 4),
      Form(lanes: 1, steps: 4, local: local, groups: 8),
    ]
  }

  /// The largest working set: several times any cache, as far as the device has memory for it.
  private var largest: Int {
    let info = bench.info
    // What a driver says of its cache may be wrong by any factor.
    let wanted = max(256 << 20, min(info.globalCacheBytes, 256 << 20) * 4)
    let memory = info.globalMemoryBytes > 0 ? info.globalMemoryBytes / 8 : wanted
    let single = info.maxAllocationBytes > 0 ? info.maxAllocationBytes / 2 : wanted
    return max(Self.smallest * bench.units, min(wanted, memory, single))
  }

  /// What was measured.
  struct Result {
    /// Bandwidth by size of the working set, ascending.
    var points: [Plateaus.Point]
    /// Whether each was measured in several sweeps, so that levels can be told from noise.
    var isSteady: Bool
    /// The part of the processors that this process had for half of the points at least.
    var processorShare: Double
  }

  /// Measures the curve.
  ///
  /// - Parameter progress: Told the part that is done, 0 to 1.
  func measure(
    _ progress: (Double) -> Void
  ) throws(InceptError) -> Result {
    let memory = try Buffer(
      bench.context, byteCount: largest + Self.sweeps * Self.shift, label: "working set")
    try bench.touch(memory)
    let form = try bestForm(memory)
    var kernel = try self.kernel(form, memory)
    _ = try time(&kernel, form, part: 1, rounds: 1, sweep: 0)
    let groups = bench.units * form.groups
    let parts = parts(form, limit: largest / groups)
    let deadline = bench.elapsed + Self.budget
    var best: [Int: MeasuredRate] = [:]
    func keep(_ part: Int, _ rate: Double) {
      guard rate > best[part]?.rate ?? -1 else { return }
      best[part] = MeasuredRate(rate: rate, processorShare: bench.processorShare)
    }
    var rate = 1.0
    var isSteady = false
    for sweep in 0..<Self.sweeps {
      for (index, part) in parts.enumerated() where bench.elapsed < deadline {
        if sweep > 0, best[part] == nil { continue }
        let bytes = Double(part * form.granule * groups)
        let start = max(1, Int(Self.target / (bytes / max(best[part]?.rate ?? rate, 1e-6))))
        var rounds = start
        // In a launch that is shorter its beginning would count.
        if sweep == 0 {
          let first = try time(&kernel, form, part: part, rounds: start, sweep: sweep)
          if first < Self.target * 0.7 {
            rounds = max(start, Int(Double(start) * Self.target / max(first, 1)))
          }
          rate = bytes * Double(start) / max(first, 1)
          keep(part, rounds == start ? rate : 0)
        }
        for _ in 0..<Self.samples where bench.elapsed < deadline || best[part]?.rate == 0 {
          let taken = try time(&kernel, form, part: part, rounds: rounds, sweep: sweep)
          keep(part, bytes * Double(rounds) / max(taken, 1))
          // An interpreter: one measurement has to do.
          if taken > Self.target * 100 { break }
        }
        rate = best[part]?.rate ?? rate
        progress(Double(sweep * parts.count + index + 1) / Double(Self.sweeps * parts.count))
      }
      isSteady = sweep > 0 && bench.elapsed < deadline || isSteady
    }
    let points = parts.compactMap { part in
      best[part].map { Plateaus.Point(bytes: part * form.granule * groups, rate: $0.rate) }
    }
    let shares = Statistics(best.values.map(\.processorShare))
    return Result(points: points, isSteady: isSteady, processorShare: shares.median)
  }

  /// Steps of a group's part: four sizes for each doubling.
  private func parts(_ form: Form, limit: Int) -> [Int] {
    var parts: [Int] = []
    var bytes = Double(max(Self.smallest / form.groups, form.granule))
    while Int(bytes) <= limit {
      let part = max(1, Int((bytes / Double(form.granule)).rounded()))
      if part != parts.last { parts.append(part) }
      bytes *= 1.189207115
    }
    return parts.isEmpty ? [1] : parts
  }

  /// The form that reads the nearest cache fastest.
  private func bestForm(_ memory: borrowing Buffer) throws(InceptError) -> Form {
    let forms = forms.filter { $0.granule * $0.groups * bench.units <= largest }
    guard var best = forms.first else {
      return Form(lanes: 4, steps: 4, local: 1, groups: 1)
    }
    var bestRate = 0.0
    for form in forms {
      guard let rate = try? probe(form, memory), rate > bestRate else { continue }
      bestRate = rate
      best = form
      // Nothing is gained by trying other forms on an interpreter.
      if rate < 0.05 { break }
    }
    return best
  }

  private func probe(_ form: Form, _ memory: borrowing Buffer) throws(InceptError) -> Double {
    var kernel = try kernel(form, memory)
    let part = max(1, 16 << 10 / (form.granule * form.groups))
    _ = try time(&kernel, form, part: part, rounds: 1, sweep: 1)
    let once = try time(&kernel, form, part: part, rounds: 1, sweep: 1)
    let rounds = max(1, Int(Self.target / max(once, 100)))
    var least = try time(&kernel, form, part: part, rounds: rounds, sweep: 1)
    for _ in 0..<6 where least < Self.target * 10 {
      least = min(least, try time(&kernel, form, part: part, rounds: rounds, sweep: 1))
    }
    let bytes = part * form.granule * form.groups * bench.units
    return Double(bytes) * Double(rounds) / max(least, 1)
  }

  private func kernel(
    _ form: Form, _ memory: borrowing Buffer
  ) throws(InceptError) -> Kernel {
    let items = bench.units * form.groups * form.local
    let result = try Buffer(bench.context, byteCount: items * 4, label: "results")
    var kernel = try bench.program(form.defines).kernel("reads")
    try kernel.setArg(0, memory)
    try kernel.setArg(1, result)
    return kernel
  }

  private func time(
    _ kernel: inout Kernel, _ form: Form, part: Int, rounds: Int, sweep: Int
  ) throws(InceptError) -> Double {
    try kernel.setArg(2, Int32(clamping: part))
    try kernel.setArg(3, Int32(clamping: part * rounds))
    try kernel.setArg(4, Int32(clamping: sweep * (Self.shift / form.granule)))
    let items = bench.units * form.groups * form.local
    return try bench.time(kernel, global: items, local: form.local)
  }
}
