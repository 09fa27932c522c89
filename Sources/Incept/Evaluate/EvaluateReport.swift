import Profiling

/// How often a network is right, and where it is wrong.
public struct EvaluateReport: Report {
  /// `incept.evaluate/1`
  public private(set) var schema = "incept.evaluate/1"
  /// The model.
  public var model: ReportedModel
  /// The device.
  public var device: ReportedDevice
  /// What it was judged by.
  public var data: Data
  /// The share of images that it was right about.
  public var accuracy: Double
  /// The share of images whose class is among the five most probable; nil for networks of ten classes or fewer.
  public var topFive: Double?
  /// Images that it was right about.
  public var right: Int
  /// The mean of the negative logarithms of the classes' probabilities: cross-entropy.
  public var loss: Double
  /// The classes that images have or were taken for, by number.
  public var classes: [Class]
  /// How many images of one class were taken for another, or for itself; pairs without images are left out.
  public var confusion: [Pair]
  /// The worst mistakes, the worst first; ``mistakeLimit`` at most.
  public var mistakes: [Mistake]
  /// Where the time went.
  public var timing: Timing

  enum CodingKeys: String, CodingKey {
    case schema, model, device, data, accuracy
    case topFive = "top5_accuracy"
    case right, loss, classes, confusion, mistakes, timing
  }

  /// Most mistakes that are listed.
  public static let mistakeLimit = 60

  /// The images that a network was judged by.
  public struct Data: Codable, Sendable, Hashable {
    /// The file or folder.
    public var path: String
    /// Images that went through the network.
    public var images: Int
    /// Images that there are in this part of the data.
    public var available: Int
  }

  /// What is known of a class.
  public struct Class: Codable, Sendable, Hashable {
    /// Its number.
    public var index: Int
    /// Its name.
    public var label: String
    /// The share of the images taken for it that are of it; not a number where none was.
    public var precision: Double
    /// The share of its images that were taken for it; not a number where there are none.
    public var recall: Double
    /// Its images.
    public var count: Int
    /// Those of them that were taken for it.
    public var right: Int
    /// Images that were taken for it.
    public var predicted: Int
  }

  /// Images of one class that were taken for one class.
  public struct Pair: Codable, Sendable, Hashable {
    /// Number of their class.
    public var label: Int
    /// Number of the class they were taken for.
    public var predicted: Int
    /// How many.
    public var count: Int
  }

  /// An image that the network was wrong about.
  public struct Mistake: Codable, Sendable, Hashable {
    /// Its file, or file and line.
    public var image: String
    /// Its row in the data, from 0.
    public var row: Int
    /// Name of its class.
    public var label: String
    /// Name of the class it was taken for.
    public var predicted: String
    /// The probability of that.
    public var probability: Double
    /// The probability of its own class.
    public var labelProbability: Double

    enum CodingKeys: String, CodingKey {
      case image, row, label, predicted, probability
      case labelProbability = "label_probability"
    }
  }

  /// Times.
  public struct Timing: Codable, Sendable, Hashable {
    /// Milliseconds for reading model and weights.
    public var load: Double
    /// Milliseconds for passes, planning, building kernels, uploading weights.
    public var build: Double
    /// Milliseconds of all runs.
    public var run: Double
    /// Images per second of running.
    public var throughput: Double

    enum CodingKeys: String, CodingKey {
      case load = "load_ms"
      case build = "build_ms"
      case run = "run_ms"
      case throughput = "images_per_s"
    }
  }
}

extension EvaluateReport {
  /// Most lines of the table of classes in ``text()``.
  private static let lineLimit = 40
  /// Most pairs and mistakes in ``text()``.
  private static let listLimit = 5

  /// The report for people.
  public func text() -> String {
    var head = TextTable([("", .left), ("", .left)])
    head.add(["model", model.line])
    head.add(["device", device.line])
    let share =
      data.images == data.available ? "\(data.images)" : "\(data.images) of \(data.available)"
    head.add(["data", "\(data.path), \(share) images"])
    head.add(["accuracy", "\(Self.share(accuracy)) (\(right) of \(data.images) right)"])
    if let topFive { head.add(["top 5", Self.share(topFive)]) }
    head.add(["loss", NumberText.fixed(loss, 4)])
    head.add(["speed", NumberText.fixed(timing.throughput, 0) + " images per second"])
    var text = head.text() + "\n" + table()
    let pairs = confusion.filter { $0.label != $0.predicted }
      .sorted { ($1.count, $0.label, $0.predicted) < ($0.count, $1.label, $1.predicted) }
    if let first = pairs.first, first.count > 1 || pairs.count <= Self.listLimit {
      let names = Dictionary(
        classes.map { ($0.index, $0.label) }, uniquingKeysWith: { first, _ in first })
      let shown = pairs.prefix(Self.listLimit).map { pair in
        "\(TextTable.printable(names[pair.label] ?? "?")) for "
          + "\(TextTable.printable(names[pair.predicted] ?? "?")) \(pair.count)x"
      }
      text += "\nmistaken most often: \(shown.joined(separator: ", "))\n"
    }
    if !mistakes.isEmpty {
      text += "\nworst mistakes\n"
      var table = TextTable([("", .left), ("", .left), ("", .left)])
      for mistake in mistakes.prefix(Self.listLimit) {
        table.add([
          "", mistake.image,
          "\(mistake.label) taken for \(mistake.predicted), \(Self.share(mistake.probability))",
        ])
      }
      text += table.text()
    }
    if model.isSynthetic {
      text += "weights are made up (\(model.weights)): results mean nothing\n"
    }
    return text
  }

  private func table() -> String {
    var table = TextTable([
      ("CLASS", .left), ("IMAGES", .right), ("RIGHT", .right), ("PRECISION", .right),
      ("RECALL", .right),
    ])
    var shown = classes
    if shown.count > Self.lineLimit {
      // Those with the most wrong images say most.
      shown = Array(
        shown.sorted { ($1.count - $1.right, $0.index) < ($0.count - $0.right, $1.index) }
          .prefix(Self.lineLimit))
    }
    for entry in shown {
      table.add([
        entry.label, "\(entry.count)", "\(entry.right)", Self.share(entry.precision),
        Self.share(entry.recall),
      ])
    }
    let rest = classes.count - shown.count
    return table.text()
      + (rest > 0 ? "\(rest) more classes with fewer mistakes (--format csv has all)\n" : "")
  }

  private static func share(_ value: Double) -> String {
    value.isNaN ? "-" : NumberText.fixed(100 * value, 2) + " %"
  }

  /// The table of classes as comma-separated values.
  public func csv() -> String {
    func number(_ value: Double) -> String { value.isNaN ? "" : "\(value)" }
    return CSV.line([
      "index", "label", "count", "right", "predicted", "precision", "recall", "model", "weights",
    ])
      + classes.map { entry in
        CSV.line([
          "\(entry.index)", entry.label, "\(entry.count)", "\(entry.right)", "\(entry.predicted)",
          number(entry.precision), number(entry.recall), model.name, model.weights,
        ])
      }.joined()
  }
}
