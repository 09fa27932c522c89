import ArgumentParser
import Incept

/// `incept evaluate`
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "How often is a classifier right, and where is it wrong?",
    discussion: """
      Puts images whose classes are known through a network: accuracy, precision and recall of each class, which \
      classes are taken for which, and the worst mistakes. DATA is a folder with MNIST's IDX files, one such file, a \
      CSV file of pixels and a class per line (each also as .gz), or a folder with a folder of PNG or JPEG files for \
      each class. Where a folder has a part for tests, that is taken.

      Example: incept evaluate digits_cnn --data digits.csv.gz --confusion confusion.png --mistakes mistakes.png
      Example: incept evaluate mobilenet.h5 --data pictures --preprocess inception
      Example: incept evaluate OUT.safetensors --data digits.csv.gz --split 0.2 --seed 1
      """)

  @OptionGroup var model: ModelOptions
  @Option(help: ArgumentHelp("Images with their classes.", valueName: "data"))
  var data: String
  @OptionGroup var device: DeviceOptions
  @OptionGroup var queue: QueueOptions

  @Option(help: "Which part of data that has several: auto is the one for tests, else everything.")
  var part = EvaluateOptions.Part.auto
  @Option(
    name: [.customLong("rows"), .customLong("validation-rows")],
    help: ArgumentHelp(
      "Only these rows, numbers from 0 in a text file or a JSON list.", valueName: "file"))
  var rows: String?
  @Option(
    help: ArgumentHelp(
      "Only the share of each class that training with the same --seed held out, as 0.2.",
      valueName: "share"))
  var split: Share?
  @Option(help: "What decides which images --split takes.")
  var seed: UInt64 = 1
  @OptionGroup var reading: DataOptions

  @Option(help: "Images that go through the network at once.")
  var batch = Count(64)
  @OptionGroup var preparation: PreparationOptions
  @OptionGroup var labels: LabelOptions
  @Option(
    help: ArgumentHelp(
      "Draw the confusion matrix too; the name ends in .png, .pdf or .svg.", valueName: "file"))
  var confusion: String?
  @Option(
    help: ArgumentHelp(
      "Draw the worst mistakes too; the name ends in .png, .pdf or .svg.", valueName: "file"))
  var mistakes: String?
  @Option(help: "text, json or csv.")
  var format = TextJSONOrCSV.text

  func validate() throws {
    guard rows == nil || split == nil else {
      throw ValidationError("Expected --rows or --split, not both.")
    }
  }

  func run() throws {
    let report = try ProgressLine.during { (line) throws(InceptError) in try self.report(line) }
    try format.write(text: report.text(), json: report.json(), csv: report.csv())
  }

  private func report(_ line: ProgressLine) throws(InceptError) -> EvaluateReport {
    // What can't be drawn must show before a network is loaded.
    let confusion = try confusion.map(PlotFile.init)
    let mistakes = try mistakes.map(PlotFile.init)
    let names = try labels.names()
    let session = try device.session(try model.load(line), line, queue: queue.queue)
    return try session.evaluate(
      EvaluateOptions(
        data: data, part: part, rows: rows, split: split?.value, seed: seed,
        labelColumn: reading.label, maximum: reading.maximum?.value, size: reading.size?.value,
        batch: batch.value, preprocessing: preparation.preprocess.rawValue, labels: names,
        confusion: confusion, mistakes: mistakes))
  }
}

extension EvaluateOptions.Part: ExpressibleByArgument {}

/// A share above 0 and below 1.
struct Share: ExpressibleByArgument {
  let value: Double

  init?(argument: String) {
    guard let value = Double(argument), value > 0, value < 1 else { return nil }
    self.value = value
  }
}
