import Datasets
import Foundation
import Profiling
import Training

/// Trains a network on labelled pictures.
///
///     var options = TrainOptions(data: "digits.csv.gz", output: "digits.safetensors")
///     options.epochs = 10
///     print(try Trainer(options, on: try Device.select()).run().text())
///
/// The same seed on the same device gives the same parameters to the bit, also when the training was stopped and
/// resumed in between. After every epoch the state is written to ``TrainOptions/lastPath``, and where the held-out
/// pictures say that the model is the best so far, the model to ``TrainOptions/output``; both appear whole or not at all.
public struct Trainer {
  private let options: TrainOptions
  private let device: Device
  private let data: TrainingData
  private let recipe: TrainingRecipe
  private let network: TrainableNetwork

  /// Reads the data and describes the network.
  ///
  /// - Throws: about data that can't be read, a network that does not fit them, and files that can't be written.
  public init(_ options: TrainOptions, on device: Device) throws(InceptError) {
    self.options = options
    self.device = device
    for path in options.history { try TrainingHistory.check(path) }
    data = try TrainingData(options)
    recipe = options.recipe
    let description: NetworkDescription =
      switch options.model {
      case "cnn": .cnn(classes: data.classes)
      case "mlp": .mlp(classes: data.classes)
      default: try NetworkDescription.read(options.model)
      }
    network = try TrainableNetwork(description, image: data.shape, classes: data.classes)
  }

  /// Trains to the end, or until ``TrainOptions/isStopped`` says so.
  ///
  /// - Throws: `.badData` for a loss that is no finite number, naming the first layer with such a value; what writing
  ///   files throws, the last whole checkpoint being intact.
  public func run() throws(InceptError) -> TrainReport {
    var machine = try TrainingDevice(network, recipe, on: device, cache: options.cache)
    var state = Checkpoint.State()
    var vectors = machine.initialState()
    if options.resumes, let checkpoint = try stored(machine) {
      (state, vectors) = (checkpoint.state, checkpoint.vectors)
    }
    try machine.load(vectors, batch: min(recipe.batch, data.training.count))
    let watch = Stopwatch()
    var isInterrupted = false
    while state.epochs.count < recipe.epochs {
      guard try epoch(&state, &machine) else {
        isInterrupted = true
        break
      }
    }
    return TrainReport(
      model: options.model, data: data.reported(options.data), device: device.reported,
      parameters: network.parameterCount, epochs: state.epochs, best: state.best,
      output: options.output, last: options.lastPath, isInterrupted: isInterrupted,
      seconds: watch.milliseconds / 1e3)
  }

  /// What an earlier training left, if it is of this one.
  private func stored(_ machine: TrainingDevice) throws(InceptError) -> Checkpoint? {
    let path = options.lastPath
    guard let checkpoint = try Checkpoint.read(path) else {
      tell(TrainProgress(epochs: recipe.epochs, note: "there is no \(path) yet: beginning anew"))
      return nil
    }
    try checkpoint.check(
      path, recipe: recipe, description: network.description, data: data.digest,
      counts: Dictionary(
        uniqueKeysWithValues: machine.stateNames.map { ($0, machine.count(of: $0)) }))
    return checkpoint
  }

