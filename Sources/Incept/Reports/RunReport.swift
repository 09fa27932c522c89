import Profiling

/// What a network said of some pictures, or which tensors it made.
public struct RunReport: Report {
  /// `incept.run/1`
  public private(set) var schema = "incept.run/1"
  /// The model.
  public var model: ReportedModel
  /// The device.
  public var device: ReportedDevice
  /// How much rounding error was allowed.
  public var accuracy: Accuracy
  /// What activations and weights were stored as.
  public var precision: Precision
  /// The classes of each picture, in the order of the pictures.
  public var results: [Result]
  /// The tensors that were written; nil where pictures were classified.
  public var outputs: [Output]?
  /// Where the time went.
  public var timing: Timing

  /// The classes of one picture.
  public struct Result: Codable, Sendable, Hashable {
    /// The picture's file.
    public var image: String
    /// The most probable classes, the best first.
    public var top: [Class]
  }

  /// A class and its probability.
  public struct Class: Codable, Sendable, Hashable {
    /// The class, from 0.
    public var index: Int
    /// Its name, or `class INDEX` where that isn't known.
    public var label: String
    /// Its probability, 0 to 1.
    public var probability: Double
  }

  /// A tensor that was written.
  public struct Output: Codable, Sendable, Hashable {
    /// The value's name.
    public var name: String
    /// Its shape in the framework's axis order.
    public var shape: [Int]
    /// The file it was written to.
    public var file: String
  }

  /// Times in milliseconds.
  public struct Timing: Codable, Sendable, Hashable {
    /// Reading model and weights.
    public var load: Double
    /// Passes, planning, building kernels, uploading weights.
    public var build: Double
    /// Choosing kernel variants by measurement.
    public var tune: Double
    /// The first run.
    public var first: Double
    /// The median of all runs.
    public var median: Double

    enum CodingKeys: String, CodingKey {
      case load = "load_ms"
      case build = "build_ms"
      case tune = "tune_ms"
      case first = "first_ms"
      case median = "median_ms"
    }

    init(load: Double, build: Double, tune: Double = 0, runs: [Double]) {
      self.load = load
      self.build = build
      self.tune = tune
      first = runs.first ?? 0
      median = Statistics(runs).median
    }
  }
}

extension RunReport {
  /// The report for people.
  public func text() -> String {
    var text = ""
    for result in results {
      text += "\(result.image)\n"
      var table = TextTable([
        ("", .left), ("", .right), ("", .right), ("", .right), ("", .left),
      ])
      for (rank, entry) in result.top.enumerated() {
        table.add([
          "", "\(rank + 1)", NumberText.fixed(entry.probability, 4), "\(entry.index)", entry.label,
        ])
      }
      text += table.text()
    }
    for output in outputs ?? [] {
      text += "\(output.name) \(Shape(output.shape)) -> \(output.file)\n"
    }
    text += "accuracy \(accuracy.rawValue)\(precision.remark)\n"
    if model.isSynthetic {
      text += "weights are made up (\(model.weights)): results mean nothing\n"
    }
    return text
  }

  /// The report as comma-separated values, a line per class or tensor, each with the model and its weights.
  public func csv() -> String {
    if let outputs {
      return CSV.line(["name", "shape", "file", "model", "weights"])
        + outputs.map { output in
          let shape = output.shape.map(String.init).joined(separator: "x")
          return CSV.line([output.name, shape, output.file, model.name, model.weights])
        }.joined()
    }
    var text = CSV.line([
      "image", "rank", "index", "label", "probability", "model", "weights",
    ])
    for result in results {
      for (rank, entry) in result.top.enumerated() {
        text += CSV.line([
          result.image, "\(rank + 1)", "\(entry.index)", entry.label, "\(entry.probability)",
          model.name, model.weights,
        ])
      }
    }
    return text
  }
}
