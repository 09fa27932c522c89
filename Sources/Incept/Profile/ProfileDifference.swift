/// What became faster or slower between two profiles, by the fastest run of each: what disturbs a machine makes runs slower,
/// never faster.
public struct ProfileDifference: Report {
  /// `incept.profile-difference/1`
  public private(set) var schema = "incept.profile-difference/1"
  /// The profile that is compared with.
  public var before: Side
  /// The profile that is judged.
  public var after: Side
  /// The run without profiling, in milliseconds.
  public var total: Total
  /// Every launch of either, in the order of execution.
  public var layers: [Layer]

  /// One of the two profiles.
  public struct Side: Codable, Sendable, Hashable {
    /// The model.
    public var model: ReportedModel
    /// The device.
    public var device: ReportedDevice
    /// How much rounding error was allowed.
    public var accuracy: Accuracy
    /// What activations and weights were stored as.
    public var precision: Precision
    /// Items per run.
    public var batch: Int
    /// Measured runs.
    public var runs: Int

    init(_ report: ProfileReport) {
      (model, device, accuracy) = (report.model, report.device, report.accuracy)
      (precision, batch, runs) = (report.precision, report.batch, report.runs)
    }
  }

  /// What a difference means.
  public enum Verdict: String, Codable, Sendable, Hashable {
    /// No more than the noise of the two.
    case same
    /// Less time, beyond the noise.
    case faster
    /// More time, beyond the noise.
    case slower
    /// Only in the profile that is judged.
    case added
    /// Only in the profile that is compared with.
    case removed
  }

  /// A launch in both profiles.
  public struct Layer: Codable, Sendable, Hashable {
    /// The node.
    public var name: String
    /// The operator.
    public var op: String
    /// Which kernel was compared with; nil where there was none.
    public var variantBefore: String?
    /// Which kernel is judged; nil where there is none.
    public var variant: String?
    /// Fewest microseconds before.
    public var before: Double?
    /// Fewest microseconds now.
    public var after: Double?
    /// The difference as a part of the time before: 0.1 for 10 % slower.
    public var change: Double?
    /// Microseconds by which the two may differ without meaning anything.
    public var noise: Double?
    /// Part of the larger of the two runs that the launch takes.
    public var share: Double
    /// What the difference means.
    public var verdict: Verdict

    enum CodingKeys: String, CodingKey {
      case name, op
      case variantBefore = "variant_before"
      case variant
      case before = "before_us"
      case after = "after_us"
      case change
      case noise = "noise_us"
      case share, verdict
    }
  }

  /// The whole network.
  public struct Total: Codable, Sendable, Hashable {
    /// Fewest milliseconds before.
    public var before: Double
    /// Fewest milliseconds now.
    public var after: Double
    /// The difference as a part of the time before.
    public var change: Double
    /// Milliseconds by which the two may differ without meaning anything.
    public var noise: Double
    /// What the difference means.
    public var verdict: Verdict

    enum CodingKeys: String, CodingKey {
      case before = "before_ms"
      case after = "after_ms"
      case change
      case noise = "noise_ms"
      case verdict
    }
  }

  /// Compares two profiles, layer by layer by name.
  public init(_ after: ProfileReport, against before: ProfileReport) {
    self.before = Side(before)
    self.after = Side(after)
    let noise = before.total.noise + after.total.noise
    let times = (before: before.total.unprofiledBest, after: after.total.unprofiledBest)
    total = Total(
      before: times.before, after: times.after, change: Self.change(times.before, times.after),
      noise: noise, verdict: Self.verdict(times.before, times.after, noise))
    let old = Dictionary(
      before.layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let new = Set(after.layers.map(\.name))
    let removed = before.sorted(by: .order).layers.filter { !new.contains($0.name) }
    layers =
      after.sorted(by: .order).layers.map { Layer(before: old[$0.name], after: $0) }
      + removed.map { Layer(before: $0, after: nil) }
  }

  static func change(_ before: Double, _ after: Double) -> Double {
    before > 0 ? (after - before) / before : 0
  }

  static func verdict(_ before: Double, _ after: Double, _ noise: Double) -> Verdict {
    abs(after - before) <= noise ? .same : after > before ? .slower : .faster
  }

  /// Layers that take less than this part of a run can't fail a comparison.
  public static let smallestShare = 0.01

  /// What is slower by more than so many percent and beyond the noise: the whole, and layers that matter.
  public func regressions(above percent: Double) -> [String] {
    func isWorse(_ verdict: Verdict, _ change: Double?) -> Bool {
      verdict == .slower && (change ?? 0) * 100 > percent
    }
    return (isWorse(total.verdict, total.change) ? ["the whole run"] : [])
      + layers.filter { $0.share >= Self.smallestShare && isWorse($0.verdict, $0.change) }
      .map(\.name)
  }
}

extension ProfileDifference.Layer {
  fileprivate init(before: ProfileReport.Layer?, after: ProfileReport.Layer?) {
    let times = (before: before?.time.min, after: after?.time.min)
    let noise = before.flatMap { before in after.map { before.noise + $0.noise } }
    name = (after ?? before)?.name ?? ""
    op = (after ?? before)?.op ?? ""
    (variantBefore, variant) = (before?.variant, after?.variant)
    (self.before, self.after, self.noise) = (times.before, times.after, noise)
    share = max(before?.share ?? 0, after?.share ?? 0)
    switch (times.before, times.after, noise) {
    case (let old?, let new?, let noise?):
      change = ProfileDifference.change(old, new)
      verdict = ProfileDifference.verdict(old, new, noise)
    case (nil, _, _): verdict = .added
    default: verdict = .removed
    }
  }
}
