import ArgumentParser
import Incept

/// `incept profile`
struct ProfileCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "Time every layer with the device's events.",
    discussion: """
      Lists each kernel with its shortest, median and 90th percentile time, the delay before it, GFLOP/s (in brackets \
      those that an algorithm executes which saves multiplications), GB/s, what bounds it, and its share; then what \
      profiling itself costs, memory, and what would help the slowest layers. Without an IMAGE the input is made up.

      MODEL may also be a profile that --format json wrote: it is shown in another form, or compared (--against).

      Example: incept profile digits_cnn Samples/digit-3-a.png
      Example: incept profile inception_v3 --weights synthetic --top 10
      Example: incept profile inception_v3 --weights synthetic --format html -o inception.html
      Example: incept profile inception_v3 --weights synthetic --format json -o before.json
      Example: incept profile before.json --format trace -o before.trace.json
      Example: incept profile inception_v3 --weights synthetic --against before.json
      Example: incept profile inception_v3 --dry-run
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable { case table, json, csv, trace, html }
  enum Order: String, ExpressibleByArgument, CaseIterable { case time, order }

  @OptionGroup var model: ModelOptions
  @Argument(help: "A PNG or JPEG file to run on.")
  var image: String?
  @OptionGroup var device: DeviceOptions
  @OptionGroup var queue: QueueOptions
  @OptionGroup var measure: MeasureArguments
  @Option(
    help:
      "table, json, csv, trace (for Perfetto and chrome://tracing), or html (one page with charts)."
  )
  var format = Format.table
  @Option(help: "Slowest layers first (time), or as they run (order).")
  var sort = Order.time
  @Option(help: "List only the first layers; with --dry-run the first that run.")
  var top: Count?
  @Flag(help: "A line per module instead of one per kernel (table).")
  var group = false
  @Flag(
    help:
      "Measure what the device reaches at best first, where that is not known yet (html always does)."
  )
  var roofline = false
  @Option(
    help: ArgumentHelp(
      "An earlier profile as JSON: tells what became faster or slower since, beyond the noise.",
      valueName: "file"))
  var against: String?
  @Option(
    help: ArgumentHelp(
      "With --against: exit code 1 where the run, or a layer with a percent of it, is slower by more.",
      valueName: "percent"))
  var failAbove: Percentage?
  @Flag(help: "With --against: list layers that did not change too.")
  var all = false
  @Flag(help: "Plan only, and tell how much memory a run needs, layer by layer (table or json).")
  var dryRun = false
  @OptionGroup var picture: PictureOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard image != nil || !picture.isGiven else {
      throw ValidationError("--crop and --preprocess go with an IMAGE.")
    }
    guard !group || format == .table else {
      throw ValidationError("--group goes with --format table.")
    }
    guard against != nil || (failAbove == nil && !all) else {
      throw ValidationError("--fail-above and --all go with --against.")
    }
    guard against == nil || (format != .trace && format != .html && !group && top == nil) else {
      throw ValidationError("--against goes with --format table, json or csv.")
    }
    guard !dryRun || (against == nil && !group && (format == .table || format == .json)) else {
      throw ValidationError("--dry-run goes with --format table or json.")
    }
  }

  func run() throws {
    if dryRun {
      let report = try ProgressLine.during { (line) throws(InceptError) in
        try device.session(try model.structure(line), line, queue: queue.queue)
          .plannedMemory(batch: measure.batch.value)
      }
      var listed = report
      if let top { listed.layers = Array(report.layers.prefix(top.value)) }
      return try Terminal.write(
        format == .json ? listed.json() : report.text(first: top?.value), to: output.output)
    }
    let before = try against.map { (path) throws(InceptError) in try ProfileReport.read(path) }
    let (report, network) = try measured()
    if let before { return try compare(report, before) }
    let sorted = report.sorted(by: sort == .time ? .time : .order, first: top?.value)
    let text =
      switch format {
      case .table:
        group
          ? report.groupedText() : sorted.text(width: output.output == nil ? Terminal.width : nil)
      case .json: try sorted.json()
      case .csv: sorted.csv()
      case .trace: report.trace()
      case .html: try report.html(of: network)
      }
    try Terminal.write(text, to: output.output)
  }

  /// The profile that MODEL is, or one of it that is made now.
  private func measured() throws(InceptError) -> (ProfileReport, Model?) {
    if ProfileReport.isProfile(model.model) {
      return (try ProfileReport.read(model.model), nil)
    }
    return try ProgressLine.during { (line) throws(InceptError) in
      let session = try device.session(try model.load(line), line, queue: queue.queue)
      var peaks = session.device.peaks()
      if peaks?.isDisturbed ?? true, roofline || format == .html {
        peaks = try session.device.measurePeaks(progress: line.handler)
      }
      let report = try session.profile(
        image: image, measure.options, peaks: peaks, options: picture.options)
      return (report, session.model)
    }
  }

  private func compare(_ report: ProfileReport, _ before: ProfileReport) throws(InceptError) {
    let difference = ProfileDifference(report, against: before)
    let text =
      switch format {
      case .json: try difference.json()
      case .csv: difference.csv()
      default: difference.text(showsAll: all)
      }
    try Terminal.write(text, to: output.output)
    guard let failAbove else { return }
    let regressions = difference.regressions(above: failAbove.value)
    guard !regressions.isEmpty else { return }
    let named = regressions.prefix(5).joined(separator: ", ")
    let more = regressions.count > 5 ? " and \(regressions.count - 5) more" : ""
    Terminal.warn("incept: slower by more than \(failAbove.text) %: \(named)\(more)\n")
    Terminal.exitAfterDisagreement()
  }
}

/// A part of a hundred, 0 or more.
struct Percentage: ExpressibleByArgument {
  let value: Double
  let text: String

  init?(argument: String) {
    let digits = argument.hasSuffix("%") ? String(argument.dropLast()) : argument
    guard let value = Double(digits), value.isFinite, value >= 0 else { return nil }
    (self.value, text) = (value, digits)
  }
}
