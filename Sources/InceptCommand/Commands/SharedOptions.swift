import ArgumentParser
import Foundation
import Incept

/// MODEL and --weights.
struct ModelOptions: ParsableArguments {
  @Argument(help: "A model or weights file, or a built-in architecture (`incept models`).")
  var model: String

  @Option(
    help: ArgumentHelp(
      "Weights of an architecture: a file, or synthetic[:SEED] for made-up ones (default: what `incept fetch` got).",
      valueName: "file"))
  var weights: String?

  @Option(
    help: ArgumentHelp(
      "The shape of an ONNX model's input, where the file leaves extents open.",
      valueName: "name=n,c,h,w"))
  var shape: [InputShape] = []

  @Flag(
    help:
      "The step that trains MODEL (cnn, mlp or a description in JSON) rather than the network; --shape input=N,H,W,C says for which pictures."
  )
  var training = false

  /// Shapes by input.
  var shapes: [String: Shape] {
    Dictionary(shape.map { ($0.name, $0.shape) }, uniquingKeysWith: { _, last in last })
  }

  /// Loads the model for being looked at: an architecture needs no weights.
  func structure(_ line: ProgressLine) throws(InceptError) -> Model {
    line.show(ProgressStep(stage: "loading \(model)"))
    if training { return try trainingStep() }
    return try Model.structure(model, weights: weights, shapes: shapes)
  }

  /// Loads the model, saying so; an ONNX model for the tensors in NPY files, by input.
  func load(_ line: ProgressLine, for files: [String: String] = [:]) throws(InceptError) -> Model {
    line.show(ProgressStep(stage: "loading \(model)"))
    if training { return try trainingStep() }
    return try Model.load(model, weights: weights, cache: .standard(), files: files, shapes: shapes)
  }
}

extension ModelOptions {
  private func trainingStep() throws(InceptError) -> Model {
    try Model.trainingStep(of: model, shape: shapes["input"] ?? [32, 28, 28, 1])
  }
}

/// `image=1,3,224,224`
struct InputShape: ExpressibleByArgument {
  let name: String
  let shape: Shape

  init?(argument: String) {
    guard let equals = argument.lastIndex(of: "="), equals > argument.startIndex else { return nil }
    let words = argument[argument.index(after: equals)...].split(
      separator: ",", omittingEmptySubsequences: false)
    let extents = words.compactMap { Int($0) }
    guard !extents.isEmpty, extents.count == words.count, extents.count <= 8,
      extents.allSatisfy({ (1...1 << 24).contains($0) })
    else { return nil }
    name = String(argument[..<equals])
    shape = Shape(extents)
  }
}

/// --device, --accuracy, --precision and --no-tuning: where and how a network is computed.
struct DeviceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "PLATFORM:DEVICE, cpu, gpu, or part of a name (default: INCEPT_DEVICE, else the first GPU, else the first CPU).",
      valueName: "device"))
  var device: String?
  @Option(
    help: ArgumentHelp(
      "exact: direct convolution only, summed in float64 where a CPU has it; high: faster algorithms, at most 3 times PyTorch's float32 error; fast: at most 8 times.",
      valueName: "exact|high|fast"))
  var accuracy = Accuracy.high
  @Option(
    help: ArgumentHelp(
      "fp16 stores activations and weights in float16, and computes in it where the device can.",
      valueName: "fp32|fp16"))
  var precision = Precision.fp32
  @Flag(name: .customLong("no-tuning"), help: "Ignore results of `incept tune`.")
  var ignoresTuning = false

  @Option(
    help: ArgumentHelp(
      "What weights, arena and inputs may take on the device, in bytes or with K, M or G; kernels that need less are taken where needed.",
      valueName: "bytes"))
  var memoryLimit: ByteCount?

  /// A session of `model` on the device.
  func session(
    _ model: Model, _ line: ProgressLine, queue: QueueArgument = .auto
  ) throws(InceptError) -> Session {
    try Session(model, on: Device.select(device), options: sessionOptions(line, queue: queue))
  }

  /// How sessions work.
  func sessionOptions(_ line: ProgressLine, queue: QueueArgument = .auto) -> SessionOptions {
    SessionOptions(
      accuracy: accuracy, precision: precision, usesTuning: !ignoresTuning, queue: queue.mode,
      memoryLimit: memoryLimit?.value,
      cache: CacheOptions.standard(helper: Bundle.main.executablePath), progress: line.handler)
  }
}

/// `--queue`
enum QueueArgument: String, ExpressibleByArgument, CaseIterable {
  case auto
  case inOrder = "in-order"
  case outOfOrder = "out-of-order"