  /// Trains for the rest of an epoch; false where it was stopped.
  private func epoch(
    _ state: inout Checkpoint.State, _ machine: inout TrainingDevice
  ) throws(InceptError) -> Bool {
    let number = state.epochs.count
    let order = data.order(seed: recipe.seed, epoch: number)
    let steps = (order.count + recipe.batch - 1) / recipe.batch
    let watch = Stopwatch()
    var progress = TrainProgress(
      epoch: number + 1, epochs: recipe.epochs, step: state.step, steps: steps)
    var lossSum = 0.0
    let first = state.step
    while state.step < steps {
      let range = state.step * recipe.batch..<min(order.count, (state.step + 1) * recipe.batch)
      let (images, labels) = data.batch(order[range])
      let total = number * steps + state.step
      let rates = recipe.rates(step: total, stepsPerEpoch: steps)
      let seed = data.seed(recipe.seed, step: total)
      let loss = try machine.step(images, labels, rates: rates, seed: seed)
      guard loss.isFinite else {
        throw InceptError(
          .badData, subject: "epoch \(number + 1), step \(state.step + 1) of \(steps)",
          expected: "expected a finite loss",
          found: "\(loss): \(try machine.diagnosis(images, labels, seed: seed))",
          hint: "a lower --lr, or --clip 1, keeps values small"
            + (number + first > 0 ? "; \(options.lastPath) has the state that was saved last" : ""))
      }
      state.step += 1
      lossSum += Double(loss)
      progress.step = state.step
      progress.loss = lossSum / Double(state.step - first)
      let done = state.step - first
      progress.imagesPerSecond =
        Double(done * recipe.batch) / max(watch.milliseconds / 1e3, 1e-9)
      tell(progress)
      if options.isStopped(), state.step < steps {
        state.seconds += watch.milliseconds / 1e3
        try save(state, machine)
        return false
      }
    }
    let sums = try machine.takeMetrics()
    let judged = try judge(&machine)
    let rate =
      recipe.learningRate
      * recipe.schedule.factor(
        step: number * steps + steps - 1, stepsPerEpoch: steps, epochs: recipe.epochs)
    let result = TrainReport.Epoch(
      epoch: number + 1, trainingLoss: sums.loss / Double(order.count),
      trainingAccuracy: sums.right / Double(order.count), validationLoss: judged.loss,
      validationAccuracy: judged.accuracy, learningRate: rate,
      seconds: state.seconds + watch.milliseconds / 1e3)
    state.finish(result)
    // The model first: a state must not claim a model that a kill in between kept from being written.
    if state.best == result.epoch { try saveModel(machine) }
    try save(state, machine)
    for path in options.history {
      try TrainingHistory.write(state.epochs, model: options.model, to: path)
    }
    progress.finished = result
    tell(progress)
    return !(options.isStopped() && state.epochs.count < recipe.epochs)
  }

  /// Mean loss and part of right answers over the held-out pictures.
  private func judge(
    _ machine: inout TrainingDevice
  ) throws(InceptError) -> (loss: Double, accuracy: Double) {
    var sums = (loss: 0.0, right: 0)
    let rows = data.validation
    for start in stride(from: 0, to: rows.count, by: TrainingDevice.evaluationBatch) {
      let part = rows[start..<min(rows.count, start + TrainingDevice.evaluationBatch)]
      let (images, labels) = data.judgedBatch(part)
      let logits = try machine.logits(images).floats().map(Double.init)
      for (number, label) in labels.floats().enumerated() {
        let own = logits[number * data.classes..<(number + 1) * data.classes]
        let score = CrossEntropy(Array(own), label: Int(label))
        sums.loss += score.loss
        sums.right += score.isRight ? 1 : 0
      }
    }
    let count = Double(max(1, rows.count))
    return (sums.loss / count, Double(sums.right) / count)
  }

  private func save(
    _ state: Checkpoint.State, _ machine: TrainingDevice
  ) throws(InceptError) {
    try Checkpoint(
      state: state, recipe: recipe, description: network.description, image: data.shape.dimensions,
      data: data.digest, vectors: try machine.state()
    ).write(to: options.lastPath)
  }

  /// Writes the network with its parameters, and all that is needed to use it.
  private func saveModel(_ machine: TrainingDevice) throws(InceptError) {
    let vectors = try machine.state()
    let graph = try TrainingGraph(network, batch: 1).inference(
      vectors[TrainingGraph.Name.parameters] ?? [],
      statistics: vectors[TrainingGraph.Name.statistics] ?? [], name: modelName)
    try data.write(
      graph, metadata: [TrainedModelFile.deviceKey: TrainedModelFile.deviceText(device)],
      to: options.output)
  }

  private var modelName: String {
    let name = options.model.split(separator: "/").last.map(String.init) ?? "network"
    return name.hasSuffix(".json") ? String(name.dropLast(5)) : name
  }

  private func tell(_ progress: TrainProgress) { options.progress?(progress) }
}

extension TrainProgress {
  init(epoch: Int = 0, epochs: Int, step: Int = 0, steps: Int = 0, note: String? = nil) {
    (self.epoch, self.epochs, self.step, self.steps) = (epoch, epochs, step, steps)
    (loss, imagesPerSecond, self.note) = (0, 0, note)
  }
}

/// The loss of one picture.
struct CrossEntropy {
  /// Minus the logarithm of the right class's probability.
  let loss: Double
  /// Whether the right class has the largest logit, the first of equal ones counting.
  let isRight: Bool

  init(_ logits: [Double], label: Int) {
    let largest = logits.max() ?? 0
    let sum = logits.reduce(0) { $0 + Foundation.exp($1 - largest) }
    guard logits.indices.contains(label) else {
      (loss, isRight) = (.nan, false)
      return
    }
    loss = Foundation.log(sum) + largest - logits[label]
    isRight = logits.firstIndex(of: largest) == label
  }
}
