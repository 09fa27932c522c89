import OpenCLRuntime
import Profiling
import TensorCore

/// How fast a device reads working sets of many sizes, each compute unit its own part again and again.
struct ReadCurve: ~Copyable {
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

  private let bench: PeakBench
  private let form: Form
  private var kernel: Kernel
  /// Steps of a group's part, ascending.
  private let parts: [Int]
  /// The most that was found, by steps of a group's part.
  private var best: [Int: MeasuredRate] = [:]

  /// Nanoseconds of a launch.
  private static let target = 4e6
  /// Bytes of the smallest working set of a compute unit.
  private static let smallest = 4 << 10
  /// How often all sizes are measured: a while of noise must not spoil neighbouring sizes for good.
  private static let sweeps = 4
  private static let probes = 3
  private static let samples = 3
  /// Bytes by which a sweep's working sets begin later than those of the sweep before. Some addresses are slower than
  /// others: AMD's first-level cache tells lines by a hash of the address, which is the same for the pages before and after a
  /// multiple of 256 MiB, where large buffers begin.
  private static let shift = 192 << 10
  /// Seconds after which no further sweep, and no larger size of the first, is begun.
  private static let budget = 12.0
  /// Nanoseconds for which a level is measured again before it is the next one's turn.
  private static let slice = 30e6
  private static let mostLaunches = 16
  /// How far apart rates of a level may be that confirm each other, and how many have to.
  private static let agreement = 0.01
  private static let confirmations = 16
  /// How often the levels are measured again at most, and seconds after which they are not.
  private static let turns = 60
  private static let refinement = 15.0

  /// What was measured.
  struct Result {
    /// Bandwidth by size of the working set, ascending.
    var points: [Plateaus.Point]
    /// Whether each was measured in several sweeps, so that levels can be told from noise.
    var isSteady: Bool
    /// The part of the processors that this process had for half of the points at least.
    var processorShare: Double
  }

  /// Measures the curve: all sizes several times in turn, then one size of each level until nothing is gained. On a host that
  /// others keep busy the fastest of ten readings of memory is a fifth below what it reaches in its quiet moments.
  ///
  /// - Parameter progress: Told the part that is done, 0 to 1.
  static func measure(
    _ bench: PeakBench, _ progress: (Double) -> Void
  ) throws(InceptError) -> Result {
    var curve = try ReadCurve(bench)
    let isSteady = try curve.sweep { progress($0 / 2) }
    if isSteady { try curve.refine { progress((1 + $0) / 2) } }
    let shares = Statistics(curve.best.values.map(\.processorShare))
    return Result(points: curve.points, isSteady: isSteady, processorShare: shares.median)
  }

  private init(_ bench: PeakBench) throws(InceptError) {
    let largest = Self.largest(bench)
    let memory = try Buffer(
      bench.context, byteCount: largest + Self.sweeps * Self.shift, label: "working set")
    try bench.touch(memory)
    let form = try Self.bestForm(bench, memory, largest: largest)
    var kernel = try Self.kernel(bench, form, memory)
    _ = try Self.time(bench, &kernel, form, part: 1, rounds: 1, sweep: 0)
    self.bench = bench
    self.form = form
    self.kernel = kernel
    parts = Self.parts(form, limit: largest / (bench.units * form.groups))
  }

  private var points: [Plateaus.Point] {
    parts.compactMap { part in
      best[part].map { Plateaus.Point(bytes: bytes(part), rate: $0.rate) }
    }
  }

  /// Bytes of the working set.
  private func bytes(_ part: Int) -> Int { part * form.granule * form.groups * bench.units }

  private mutating func keep(_ part: Int, _ rate: Double) {
    guard rate > best[part]?.rate ?? -1 else { return }
    best[part] = MeasuredRate(rate: rate, processorShare: bench.processorShare)
  }

