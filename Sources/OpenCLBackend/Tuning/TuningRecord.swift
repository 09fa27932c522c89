/// What was measured about one problem: the time of each candidate next to that of the default variant, taken in
/// turns, and what follows from it.
///
/// Which candidate is measured next depends on nothing but the record, so that tuning goes on where it stopped.
/// Candidates compete by successive halving (Karnin, Koren and Somekh 2013): all of them are measured a few times,
/// the better half more often, and so on.
package struct TuningRecord: Hashable, Sendable {
  /// The variant that is chosen without tuning.
  package let reference: String
  /// The other variants that accept the problem, in order of preference.
  package private(set) var candidates: [String]
  /// Time of a candidate as a multiple of the reference's, one for each pair of runs.
  package private(set) var ratios: [String: [Double]]

  /// What to do next about a problem.
  package enum Step: Hashable, Sendable {
    /// Measure a candidate so many times more.
    case measure(String, times: Int)
    /// Nothing: the choice is made.
    case done
  }

  /// Measurements that a candidate has had after each round.
  static let rounds = [3, 8, 20]
  /// The most measurements that are kept of a candidate.
  static let limit = 64
  /// A candidate that takes this many times as long as the default is not measured again.
  static let hopeless = 2.0
  /// What is noted of a candidate that can't be built or run.
  static let failed = 1e6
  /// How far behind the best one a candidate may lie to stay in the competition.
  private static let reach = 1.1

  /// A problem with nothing measured.
  package init(reference: String, candidates: [String], ratios: [String: [Double]] = [:]) {
    self.reference = reference
    self.candidates = candidates
    let isUsable = { (ratio: Double) in ratio.isFinite && ratio > 0 && ratio <= Self.failed }
    self.ratios = ratios.filter { candidates.contains($0.key) }.mapValues {
      Array($0.filter(isUsable).prefix(Self.limit))
    }
  }

  /// This record for the variants that there are now: measurements of others are forgotten, and all of them where
  /// they were taken next to another default.
  package func adapted(reference: String, candidates: [String]) -> TuningRecord {
    TuningRecord(
      reference: reference, candidates: candidates,
      ratios: reference == self.reference ? ratios : [:])
  }

  /// Notes a measurement.
  package mutating func add(_ ratio: Double, of candidate: String) {
    guard candidates.contains(candidate), ratio.isFinite, ratio > 0 else { return }
    // Four digits are more than the measurement has, and keep files small.
    let rounded = (min(ratio, Self.failed) * 1e4).rounded() / 1e4
    if ratios[candidate, default: []].count < Self.limit {
      ratios[candidate, default: []].append(max(rounded, 1e-4))
    }
  }

  /// Notes that a candidate can't be built or run.
  package mutating func addFailure(of candidate: String) { add(Self.failed, of: candidate) }

  /// What to do next.
  package var next: Step {
    var alive = candidates.filter { !isHopeless($0) }
    for round in Self.rounds {
      if let open = alive.first(where: { count($0) < round }) {
        return .measure(open, times: round - count(open))
      }
      let best = min(1, alive.map(median).min() ?? 1)
      alive = Array(
        alive.sorted { median($0) < median($1) }.prefix((alive.count + 1) / 2)
          .filter { median($0) <= best * Self.reach })
    }
    return .done
  }

  /// Whether the competition is over.
  package var isDone: Bool { next == .done }

  /// Whether anything was measured.
  package var isEmpty: Bool { ratios.values.allSatisfy(\.isEmpty) }

  /// The best variant by what is known so far, and its time as a multiple of the default's; the default, with 1,
  /// where none is better beyond doubt.
  package var choice: (variant: String, ratio: Double) {
    let ready = candidates.filter { count($0) >= Self.rounds[0] && !isHopeless($0) }
    guard let best = ready.min(by: { median($0) < median($1) }),
      median(best) <= 1 - margin(count(best)), quantile(best, 0.75) < 1
    else { return (reference, 1) }
    return (best, median(best))
  }

  /// How much faster a candidate must be after so many measurements, as a part of the default's time.
  private func margin(_ count: Int) -> Double {
    if count >= Self.rounds[2] { return 0.02 }
    return count >= Self.rounds[1] ? 0.03 : 0.06
  }

  /// Measurements of a candidate.
  package func count(_ candidate: String) -> Int { ratios[candidate]?.count ?? 0 }

  /// The middle of a candidate's ratios; 1 where there are none.
  package func median(_ candidate: String) -> Double { quantile(candidate, 0.5) }

  private func quantile(_ candidate: String, _ part: Double) -> Double {
    guard let values = ratios[candidate]?.sorted(), !values.isEmpty else { return 1 }
    let position = part * Double(values.count - 1)
    let below = Int(position)
    let above = min(below + 1, values.count - 1)
    return values[below] + (values[above] - values[below]) * (position - Double(below))
  }

  private func isHopeless(_ candidate: String) -> Bool {
    (ratios[candidate]?.min() ?? 0) > Self.hopeless
  }
}
