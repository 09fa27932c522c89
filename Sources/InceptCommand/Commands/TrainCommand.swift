import ArgumentParser
import Foundation
import Incept

/// `incept train`
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a small network on labelled pictures.",
    discussion: """
      DATA is a folder with MNIST's IDX files, a CSV of digits, or a folder with a folder of pictures for each class. \
      A part of it is held out to judge by. OUT gets the model that was best on that part, with all that \
      `incept run OUT PICTURE` needs; OUT.last.safetensors gets the state after every epoch, from which \
      --resume goes on, to the same bit. Ctrl-C saves and stops.

      MODEL is cnn (three convolutions and two dense layers), mlp (dense layers only), or a file that lists layers in \
      JSON.

      Example: incept train --data digits.csv.gz -o digits.safetensors
      Example: incept train --data mnist --model mlp --epochs 5 --history history.png -o mlp.safetensors
      """)

  @Option(help: ArgumentHelp("Pictures with labels.", valueName: "file|folder"))
  var data: String
  @Option(help: ArgumentHelp("cnn, mlp, or a description in JSON.", valueName: "cnn|mlp|file"))
  var model = "cnn"
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: ArgumentHelp("Where the best model goes.", valueName: "OUT.safetensors"))
  var output: String
  @Option(help: "How often every picture is seen.")
  var epochs = Count(40)
  @Option(help: "Pictures of a step.")
  var batch = Count(32)
  @Option(
    name: .customLong("lr"),
    help: ArgumentHelp(
      "The first learning rate (default: 0.05 for sgd, 0.002 for adam, 0.004 for adamw).",
      valueName: "rate"))
  var learningRate: Positive?
  @Option(help: ArgumentHelp("sgd, adam or adamw.", valueName: "name"))
  var optimizer = TrainOptions.Optimizer.adamw
  @Option(help: ArgumentHelp("Momentum of sgd, 0 to 1.", valueName: "part"))
  var momentum = Part(0.9)
  @Option(
    help: ArgumentHelp("Weight decay (default: 0.1 for adamw, else 0).", valueName: "part"))
  var weightDecay: Part?
  @Option(
    help: ArgumentHelp(
      "How the rate goes on: constant, cosine, or step:EPOCHS:FACTOR.", valueName: "schedule"))
  var schedule = ScheduleArgument(.cosine)
  @Option(help: ArgumentHelp("The largest norm of a step's gradients.", valueName: "norm"))
  var clip: Positive?
  @Option(
    name: .customLong("init"),
    help: ArgumentHelp("he-normal, he-uniform, glorot-normal or glorot-uniform.", valueName: "name")
  )
  var initializer = TrainOptions.WeightInitializer.heNormal
  @Option(help: "What everything random derives from.")
  var seed: UInt64 = 1
  @Option(help: ArgumentHelp("The part that is held out, 0 to 1.", valueName: "part"))
  var validation = Part(0.2)
  @Option(
    help: ArgumentHelp(
      "A file with the numbers of the pictures to hold out, from 0.", valueName: "file"))
  var validationRows: String?
  @OptionGroup var reading: DataOptions
  @Option(
    help: ArgumentHelp(
      "Loss and accuracy of every epoch: .csv, .png, .svg or .pdf.", valueName: "file"))
  var history: [String] = []
  @Flag(help: "Go on from OUT.last.safetensors, if it is there.")
  var resume = false
  @Option(
    help: ArgumentHelp(
      "PLATFORM:DEVICE, cpu, gpu, or part of a name (default: INCEPT_DEVICE, else the first GPU, else the first CPU).",
      valueName: "device"))
  var device: String?
  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let interrupts = Interrupts(message: "saving after this step; Ctrl-C again stops at once")
    let report = try ProgressLine.during { (line) throws(InceptError) in
      var options = TrainOptions(data: data, output: output)
      options.model = model
      options.epochs = epochs.value
      options.batch = batch.value
      options.learningRate = learningRate?.value
      options.optimizer = optimizer
      options.momentum = momentum.value
      options.weightDecay = weightDecay?.value
      options.schedule = schedule.value
      options.clip = clip.map { Float($0.value) }
      options.initializer = initializer
      options.seed = seed
      options.validation = validation.value
      options.validationRows = validationRows
      options.size = reading.size?.value
      options.labelColumn = reading.label
      options.maximum = reading.maximum?.value
      options.history = history
      options.resumes = resume
      options.cache = .standard(helper: Bundle.main.executablePath)
      options.isStopped = { interrupts.count > 0 }
      options.progress = { progress in Self.show(progress, line) }
      line.show(ProgressStep(stage: "reading \(data)"))
      let trainer = try Trainer(options, on: Device.select(device))
      line.show(ProgressStep(stage: "preparing"))
      return try trainer.run()
    }
    try Terminal.write(format == .json ? try report.json() : report.text())
    if report.isInterrupted { Terminal.exitAfterInterrupt() }
  }

  /// A line for each epoch, and one that changes within it.
  private static func show(_ progress: TrainProgress, _ line: ProgressLine) {
    if let note = progress.note {
      line.erase()
      Terminal.warn("note: \(note)\n")
    }
    if let epoch = progress.finished {
      line.erase()
      Terminal.warn(epoch.line(of: progress.epochs, progress.imagesPerSecond) + "\n")
    } else if progress.steps > 0 {
      line.show(
        ProgressStep(
          stage: "epoch \(progress.epoch) of \(progress.epochs), loss \(progress.lossText), "
            + "\(Int(progress.imagesPerSecond)) images/s, step",
          done: progress.step, total: progress.steps))
    }
  }
}

extension TrainOptions.Optimizer: ExpressibleByArgument {}
extension TrainOptions.WeightInitializer: ExpressibleByArgument {}

/// A number above 0.
struct Positive: ExpressibleByArgument {
  let value: Double

  init?(argument: String) {
    guard let value = Double(argument), value > 0, value <= 1e6 else { return nil }
    self.value = value
  }
}

/// A number from 0 to 1, less than 1.
struct Part: ExpressibleByArgument {
  let value: Double

  init(_ value: Double) { self.value = value }

  init?(argument: String) {
    guard let value = Double(argument), value >= 0, value < 1 else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { "\(value)" }
}

/// `constant`, `cosine` or `step:EPOCHS:FACTOR`.
struct ScheduleArgument: ExpressibleByArgument {
  let value: TrainOptions.LearningRateSchedule

  init(_ value: TrainOptions.LearningRateSchedule) { self.value = value }

  init?(argument: String) {
    let words = argument.split(separator: ":", omittingEmptySubsequences: false)
    switch (words.first, words.count) {
    case ("constant", 1): value = .constant
    case ("cosine", 1): value = .cosine
    case ("step", 3):
      guard let epochs = Int(words[1]), (1...1_000_000).contains(epochs),
        let factor = Double(words[2]), factor > 0, factor <= 1
      else { return nil }
      value = .step(epochs: epochs, factor: factor)
    default: return nil
    }
  }

  var defaultValueDescription: String {
    switch value {
    case .constant: "constant"
    case .cosine: "cosine"
    case .step(let epochs, let factor): "step:\(epochs):\(factor)"
    }
  }
}
