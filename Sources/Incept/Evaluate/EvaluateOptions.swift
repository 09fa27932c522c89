import Datasets

/// What a network is judged by, and what is drawn of it.
public struct EvaluateOptions: Sendable {
  /// Which images of a folder that tells training from test images.
  public enum Part: String, Codable, Sendable, CaseIterable {
    /// Those for tests, where the folder says which; else all there are.
    case auto
    /// Those for training.
    case training
    /// Those for tests.
    case test
  }

  /// Which column of a CSV file has the class.
  public enum LabelColumn: String, Sendable, CaseIterable {
    /// The one that the title line names, else the last.
    case auto
    /// The first.
    case first
    /// The last.
    case last
  }

  /// The data: MNIST's files, a CSV file, or a folder with a folder of pictures per class.
  public var data: String
  /// Which images of data that has several parts.
  public var part: Part
  /// A file of row numbers from 0; nil takes all rows.
  public var rows: String?
  /// The share of every class that a training run with the same ``seed`` held out: only that is taken. Nil takes everything.
  public var split: Double?
  /// What decides, with ``split``, which rows are held out.
  public var seed: UInt64
  /// Which column of a CSV file has the class. For CSV files only.
  public var labelColumn: LabelColumn
  /// What stands for full brightness in a CSV file; nil guesses. For CSV files only.
  public var maximum: Float?
  /// The size that pictures of a folder are resized to before they are prepared for the network; nil leaves them as they
  /// are. For folders only.
  public var size: PictureSize?
  /// How many images go through the network at once.
  public var batch: Int
  /// Name of the preprocessing; nil or `auto` is the one that the network was trained with.
  public var preprocessing: String?
  /// Names of the network's classes, instead of the model's.
  public var labels: [String]?
  /// A file that gets a picture of the confusion matrix.
  public var confusion: PlotFile?
  /// A file that gets a picture of the worst mistakes.
  public var mistakes: PlotFile?

  /// Creates options.
  public init(
    data: String, part: Part = .auto, rows: String? = nil, split: Double? = nil, seed: UInt64 = 1,
    labelColumn: LabelColumn = .auto, maximum: Float? = nil, size: PictureSize? = nil,
    batch: Int = 64, preprocessing: String? = nil, labels: [String]? = nil,
    confusion: PlotFile? = nil,
    mistakes: PlotFile? = nil
  ) {
    self.data = data
    self.part = part
    self.rows = rows
    self.split = split
    self.seed = seed
    self.labelColumn = labelColumn
    self.maximum = maximum
    self.size = size
    self.batch = batch
    self.preprocessing = preprocessing
    self.labels = labels
    self.confusion = confusion
    self.mistakes = mistakes
  }
}
