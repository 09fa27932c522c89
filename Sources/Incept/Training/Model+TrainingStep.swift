import Training

extension Model {
  /// The step that trains a network, as a model to look at, profile and compare: forward pass, loss, gradients and
  /// optimizer in one graph.
  ///
  /// Inputs are `input` `[N, H, W, C]`, `labels` `[N]` (int32), `parameters` and the optimizer's state as flat vectors,
  /// `rates`, and `metrics`; results named `X.next` replace `X` in the step after.
  ///
  /// - Parameters:
  ///   - network: `cnn`, `mlp`, or a file that describes a network in JSON.
  ///   - shape: `[N, H, W, C]`.
  ///   - classes: Number of classes, for `cnn` and `mlp`.
  ///   - optimizer: How parameters follow their gradients, with its usual numbers.
  /// - Throws: `.noInput`, `.badData` for a description that can't be read or does not fit the shape.
  public static func trainingStep(
    of network: String, shape: Shape = [32, 28, 28, 1], classes: Int = 10,
    optimizer: TrainOptions.Optimizer = .adamw
  ) throws(InceptError) -> Model {
    let watch = Stopwatch()
    guard shape.rank == 4, shape.dimensions.allSatisfy({ $0 > 0 }) else {
      throw InceptError(
        .usage, subject: "--shape", expected: "expected input=N,H,W,C for a training step",
        found: "\(shape)")
    }
    let image = Shape(Array(shape.dimensions.dropFirst()))
    var options = TrainOptions(data: "", output: "")
    options.optimizer = optimizer
    let described: NetworkDescription =
      switch network {
      case "cnn": .cnn(classes: classes)
      case "mlp": .mlp(classes: classes)
      default: try .read(network)
      }
    let trainable = try TrainableNetwork(
      described, image: image, classes: described.classes ?? classes)
    let graph = try TrainingGraph(trainable, batch: shape[0]).step(options.recipe.optimiser)
    return Model(
      name: "\(network) (training step)", weights: "made up", graph: graph, recipe: nil,
      labels: nil, outputIsProbability: false, loadMilliseconds: watch.milliseconds,
      hasFixedShapes: true)
  }
}