  /// Measures all sizes in turn.
  ///
  /// - Returns: Whether there was time for more than once.
  private mutating func sweep(_ progress: (Double) -> Void) throws(InceptError) -> Bool {
    let deadline = bench.elapsed + Self.budget
    var rate = 1.0
    var isSteady = false
    for sweep in 0..<Self.sweeps {
      for (index, part) in parts.enumerated() where bench.elapsed < deadline {
        if sweep > 0, best[part] == nil { continue }
        let bytes = Double(bytes(part))
        let start = rounds(part, rate: best[part]?.rate ?? rate)
        var rounds = start
        // In a launch that is shorter its beginning would count.
        if sweep == 0 {
          let first = try time(part: part, rounds: start, sweep: sweep)
          if first < Self.target * 0.7 {
            rounds = max(start, Int(Double(start) * Self.target / max(first, 1)))
          }
          rate = bytes * Double(start) / max(first, 1)
          keep(part, rounds == start ? rate : 0)
        }
        for _ in 0..<Self.samples where bench.elapsed < deadline || best[part]?.rate == 0 {
          let reached = try measure(part, rounds: rounds, count: 1, sweep: sweep)
          // An interpreter: one measurement has to do.
          if bytes * Double(rounds) > reached * Self.target * 100 { break }
        }
        rate = best[part]?.rate ?? rate
        progress(Double(sweep * parts.count + index + 1) / Double(Self.sweeps * parts.count))
      }
      isSteady = sweep > 0 && bench.elapsed < deadline || isSteady
    }
    return isSteady
  }

  /// Measures what stands for each level until the most that it reaches is reached again and again.
  private mutating func refine(_ progress: (Double) -> Void) throws(InceptError) {
    let began = bench.elapsed
    var confirmations: [Int: Int] = [:]
    for turn in 0..<Self.turns where bench.elapsed < began + Self.refinement {
      // What is found may show that a level was none: noise slowed its neighbours down.
      let sizes = Plateaus.levels(points).map(\.typical)
      var isConfirmed = true
      for part in parts where sizes.contains(bytes(part)) {
        let before = best[part]?.rate ?? 1
        let rounds = rounds(part, rate: before)
        let expected = Double(bytes(part) * rounds) / before
        let count = max(1, min(Self.mostLaunches, Int(Self.slice / expected)))
        let rate = try measure(part, rounds: rounds, count: count, sweep: turn)
        if rate > before * (1 + Self.agreement) {
          confirmations[part] = 0
        } else if rate > before * (1 - Self.agreement) {
          confirmations[part, default: 0] += 1
        }
        isConfirmed = isConfirmed && confirmations[part, default: 0] >= Self.confirmations
      }
      if isConfirmed { break }
      progress(Double(turn + 1) / Double(Self.turns))
    }
  }

  /// - Returns: Bytes per nanosecond.
  private mutating func measure(
    _ part: Int, rounds: Int, count: Int, sweep: Int
  ) throws(InceptError) -> Double {
    let taken = try time(part: part, rounds: rounds, sweep: sweep, leastOf: count)
    let rate = Double(bytes(part)) * Double(rounds) / max(taken, 1)
    keep(part, rate)
    return rate
  }

  /// Rounds of a launch at a rate.
  private func rounds(_ part: Int, rate: Double) -> Int {
    max(1, Int(Self.target / (Double(bytes(part)) / max(rate, 1e-6))))
  }

  /// What may be best on a device of this kind.
  private static func forms(_ bench: PeakBench) -> [Form] {
    guard !bench.wantsVectors else {
      let lanes = min(16, max(4, bench.vectorWidth))
      return [
        Form(lanes: lanes, steps: 32, local: 1, groups: 1),
        Form(lanes: max(4, lanes / 2), steps: 32, local: 1, groups: 1),
      ]
    }
    let local = min(256, max(1, bench.info.maxWorkGroupSize))
    return [
      Form(lanes: 4, steps: 4, local: local, groups: 4),
      Form(lanes: 1, steps: 4, local: local, groups: 8),
    ]
  }

