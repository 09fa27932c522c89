import OpenCLRuntime
import TensorCore

/// The most arithmetic that a device does, by chains of multiply-adds in several forms.
struct ArithmeticPeak {
  /// Type of the numbers.
  enum Number: String, CaseIterable {
    case float, half, double

    /// How messages call it.
    var title: String {
      switch self {
      case .float: "float32 arithmetic"
      case .half: "float16 arithmetic"
      case .double: "float64 arithmetic"
      }
    }
  }

  /// A form of the kernel.
  struct Form: Hashable {
    var number: Number
    /// Elements of a vector.
    var lanes: Int
    /// Independent chains of a work-item.
    var chains: Int
    /// Work-items of a group.
    var local: Int
    /// Work-groups for each compute unit.
    var groups: Int
    var usesFMA = true

    var defines: [(name: String, value: String)] {
      [
        ("T", number.rawValue), ("LANES", "\(lanes)"), ("CHAINS", "\(chains)"),
        ("LOCAL", "\(local)"), ("USES_FMA", usesFMA ? "1" : "0"),
        ("USES_HALF", number == .half ? "1" : "0"), ("USES_DOUBLE", number == .double ? "1" : "0"),
      ]
    }
  }

  let bench: PeakBench

  /// Multiply-adds of each chain in a round, as in `kernels/peaks.cl`.
  private static let steps = 4
  /// Nanoseconds of a launch.
  private static let target = 4e6

  /// Thousand million operations per second, the most of all forms; nil where no form of the kernel runs.
  func measure(_ number: Number) -> MeasuredRate? {
    var best = MeasuredRate()
    var bestForm: Form?
    let deadline = bench.elapsed + Self.budget
    for form in forms(number) where bestForm == nil || bench.elapsed < deadline {
      guard let rate = try? rate(form, launches: Self.probes), rate.rate.isFinite,
        rate.rate > best.rate
      else { continue }
      best = rate
      bestForm = form
    }
    guard let bestForm else { return nil }
    // Twice more, some time apart: what else the machine did meanwhile counts not. A machine that others keep busy
    // gets more time to become idle.
    var turns = 2
    while turns > 0, bench.elapsed < deadline {
      turns -= 1
      guard let again = try? rate(bestForm, launches: Self.samples) else { continue }
      if again.rate > best.rate { best = again }
      if bench.info.type == .cpu, best.processorShare < 0.9, turns == 0 { turns = 1 }
    }
    return best
  }

  /// Seconds for one type, from where on no further form is tried.
  private static let budget = 2.0
  private static let probes = 5
  private static let samples = 20

  /// What may be best on a device of this kind, the most likely first.
  private func forms(_ number: Number) -> [Form] {
    func form(_ lanes: Int, _ chains: Int, _ local: Int, _ groups: Int) -> Form {
      Form(number: number, lanes: lanes, chains: chains, local: local, groups: groups)
    }
    let most = max(1, bench.info.maxWorkGroupSize)
    var forms: [Form]
    if bench.wantsVectors {
      let floats = bench.vectorWidth
      let scaled =
        switch number {
        case .float: floats
        case .half: floats * 2
        case .double: floats / 2
        }
      let lanes = min(16, max(2, scaled))
      forms = [form(lanes, 12, 1, 1), form(lanes, 8, 1, 1), form(max(2, lanes / 2), 12, 1, 1)]
    } else {
      let local = min(256, most)
      forms = [form(1, 8, local, 16), form(2, 8, local, 16), form(4, 4, local, 16)]
      if number == .half { forms.append(form(2, 16, local, 16)) }
    }
    if var other = forms.first {
      other.usesFMA = false
      forms.append(other)
    }
    return forms
  }

  private func rate(_ form: Form, launches: Int) throws(InceptError) -> MeasuredRate {
    let items = bench.units * form.groups * form.local
    let result = try Buffer(bench.context, byteCount: items * 4, label: "results")
    let seeds = (0..<form.chains * form.lanes).map { 1 + Float($0) / 256 }
    var kernel = try bench.program(form.defines).kernel("arithmetic")
    try kernel.setArg(0, try Buffer(bench.context, copying: seeds, label: "seeds"))
    try kernel.setArg(1, result)
    try kernel.setArg(2, Float(0.875))
    try kernel.setArg(3, Float(0.25))
    try kernel.setArg(4, Int32(1))
    var repeated = RepeatedKernel(
      kernel: kernel, roundsArgument: 4, global: items, local: form.local)
    _ = try repeated.time(1, on: bench)
    let (rounds, first) = try repeated.calibrated(Self.target, on: bench)
    var least = first
    var share = bench.processorShare
    // What takes long, as an interpreter does, is exact enough at once.
    if first < Self.target * 10 {
      for _ in 1..<launches {
        let time = try repeated.time(rounds, on: bench)
        guard time < least else { continue }
        (least, share) = (time, bench.processorShare)
      }
    }
    let work = 2 * Self.steps * form.chains * form.lanes * items
    return MeasuredRate(
      rate: Double(work) * Double(rounds) / max(least, 1), processorShare: share)
  }
}
