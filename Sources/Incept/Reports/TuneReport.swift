import Profiling

/// What was found about the kernel variants of a network.
public struct TuneReport: Report {
  /// `incept.tune/1`
  public private(set) var schema = "incept.tune/1"
  /// The model.
  public var model: ReportedModel
  /// The device.
  public var device: ReportedDevice
  /// How much rounding error was allowed.
  public var accuracy: Accuracy
  /// Items per run.
  public var batch: Int
  /// Seconds that it was allowed to take.
  public var budget: Double
  /// Milliseconds that it took.
  public var elapsed: Double
  /// Why it ended: `finished`, `budget`, `interrupted`.
  public var end: String
  /// Whether the results could be written to the cache folder.
  public var isSaved: Bool
  /// Every problem that has several variants, the one that takes most of the time first.
  public var problems: [Problem]
  /// The whole network before and after; nil where nothing changes or no time was left.
  public var network: Network?

  enum CodingKeys: String, CodingKey {
    case schema, model, device, accuracy, batch
    case budget = "budget_s"
    case elapsed = "elapsed_ms"
    case end
    case isSaved = "saved"
    case problems, network
  }

  /// A problem that one or more layers pose.
  public struct Problem: Codable, Sendable, Hashable {
    /// The problem.
    public var problem: String
    /// The layers.
    public var layers: [String]
    /// The variant that is chosen without tuning.
    public var reference: String
    /// The best variant.
    public var best: String
    /// The part of the default's time that the best saves, 0 to 1.
    public var gain: Double
    /// The part of the network's time that the layers take with the default, 0 to 1.
    public var share: Double
    /// Whether enough was measured.
    public var isDecided: Bool
    /// What was measured of the other variants.
    public var candidates: [Candidate]

    enum CodingKeys: String, CodingKey {
      case problem, layers
      case reference = "default"
      case best, gain, share
      case isDecided = "decided"
      case candidates
    }
  }

  /// A variant that was tried.
  public struct Candidate: Codable, Sendable, Hashable {
    /// Its name.
    public var variant: String
    /// Its time as a multiple of the default's; nil where it wasn't measured or failed.
    public var ratio: Double?
    /// How often it was measured.
    public var measurements: Int
  }

  /// The whole network's kernels by the host's clock: runs before and after, in turns.
  public struct Network: Codable, Sendable, Hashable {
    /// Milliseconds with the default variants.
    public var reference: Double
    /// Milliseconds with the best ones.
    public var tuned: Double
    /// The median ratio of neighbouring runs, after to before.
    public var ratio: Double
    /// How many of either.
    public var pairs: Int

    enum CodingKeys: String, CodingKey {
      case reference = "default_ms"
      case tuned = "tuned_ms"
      case ratio, pairs
    }
  }
}

extension TuneReport {
  /// The report for people: a table of the problems, then the network.
  public func text() -> String {
    var table = TextTable([
      ("PROBLEM", .left), ("LAYERS", .left), ("DEFAULT", .left), ("BEST", .left),
      ("GAIN", .right), ("SHARE", .right),
    ])
    for problem in problems {
      let best = problem.best == problem.reference ? "the same" : problem.best
      let isMeasured = problem.candidates.contains { $0.measurements > 0 }
      let undecided = isMeasured ? "undecided" : "not measured"
      table.add([
        problem.problem, problem.shortLayers, problem.reference,
        problem.isDecided || problem.best != problem.reference ? best : undecided,
        NumberText.percent(problem.gain), NumberText.percent(problem.share),
      ])
    }
    return table.text() + "\n" + totals()
  }

  private func totals() -> String {
    func ms(_ value: Double) -> String { NumberText.fixed(value, 3) + " ms" }
    var table = TextTable([("", .left), ("", .left)])
    table.add(["model", model.line])
    table.add(["device", device.line])
    table.add(["accuracy", accuracy.rawValue])
    let decided = problems.count(where: \.isDecided)
    table.add([
      "tuning",
      "\(decided) of \(problems.count) problems decided, "
        + "\(NumberText.fixed(elapsed / 1e3, 1)) s of \(NumberText.fixed(budget, 0)) s: \(end)",
    ])
    if let network {
      table.add([
        "network",
        "\(ms(network.reference)) with the defaults, \(ms(network.tuned)) tuned: ratio "
          + "\(NumberText.fixed(network.ratio, 3)) (median of \(network.pairs) pairs)",
      ])
    }
    var text = table.text()
    if decided < problems.count { text += "the same command again goes on from here\n" }
    if !isSaved { text += "results could not be saved: set INCEPT_CACHE_DIR to a folder\n" }
    return text
  }
}

extension TuneReport.Problem {
  /// The first layer, and how many more.
  fileprivate var shortLayers: String {
    guard let first = layers.first else { return "" }
    let name = first.range(of: " + ").map { "\(first[..<$0.lowerBound]) +…" } ?? first
    let short = name.count <= 40 ? name : "\(name.prefix(39))…"
    return layers.count > 1 ? "\(short) and \(layers.count - 1) more" : short
  }
}