  /// The largest working set: several times any cache, as far as the device has memory for it.
  private static func largest(_ bench: PeakBench) -> Int {
    let info = bench.info
    // What a driver says of its cache may be wrong by any factor.
    let wanted = max(256 << 20, min(info.globalCacheBytes, 256 << 20) * 4)
    let memory = info.globalMemoryBytes > 0 ? info.globalMemoryBytes / 8 : wanted
    let single = info.maxAllocationBytes > 0 ? info.maxAllocationBytes / 2 : wanted
    return max(smallest * bench.units, min(wanted, memory, single))
  }

  /// Steps of a group's part: four sizes for each doubling.
  private static func parts(_ form: Form, limit: Int) -> [Int] {
    var parts: [Int] = []
    var bytes = Double(max(smallest / form.groups, form.granule))
    while Int(bytes) <= limit {
      let part = max(1, Int((bytes / Double(form.granule)).rounded()))
      if part != parts.last { parts.append(part) }
      bytes *= 1.189207115
    }
    return parts.isEmpty ? [1] : parts
  }

  /// The form that reads the nearest cache fastest.
  private static func bestForm(
    _ bench: PeakBench, _ memory: borrowing Buffer, largest: Int
  ) throws(InceptError) -> Form {
    let forms = forms(bench).filter { $0.granule * $0.groups * bench.units <= largest }
    guard var best = forms.first else {
      return Form(lanes: 4, steps: 4, local: 1, groups: 1)
    }
    var rates: [Form: Double] = [:]
    // In turn, as a while of noise must not spoil one of them.
    for _ in 0..<probes {
      for form in forms {
        guard let rate = try? probe(bench, form, memory) else { continue }
        rates[form] = max(rate, rates[form] ?? 0)
        // Nothing is gained by trying other forms on an interpreter.
        if rate < 0.05 { return form }
      }
    }
    for form in forms where rates[form] ?? 0 > rates[best] ?? 0 { best = form }
    return best
  }

  private static func probe(
    _ bench: PeakBench, _ form: Form, _ memory: borrowing Buffer
  ) throws(InceptError) -> Double {
    var kernel = try kernel(bench, form, memory)
    let part = max(1, 16 << 10 / (form.granule * form.groups))
    _ = try time(bench, &kernel, form, part: part, rounds: 1, sweep: 1)
    let once = try time(bench, &kernel, form, part: part, rounds: 1, sweep: 1)
    let rounds = max(1, Int(target / max(once, 100)))
    var least = try time(bench, &kernel, form, part: part, rounds: rounds, sweep: 1)
    if least < target * 10 {
      let again = try time(
        bench, &kernel, form, part: part, rounds: rounds, sweep: 1, leastOf: samples)
      least = min(least, again)
    }
    let bytes = part * form.granule * form.groups * bench.units
    return Double(bytes) * Double(rounds) / max(least, 1)
  }

  private static func kernel(
    _ bench: PeakBench, _ form: Form, _ memory: borrowing Buffer
  ) throws(InceptError) -> Kernel {
    let items = bench.units * form.groups * form.local
    let result = try Buffer(bench.context, byteCount: items * 4, label: "results")
    var kernel = try bench.program(form.defines).kernel("reads")
    try kernel.setArg(0, memory)
    try kernel.setArg(1, result)
    return kernel
  }

  private mutating func time(
    part: Int, rounds: Int, sweep: Int, leastOf count: Int = 1
  ) throws(InceptError) -> Double {
    try Self.time(
      bench, &kernel, form, part: part, rounds: rounds, sweep: sweep, leastOf: count)
  }

  private static func time(
    _ bench: PeakBench, _ kernel: inout Kernel, _ form: Form, part: Int, rounds: Int, sweep: Int,
    leastOf count: Int = 1
  ) throws(InceptError) -> Double {
    try kernel.setArg(2, Int32(clamping: part))
    try kernel.setArg(3, Int32(clamping: part * rounds))
    try kernel.setArg(4, Int32(clamping: sweep % sweeps * (shift / form.granule)))
    let items = bench.units * form.groups * form.local
    return try bench.time(kernel, global: items, local: form.local, leastOf: count)
  }
}
