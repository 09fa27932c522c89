import Datasets
import Training

/// What is trained, on which data, and how.
public struct TrainOptions: Sendable {
  /// `cnn`, `mlp`, or a file that describes a network in JSON (`docs/training.md`).
  public var model = "cnn"
  /// The pictures: MNIST's files, a CSV file, or a folder with a folder of pictures per class.
  public var data: String
  /// Where the best model is written: a `.safetensors` file. The last state of the training is beside it, under
  /// ``lastPath``.
  public var output: String
  /// How often every picture is seen.
  public var epochs = 40
  /// Pictures of a step.
  public var batch = 32
  /// How parameters follow their gradients.
  public var optimizer = Optimizer.adamw
  /// The first learning rate; nil for the optimizer's usual one.
  public var learningRate: Double?
  /// How much of the last step's direction stays (`sgd` only).
  public var momentum = 0.9
  /// Part of the parameters that is taken off in a step, times the learning rate; nil for the optimizer's usual one.
  public var weightDecay: Double?
  /// How the learning rate goes on.
  public var schedule = LearningRateSchedule.cosine
  /// The largest norm of a step's gradients; nil for any.
  public var clip: Float?
  /// How weights begin.
  public var initializer = WeightInitializer.heNormal
  /// What everything random derives from: weights, order, division of the data, dropout.
  public var seed: UInt64 = 1
  /// The part of the training data, of each class alike, that is held out to judge by; where the data have a part for
  /// that, or ``validationRows`` names one, that is taken.
  public var validation = 0.2
  /// A file with the numbers of the pictures to hold out.
  public var validationRows: String?
  /// The size that all pictures of a folder are resized to; nil expects them to be of one size. For folders only.
  public var size: PictureSize?
  /// Which column of a CSV file has the class. For CSV files only.
  public var labelColumn = EvaluateOptions.LabelColumn.auto
  /// What stands for full brightness in a CSV file; nil guesses. For CSV files only.
  public var maximum: Float?
  /// Files to draw or list the history in: `.csv`, `.png`, `.svg`, `.pdf`.
  public var history: [String] = []
  /// Whether to go on from ``lastPath`` where it is there.
  public var resumes = false
  /// How kernels and programs are kept.
  public var cache = CacheOptions.standard()
  /// Told how far it is.
  public var progress: (@Sendable (TrainProgress) -> Void)?
  /// Asked after each step whether to stop; then the state is saved.
  public var isStopped: @Sendable () -> Bool = { false }

  /// Options with the usual values.
  public init(data: String, output: String) {
    self.data = data
    self.output = output
  }

  /// The file of the last state: `OUT.last.safetensors` for `OUT.safetensors`.
  public var lastPath: String { TrainOptions.lastPath(of: output) }

  /// The file of the last state of a training whose best model is at `output`.
  static func lastPath(of output: String) -> String {
    let suffix = ".safetensors"
    let stem = output.hasSuffix(suffix) ? String(output.dropLast(suffix.count)) : output
    return "\(stem).last\(suffix)"
  }

  /// How parameters follow their gradients; each is torch's of the same name.
  public enum Optimizer: String, Sendable, Hashable, Codable, CaseIterable {
    /// Stochastic gradient descent with momentum.
    case sgd
    /// Kingma and Ba 2015, arXiv 1412.6980.
    case adam
    /// Loshchilov and Hutter 2019, arXiv 1711.05101.
    case adamw
  }

  /// How weights begin.
  public enum WeightInitializer: String, Sendable, Hashable, Codable, CaseIterable {
    /// He et al. 2015, arXiv 1502.01852.
    case heNormal = "he-normal"
    /// The same variance, uniform.
    case heUniform = "he-uniform"
    /// Glorot and Bengio 2010.
    case glorotNormal = "glorot-normal"
    /// The same variance, uniform.
    case glorotUniform = "glorot-uniform"
  }

  /// How the learning rate goes on from its first value.
  public enum LearningRateSchedule: Sendable, Hashable {
    /// It stays.
    case constant
    /// It is multiplied by `factor` every so many epochs.
    case step(epochs: Int, factor: Double)
    /// It falls to 0 along half a cosine.
    case cosine
  }
}

extension TrainOptions {
  /// How data are read.
  var reading: DatasetOptions {
    DatasetOptions(
      labelColumn: .init(labelColumn), maximum: maximum, size: size.map { ($0.height, $0.width) })
  }

  /// What one step of the training is made with, and all that must stay the same when it is resumed.
  var recipe: TrainingRecipe {
    let rate: Double
    let kind: Optimiser
    switch optimizer {
    case .sgd:
      rate = learningRate ?? 0.05
      kind = .sgd(momentum: momentum, weightDecay: weightDecay ?? 0, nesterov: false)
    case .adam:
      rate = learningRate ?? 0.002
      kind = .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: weightDecay ?? 0)
    case .adamw:
      rate = learningRate ?? 0.004
      kind = .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: weightDecay ?? 0.1)
    }
    let course: Schedule =
      switch schedule {
      case .constant: .constant
      case .step(let epochs, let factor): .step(epochs: epochs, factor: factor)
      case .cosine: .cosine
      }
    return TrainingRecipe(
      optimiser: kind, learningRate: rate, schedule: course, clip: clip, batch: batch,
      epochs: epochs, seed: seed,
      initialiser: Initialiser(rawValue: initializer.rawValue) ?? .heNormal)
  }
}

/// How a training goes.
public struct TrainProgress: Sendable, Hashable {
  /// The epoch, from 1, of ``epochs``.
  public var epoch: Int
  /// Epochs in all.
  public var epochs: Int
  /// Steps done in the epoch, of ``steps``.
  public var step: Int
  /// Steps of an epoch.
  public var steps: Int
  /// The mean loss of the epoch so far.
  public var loss: Double
  /// Pictures a second since the epoch began.
  public var imagesPerSecond: Double
  /// What an epoch gave; nil within one.
  public var finished: TrainReport.Epoch?
  /// Something to tell beside the numbers; nil for nothing.
  public var note: String?
}