  /// The mode as a session takes it.
  var mode: QueueMode {
    switch self {
    case .auto: .auto
    case .inOrder: .inOrder
    case .outOfOrder: .outOfOrder
    }
  }
}

/// --queue
struct QueueOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Whether independent kernels may overlap: auto, in-order or out-of-order.",
      valueName: "mode"))
  var queue = QueueArgument.auto
}

/// --runs, --warmup and --batch
struct MeasureArguments: ParsableArguments {
  @Option(help: "Measured runs.")
  var runs = Count(20)
  @Option(help: "Runs before the measured ones.")
  var warmup = CountOrNone(3)
  @Option(help: "Items per run.")
  var batch = Count(1)

  /// The options as a session takes them.
  var options: MeasureOptions {
    MeasureOptions(runs: runs.value, warmup: warmup.value, batch: batch.value)
  }
}

extension Accuracy: ExpressibleByArgument {}

extension Precision: ExpressibleByArgument {}

/// A whole number of 1 or more that fits what is counted.
struct Count: ExpressibleByArgument {
  /// Far beyond what makes sense, and small enough to calculate with.
  static let limit = 1_000_000

  let value: Int

  init(_ value: Int) { self.value = value }

  init?(argument: String) {
    guard let value = Int(argument), (1...Self.limit).contains(value) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { "\(value)" }
}

/// `500M`
struct ByteCount: ExpressibleByArgument {
  let value: Int

  init?(argument: String) {
    guard let value = CacheOptions.byteCount(argument) else { return nil }
    self.value = value
  }
}

/// A whole number of 0 or more.
struct CountOrNone: ExpressibleByArgument {
  let value: Int

  init(_ value: Int) { self.value = value }

  init?(argument: String) {
    guard let value = Int(argument), (0...Count.limit).contains(value) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { "\(value)" }
}

/// `X,Y,W,H`
struct CropArgument: ExpressibleByArgument {
  let crop: ClassifyOptions.Crop

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 4, let x = numbers[0], let y = numbers[1], let width = numbers[2],
      let height = numbers[3], min(x, y) >= 0, min(width, height) > 0
    else { return nil }
    crop = ClassifyOptions.Crop(x: x, y: y, width: width, height: height)
  }
}

/// --preprocess
struct PreparationOptions: ParsableArguments {
  @Option(help: "How pictures are prepared; auto is what the model was trained with.")
  var preprocess = PreprocessingArgument.auto
}

/// --crop and --preprocess: how a picture becomes what a network sees.
struct PictureOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The part of each picture to show to the network, in pixels.", valueName: "x,y,w,h"))
  var crop: CropArgument?
  @OptionGroup var preparation: PreparationOptions

  /// Whether one of them was given.
  var isGiven: Bool { crop != nil || preparation.preprocess != .auto }

  /// The options as a session takes them.
  var options: ClassifyOptions {
    ClassifyOptions(crop: crop?.crop, preprocessing: preparation.preprocess.rawValue)
  }
}

/// --labels
struct LabelOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Names of the network's classes, one a line.", valueName: "file"))
  var labels: String?

  /// The names, if a file has them.
  func names() throws(InceptError) -> [String]? {
    try labels.map { (path) throws(InceptError) in try ClassifyOptions.labels(file: path) }
  }
}

/// `--preprocess`
enum PreprocessingArgument: String, ExpressibleByArgument, CaseIterable {
  case auto, inception, torchvision, caffe, none
}

/// `NAME=FILE`
struct InputArgument: ExpressibleByArgument {
  let name: String
  let file: String

  init?(argument: String) {
    guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
    name = String(argument[..<sign])
    file = String(argument[argument.index(after: sign)...])
    if file.isEmpty { return nil }
  }
}

/// `--format` of commands with two forms.
enum TextOrJSON: String, ExpressibleByArgument, CaseIterable { case text, json }

/// `--format` of commands with three forms.
enum TextJSONOrCSV: String, ExpressibleByArgument, CaseIterable {
  case text, json, csv

  /// Writes the chosen form of a report.
  func write(
    text: @autoclosure () -> String, json: @autoclosure () throws(InceptError) -> String,
    csv: @autoclosure () -> String
  ) throws(InceptError) {
    switch self {
    case .text: try Terminal.write(text())
    case .json: try Terminal.write(try json())
    case .csv: try Terminal.write(csv())
    }
  }
}

/// A result that goes to standard output, or to a file that appears whole or not at all.
struct OutputOptions: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Write to a file instead of standard output.", valueName: "file"))
  var output: String?
}
