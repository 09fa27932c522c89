/// What would make a kernel faster, in words.
public struct Advice: Hashable, Sendable {
  /// What is known of a kernel besides its roofline.
  public struct Situation: Hashable, Sendable {
    /// Part of its time that the bound is, 0 to 1 and, where the model is too strict, more.
    public var fraction: Double
    /// Whether an algorithm that saves multiplications is used already.
    public var savesMultiplications: Bool
    /// Whether the operator multiplies and adds at all.
    public var multiplies: Bool
    /// Part of the bytes that are weights.
    public var weightShare: Double
    /// Items that a run computes.
    public var batch: Int
    /// Whether elements are stored as half already.
    public var storesHalves: Bool
    /// Whether another variant was accepted that tuning has not measured.
    public var isTunable: Bool

    /// Describes a kernel.
    public init(
      fraction: Double, savesMultiplications: Bool, multiplies: Bool, weightShare: Double,
      batch: Int, storesHalves: Bool, isTunable: Bool
    ) {
      self.fraction = fraction
      self.savesMultiplications = savesMultiplications
      self.multiplies = multiplies
      self.weightShare = weightShare
      self.batch = batch
      self.storesHalves = storesHalves
      self.isTunable = isTunable
    }
  }

  /// The advice as a sentence without a full stop: `arithmetic-bound at 93 %: only another algorithm …`.
  public let text: String

  /// A kernel at this part of its bound has nothing to gain from a better implementation of the same algorithm.
  public static let near = 0.85
  /// Below this part of its bound, the roofline does not explain a kernel's time.
  public static let far = 0.5

  /// Above this part of its bound, the peak was measured while the device was busy, or data was nearer than expected.
  public static let beyond = 1.1

  /// Advice for a kernel that is bound so.
  public init(_ bound: RooflineModel.Bound, _ situation: Situation) {
    let shown =
      situation.fraction > Self.beyond ? min(situation.fraction, 99) : min(situation.fraction, 1)
    let percent = "\(Int((shown * 100).rounded())) %"
    let head =
      switch bound {
      case .arithmetic: "arithmetic-bound at \(percent)"
      case .bandwidth(let level): "\(level)-bandwidth-bound at \(percent)"
      case .launch where situation.fraction < Self.far:
        "short, at \(percent) of a launch's least time"
      case .launch: "launch-bound"
      }
    text = head + ": " + Self.remedy(bound, situation)
  }

  private static func remedy(_ bound: RooflineModel.Bound, _ situation: Situation) -> String {
    if situation.fraction > beyond {
      switch bound {
      case .arithmetic:
        return
          "more than the measured peak: measure it again while nothing else runs (`incept devices --measure`)"
      case .bandwidth:
        return
          "more than the measured bandwidth: data was nearer than sizes let expect, or it was measured while something else ran (`incept devices --measure`)"
      case .launch: break
      }
    }
    if bound == .launch, situation.fraction >= far {
      return situation.batch == 1
        ? "starting it takes longer than its work: a larger batch, or fusing it with a neighbour"
        : "starting it takes longer than its work: fusing it with a neighbour"
    }
    if situation.fraction < far {
      return situation.isTunable
        ? "far from its bound: too few or uneven work-groups, or data that is not where it could be; try `incept tune`"
        : "far from its bound: too few or uneven work-groups, or data that is not where it could be"
    }
    switch bound {
    case .launch: return ""
    case .arithmetic: return arithmetic(situation)
    case .bandwidth: return bandwidth(situation)
    }
  }

  private static func arithmetic(_ situation: Situation) -> String {
    let other =
      situation.savesMultiplications
      ? "a larger tile of the same algorithm (`--accuracy fast`)"
      : situation.multiplies ? "another algorithm" : "another way to compute it"
    if situation.fraction >= near { return "only \(other) or a narrower type would help" }
    return situation.isTunable
      ? "another variant may be nearer to it (`incept tune`); then \(other)"
      : "work that does not divide among the cores; then \(other)"
  }

  private static func bandwidth(_ situation: Situation) -> String {
    var ways: [String] = []
    if situation.weightShare > 0.5 {
      ways.append(
        situation.batch == 1
          ? "a larger batch, which reads the weights once for all items" : "smaller weights")
    } else {
      ways.append("fusing it with a neighbour, so that its values need not be stored")
    }
    if !situation.storesHalves { ways.append("half the bytes (`--precision fp16`)") }
    return ways.joined(separator: ", or ")
  }
}
