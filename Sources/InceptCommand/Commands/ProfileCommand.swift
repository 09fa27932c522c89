import ArgumentParser
import Incept

/// `incept profile`
struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Time every layer with the device's events.",
    discussion: """
      Lists each kernel with its shortest, median and 90th percentile time, the delay before it, GFLOP/s, GB/s \
      and its share; then what profiling itself costs. Without an IMAGE the input is made up.

      Example: incept profile digits_cnn Samples/digit-3-a.png
      Example: incept profile inception_v3 --weights synthetic --top 10
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, csv }
  enum Order: String, ExpressibleByArgument, CaseIterable { case time, order }

  @OptionGroup var model: ModelOptions
  @Argument(help: "A PNG or JPEG file to run on.")
  var image: String?
  @OptionGroup var device: DeviceOptions
  @OptionGroup var queue: QueueOptions
  @OptionGroup var measure: MeasureArguments
  @Option(help: "table, json or csv.")
  var format = Format.table
  @Option(help: "Slowest layers first (time), or as they run (order).")
  var sort = Order.time
  @Option(help: "List only the first layers.")
  var top: Count?
  @Option(
    help: ArgumentHelp("The part of the picture to show to the network.", valueName: "x,y,w,h"))
  var crop: CropArgument?
  @Option(help: "How the picture is prepared.")
  var preprocess = PreprocessingArgument.auto
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard image != nil || (crop == nil && preprocess == .auto) else {
      throw ValidationError("--crop and --preprocess go with an IMAGE.")
    }
  }

  func run() throws {
    let report = try ProgressLine.during { (line) throws(InceptError) in
      let session = try device.session(try model.load(line), line, queue: queue.queue)
      return try session.profile(
        image: image, measure.options,
        options: ClassifyOptions(crop: crop?.crop, preprocessing: preprocess.rawValue))
    }
    let sorted = report.sorted(by: sort == .time ? .time : .order, first: top?.value)
    switch format {
    case .table: try Terminal.write(sorted.text(), to: output.output)
    case .json: try Terminal.write(sorted.json(), to: output.output)
    case .csv: try Terminal.write(sorted.csv(), to: output.output)
    }
  }
}
