import ArgumentParser
import Incept

/// `incept run`
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Classify pictures, or run a network on raw tensors.",
    discussion: """
      Pictures (PNG, JPEG) are prepared as the network was trained and its most probable classes listed. With \
      --input tensors go in as they are and results are written to --output-dir as NPY files, in the model's \
      own axis order; --outputs also fetches inner values by node name. With --plot the probabilities of all \
      classes are drawn too, sorted and on a logarithmic axis, a panel for each of up to 24 pictures.

      Example: incept run digits_cnn Samples/*.png --top 3
      Example: incept run digits_cnn Samples/*.png --plot digits.svg
      Example: incept run digits_cnn --input input=digit.npy --output-dir out
      """)

  @OptionGroup var model: ModelOptions
  @Argument(help: "PNG or JPEG files.")
  var images: [String] = []
  @OptionGroup var device: DeviceOptions
  @OptionGroup var queue: QueueOptions

  @Option(help: "Classes listed per picture.")
  var top = Count(5)
  @Option(help: "Pictures that go through the network at once.")
  var batch = Count(1)
  @OptionGroup var picture: PictureOptions
  @OptionGroup var labels: LabelOptions
  @Option(
    help: ArgumentHelp(
      "Draw the probabilities of all classes too; the name ends in .png, .pdf or .svg.",
      valueName: "file"))
  var plot: String?
  @Option(help: "text, json or csv.")
  var format = TextJSONOrCSV.text

  @Option(
    help: ArgumentHelp(
      "An input's tensor, instead of pictures; at most 256 MiB.", valueName: "name=file.npy"))
  var input: [InputArgument] = []
  @Option(help: ArgumentHelp("Where results of --input are written.", valueName: "dir"))
  var outputDir: String?
  @Option(help: ArgumentHelp("Further values to fetch, by node name.", valueName: "name,…"))
  var outputs: String?

  func validate() throws {
    if input.isEmpty {
      guard !images.isEmpty else {
        throw ValidationError(
          "Expected IMAGE files, or --input NAME=FILE.npy with --output-dir DIR.")
      }
      guard outputDir == nil, outputs == nil else {
        throw ValidationError("--output-dir and --outputs go with --input.")
      }
    } else {
      guard images.isEmpty else {
        throw ValidationError("Expected IMAGE files or --input, not both.")
      }
      guard outputDir != nil else { throw ValidationError("--input needs --output-dir DIR.") }
      guard !picture.isGiven, labels.labels == nil, plot == nil else {
        throw ValidationError("--crop, --preprocess, --labels and --plot go with IMAGE files.")
      }
      guard Set(input.map(\.name)).count == input.count else {
        throw ValidationError("Expected each --input name once.")
      }
    }
  }

  func run() throws {
    let report = try ProgressLine.during { (line) throws(InceptError) in try self.report(line) }
    try format.write(text: report.text(), json: report.json(), csv: report.csv())
  }

  private func report(_ line: ProgressLine) throws(InceptError) -> RunReport {
    // What can't be drawn must show before a network is loaded.
    let file = try plot.map(PlotFile.init)
    try file?.check(pictures: images.count)
    let files = Dictionary(input.map { ($0.name, $0.file) }, uniquingKeysWith: { $1 })
    let session = try device.session(
      try model.load(line, for: files), line, queue: queue.queue)
    if let outputDir {
      let names = outputs?.split(separator: ",").map(String.init) ?? []
      return try session.run(files: files, outputs: names, to: outputDir)
    }
    var options = picture.options
    options.top = top.value
    options.batch = batch.value
    options.labels = try labels.names()
    options.plot = file
    return try session.classify(images, options: options)
  }
}
