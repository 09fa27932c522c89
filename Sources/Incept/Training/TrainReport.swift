import Profiling

extension TrainProgress {
  /// The loss for people.
  public var lossText: String { NumberText.fixed(loss, 4) }
}

extension TrainReport.Epoch {
  /// One line for people: `epoch  3/30  loss 0.1234  98.1%   held out 0.1456  97.2%   0.061 s, 23,513 images/s`
  public func line(of epochs: Int, _ imagesPerSecond: Double) -> String {
    func part(_ value: Double) -> String { NumberText.fixed(value * 100, 1) + " %" }
    return "epoch \(epoch)/\(epochs)  loss \(NumberText.fixed(trainingLoss, 4))  "
      + "\(part(trainingAccuracy))  held out \(NumberText.fixed(validationLoss, 4))  "
      + "\(part(validationAccuracy))  \(NumberText.fixed(seconds, 3)) s, "
      + "\(NumberText.count(Int(imagesPerSecond))) images/s"
  }
}

/// What a training gave.
public struct TrainReport: Report {
  /// `incept.train/1`
  public private(set) var schema = "incept.train/1"
  /// The network that was trained: `cnn`, `mlp` or a file.
  public var model: String
  /// The data.
  public var data: Data
  /// The device.
  public var device: ReportedDevice
  /// Number of parameters.
  public var parameters: Int
  /// Every epoch.
  public var epochs: [Epoch]
  /// The number of the epoch whose model was kept, from 1; nil before the first.
  public var best: Int?
  /// The file with the best model.
  public var output: String
  /// The file with the last state, to go on from.
  public var last: String
  /// Whether it was stopped before its end.
  public var isInterrupted: Bool
  /// Seconds of all epochs, as far as they were trained by this call.
  public var seconds: Double

  enum CodingKeys: String, CodingKey {
    case schema, model, data, device, parameters, epochs, best, output, last
    case isInterrupted = "interrupted"
    case seconds
  }

  /// The data of a training.
  public struct Data: Codable, Sendable, Hashable {
    /// File or folder.
    public var path: String
    /// Rows, columns, channels.
    public var shape: [Int]
    /// Number of classes.
    public var classes: Int
    /// Pictures to train on.
    public var training: Int
    /// Pictures to judge by.
    public var validation: Int
  }

  /// What an epoch gave.
  public struct Epoch: Codable, Sendable, Hashable {
    /// The epoch, from 1.
    public var epoch: Int
    /// Mean loss over the training pictures while they were trained on.
    public var trainingLoss: Double
    /// Part of the training pictures that were right while they were trained on.
    public var trainingAccuracy: Double
    /// Mean loss over the held-out pictures after the epoch.
    public var validationLoss: Double
    /// Part of the held-out pictures that are right.
    public var validationAccuracy: Double
    /// The learning rate of its last step.
    public var learningRate: Double
    /// Seconds that training took, without judging and saving.
    public var seconds: Double

    enum CodingKeys: String, CodingKey {
      case epoch
      case trainingLoss = "training_loss"
      case trainingAccuracy = "training_accuracy"
      case validationLoss = "validation_loss"
      case validationAccuracy = "validation_accuracy"
      case learningRate = "learning_rate"
      case seconds
    }
  }

  /// The epoch whose model was kept.
  public var bestEpoch: Epoch? { epochs.first { $0.epoch == best } }

  /// The report for people.
  public func text() -> String {
    var table = TextTable([("", .left), ("", .left)])
    table.add(["model", "\(model), \(NumberText.count(parameters)) parameters"])
    table.add([
      "data",
      "\(data.path): \(NumberText.count(data.training)) pictures to train on, "
        + "\(NumberText.count(data.validation)) held out, \(data.classes) classes",
    ])
    table.add(["device", device.line])
    if let best = bestEpoch {
      table.add([
        "best",
        "\(NumberText.percent(best.validationAccuracy)) of the held-out pictures are right "
          + "after epoch \(best.epoch) of \(epochs.count)",
      ])
    }
    let trained = epochs.map(\.seconds)
    table.add([
      "time",
      "\(NumberText.fixed(seconds, 1)) s, an epoch "
        + "\(NumberText.fixed(Statistics(trained).median, 3)) s",
    ])
    table.add(["written", best == nil ? last : "\(output), and to go on from: \(last)"])
    return table.text()
      + (isInterrupted ? "stopped; the same command with --resume goes on\n" : "")
  }
}
