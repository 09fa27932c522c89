import TensorCore

/// A problem of a network that more than one variant can solve.
package struct TuningProblem: Hashable, Sendable {
  /// See ``TunableProblem/tuningKey``.
  package let key: String
  /// The variant that is chosen without tuning.
  package let reference: String
  /// The others, in order of preference.
  package let candidates: [String]
  /// Nodes with this problem.
  package let nodes: [String]
  /// The part of the network's time that they take with the default variant, 0 to 1.
  package let share: Double

  /// A problem.
  package init(
    key: String, reference: String, candidates: [String], nodes: [String], share: Double
  ) {
    self.key = key
    self.reference = reference
    self.candidates = candidates
    self.nodes = nodes
    self.share = share
  }
}

/// Times of one pair of runs: the network with its default variants, and with others in places.
package struct TuningSample: Sendable {
  /// Time of each problem that has another variant, as a multiple of the default's.
  package let ratios: [String: Double]
  /// Time of the whole network as a multiple of that with its default variants.
  package let slowdown: Double

  /// A sample.
  package init(ratios: [String: Double], slowdown: Double) {
    self.ratios = ratios
    self.slowdown = slowdown
  }
}

/// What a tuner tries variants on.
package protocol TuningTarget {
  /// A network with other variants than the default ones.
  associatedtype Trial: TuningTrial

  /// Prepares the network with the given variants, by problem, and runs it once.
  func trial(_ variants: [String: String]) throws(InceptError) -> Trial
  /// Runs the network with its default variants, which must succeed.
  func check() throws(InceptError)
}

/// A network with other variants, ready to be timed.
package protocol TuningTrial {
  /// Runs the network with its default variants and with these, one after the other.
  func pair() throws(InceptError) -> TuningSample
}

/// Finds the fastest variant of every problem of a network.
///
/// Whole networks are timed, so that every launch finds the caches as it does in use: its weights cold, if all
/// weights together exceed the cache, and its input as the launch before left it. One run times a candidate of
/// each problem at once. It takes turns with a run of the default variants, and only ratios of neighbouring runs
/// count. Problems that take most of the time go first.
package struct Tuner {
  /// Why tuning ended.
  package enum End: String, Sendable {
    /// Everything is decided.
    case finished
    /// The time is up.
    case budget
    /// The user has had enough.
    case interrupted
  }

  /// How far tuning is.
  package struct Progress: Hashable, Sendable {
    /// Problems decided.
    package let done: Int
    /// Problems in all.
    package let total: Int
  }

  /// When to stop, in the seconds of ``now``.
  package var deadline: Double
  /// The clock: seconds from any start.
  package var now: () -> Double
  /// Whether the user wants to stop; asked between runs.
  package var isStopped: () -> Bool
  /// Receives progress.
  package var progress: (Progress) -> Void

  /// Problems are measured in three groups, by their part of the time: together the first make up this much of it,
  /// the first two that much.
  private static let groupEnds = [0.75, 0.95]
  /// A network this many times as slow is not run more often than needed.
  private static let slow = 3.0

  /// A tuner.
  package init(
    deadline: Double, now: @escaping () -> Double, isStopped: @escaping () -> Bool = { false },
    progress: @escaping (Progress) -> Void = { _ in }
  ) {
    self.deadline = deadline
    self.now = now
    self.isStopped = isStopped
    self.progress = progress
  }

  /// Measures what `records` lack.
  ///
  /// - Parameters:
  ///   - problems: The network's problems.
  ///   - records: What is known, by problem; records of other problems are left as they are.
  ///   - save: Called with all records whenever something was measured.
  /// - Throws: what the network throws with its default variants. A candidate that fails is out of the competition.
  package func run(
    _ problems: [TuningProblem], on target: some TuningTarget,
    records: inout [String: TuningRecord], save: ([String: TuningRecord]) -> Void
  ) throws(InceptError) -> End {
    for problem in problems {
      let known = records[problem.key]
      records[problem.key] =
        known?.adapted(reference: problem.reference, candidates: problem.candidates)
        ?? TuningRecord(reference: problem.reference, candidates: problem.candidates)
    }
    let groups = groups(problems)
    while true {
      let open = problems.filter { records[$0.key]?.isDone == false }
      progress(Progress(done: problems.count - open.count, total: problems.count))
      if open.isEmpty { return .finished }
      if let end { return end }
      let group = open.compactMap { groups[$0.key] }.min()
      var variants: [String: String] = [:]
      var times = 1
      for problem in open where groups[problem.key] == group {
        guard case .measure(let candidate, let count)? = records[problem.key]?.next else {
          continue
        }
        variants[problem.key] = candidate
        times = max(times, count)
      }
      try measure(variants, times: times, on: target, &records)
      save(records)
    }
  }

  private var end: End? {
    if isStopped() { return .interrupted }
    return now() >= deadline ? .budget : nil
  }

  /// The group of each problem.
  private func groups(_ problems: [TuningProblem]) -> [String: Int] {
    let total = problems.reduce(0) { $0 + $1.share }
    var groups: [String: Int] = [:]
    var sum = 0.0
    for problem in problems.sorted(by: { $0.share > $1.share }) {
      groups[problem.key] = Self.groupEnds.count { total > 0 && sum / total >= $0 }
      sum += problem.share
    }
    return groups
  }

  private func measure(
    _ variants: [String: String], times: Int, on target: some TuningTarget,
    _ records: inout [String: TuningRecord]
  ) throws(InceptError) {
    do {
      let trial = try target.trial(variants)
      for _ in 0..<times {
        let sample = try trial.pair()
        for (key, ratio) in sample.ratios {
          if let variant = variants[key] { records[key]?.add(ratio, of: variant) }
        }
        if end != nil || sample.slowdown > Self.slow { break }
      }
    } catch {
      // A device that fails with what ran before is no fault of a candidate.
      try target.check()
      guard variants.count > 1 else {
        for (key, variant) in variants { records[key]?.addFailure(of: variant) }
        return
      }
      let keys = variants.keys.sorted()
      let half = Set(keys.prefix(keys.count / 2))
      for isFirst in [true, false] where end == nil {
        let part = variants.filter { half.contains($0.key) == isFirst }
        try measure(part, times: times, on: target, &records)
      }
    }
  }
}
