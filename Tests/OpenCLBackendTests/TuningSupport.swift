import OpenCLBackend
import TensorCore
import TestSupport

/// A network whose times are made up, with a clock that moves when it runs.
final class FakeTarget: TuningTarget {
  /// Time of each variant as a multiple of the default's, by problem.
  var truth: [String: [String: Double]]
  /// Variants that can't be run.
  var broken: Set<String> = []
  /// Whether nothing can be run any more.
  var isGone = false
  /// Seconds of a measurement.
  var cost = 1.0
  /// How far a measurement may be off.
  var noise = 0.0
  /// What was asked for, in order.
  private(set) var asked: [[String: String]] = []
  /// Measurements made.
  private(set) var measurements = 0
  /// The clock.
  private(set) var now = 0.0
  private var random: RandomSource

  init(_ truth: [String: [String: Double]], seed: UInt64 = 1) {
    self.truth = truth
    random = RandomSource(seed: seed)
  }

  struct Trial: TuningTrial {
    let target: FakeTarget
    let variants: [String: String]

    func measure() throws(InceptError) -> TuningSample { try target.measure(variants) }
  }

  func trial(_ variants: [String: String]) throws(InceptError) -> Trial {
    asked.append(variants)
    if isGone || variants.values.contains(where: broken.contains) { throw Self.failure }
    return Trial(target: self, variants: variants)
  }

  func check() throws(InceptError) { if isGone { throw Self.failure } }

  private func measure(_ variants: [String: String]) throws(InceptError) -> TuningSample {
    if isGone { throw Self.failure }
    now += cost
    measurements += 1
    var ratios: [String: Double] = [:]
    for (key, variant) in variants.sorted(by: { $0.key < $1.key }) {
      let error = 1 + noise * Double(random.float(in: -1...1))
      ratios[key] = (truth[key]?[variant] ?? 1) * error
    }
    let slowdown = ratios.values.reduce(0, +) / Double(max(1, ratios.count))
    return TuningSample(ratios: ratios, slowdown: slowdown)
  }

  private static let failure = InceptError(
    .unavailable, subject: "test", expected: "expected to fail")

  /// The problems of the network, each with an equal part of the time.
  var problems: [TuningProblem] {
    truth.keys.sorted().map { key in
      TuningProblem(
        key: key, reference: "default", candidates: (truth[key] ?? [:]).keys.sorted(),
        nodes: ["node of \(key)"], share: 1 / Double(truth.count))
    }
  }
}

extension FakeTarget {
  /// Tunes until the clock shows `deadline`.
  func tune(
    _ records: inout [String: TuningRecord], until deadline: Double = .infinity,
    isStopped: @escaping () -> Bool = { false },
    save: ([String: TuningRecord]) -> Void = { _ in }
  ) throws -> Tuner.End {
    let tuner = Tuner(deadline: deadline, now: { [self] in now }, isStopped: isStopped)
    return try tuner.run(problems, on: self, records: &records, save: save)
  }
}
