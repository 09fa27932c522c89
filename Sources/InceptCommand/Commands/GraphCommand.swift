import ArgumentParser
import Incept

/// `incept graph`
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Print or draw a network's op graph.",
    discussion: """
      Stages: imported as the file has it, optimised after all passes, plan as kernels and memory on a device. \
      An architecture needs no weights to be looked at. On a terminal, text fits its width; files and pipes get whole \
      names. docs/graph.md tells more.

      Pictures: svg for paper, html to look around in (modules open and close, search, colours), dot for Graphviz. \
      --profile colours them by time.

      Example: incept graph digits_cnn --stage optimised
      Example: incept graph inception_v3 --filter Mixed_5b --verbose
      Example: incept graph inception_v3 --after fold-batch-norm
      Example: incept graph inception_v3 --after list
      Example: incept graph inception_v3 --format html -o inception.html
      Example: incept graph inception_v3 --format tensorboard -o logs
      Example: incept graph inception_v3 --format dot -o inception.dot
      """)

  enum Stage: String, ExpressibleByArgument, CaseIterable { case imported, optimised, plan }
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, dot, svg, html, tensorboard, netron

    /// Whether it is a picture rather than a list.
    var isPicture: Bool { self == .svg || self == .html || self == .dot }
    /// Whether it lists operators.
    var isList: Bool { self == .text || self == .json }
  }

  @OptionGroup var model: ModelOptions
  @OptionGroup var device: DeviceOptions
  @Option(help: "imported, optimised or plan.")
  var stage = Stage.imported
  @Option(
    help: """
      text, json, dot (for Graphviz), svg, html, tensorboard (an event file in the folder that -o names) or netron \
      (metrics of an ONNX model that Netron shows when it is opened after the model).
      """)
  var format = Format.text
  @Option(help: "Items per run.")
  var batch = Count(1)
  @Flag(help: "A line per module instead of one per operator (text).")
  var summary = false
  @Option(
    help: ArgumentHelp(
      "Only operators whose name, module or kind this is a part of; * and ? stand for other characters. May be repeated.",
      valueName: "name|op"))
  var filter: [String] = []
  @Option(
    help: ArgumentHelp(
      "The graph after this pass (or the beginning of its name) and those before it; `list` lists them.",
      valueName: "pass"))
  var after: String?
  @Flag(
    help:
      "Also attributes, constants, types and sources, what --after changed, and of plans the variants that were not chosen (text)."
  )
  var verbose = false
  @Option(
    help: ArgumentHelp(
      "Times to show with the graph, or to colour a picture by: what `incept profile --format json` wrote.",
      valueName: "file"))
  var profile: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if !filter.isEmpty, !format.isList || summary {
      throw ValidationError("--filter goes with --format text or json, without --summary.")
    }
    if filter.contains("") { throw ValidationError("--filter takes part of a name.") }
    if after != nil, stage == .plan || format == .netron {
      throw ValidationError("--after goes with the graph itself, not with a plan or netron.")
    }
    if after == "list", !format.isList || !filter.isEmpty {
      throw ValidationError("--after list goes with --format text or json.")
    }
    if verbose, format != .text || summary {
      throw ValidationError("--verbose goes with --format text, without --summary.")
    }
    if profile != nil, format.isList {
      throw ValidationError("--profile goes with --format svg, html, dot, tensorboard or netron.")
    }
    if format == .tensorboard, output.output == nil || stage == .plan {
      throw ValidationError(
        "--format tensorboard goes with -o FOLDER and --stage imported or optimised.")
    }
    if format == .netron, stage != .imported {
      throw ValidationError("--format netron goes with --stage imported: Netron shows the file.")
    }
    if summary, format != .text { throw ValidationError("--summary goes with --format text.") }
    if summary, stage == .plan {
      throw ValidationError("--summary goes with --stage imported or optimised.")
    }
  }

  func run() throws {
    let text = try ProgressLine.during { (line) throws(InceptError) in try self.text(line) }
    if let text { try Terminal.write(text, to: output.output) }
  }

  /// What is written, with lines for the terminal where it goes to one; nil where files are written already.
  private func text(_ line: ProgressLine) throws(InceptError) -> String? {
    let model = try model.structure(line)
    // Before anything that takes time.
    let times = try profile.map { (path) throws(InceptError) in try StoredProfile.read(path) }
    if after == "list" {
      let passes = try PassesReport(model, batch: batch.value)
      return format == .json ? try passes.json() : passes.text(width: width)
    }
    switch format {
    case .tensorboard:
      try model.writeTensorBoard(
        to: output.output ?? "", stage: reported, after: after, batch: batch.value, profile: times)
      return nil
    case .netron: return try model.netronAttachment(batch: batch.value, profile: times)
    case .svg, .html, .dot: return try picture(model, times)
    case .text, .json: return stage == .plan ? try planned(model) : try listed(model)
    }
  }

  private func listed(_ model: Model) throws(InceptError) -> String {
    var report =
      if let after {
        try GraphReport.of(model, after: after, batch: batch.value)
      } else {
        try GraphReport.of(model, stage: reported, batch: batch.value)
      }
    if let picked { report = try report.filtered(by: picked) }
    if format == .json { return try report.json() }
    return summary ? report.summary() : report.text(width: width, isVerbose: verbose)
  }

  private func planned(_ model: Model) throws(InceptError) -> String {
    var plan = try plan(model)
    if let picked { plan = try plan.filtered(by: picked) }
    return format == .json ? try plan.json() : plan.text(width: width, isVerbose: verbose)
  }

  private func picture(_ model: Model, _ times: StoredProfile?) throws(InceptError) -> String {
    var picture =
      if stage == .plan {
        try plan(model).picture(of: model)
      } else {
        try GraphPicture.of(model, stage: reported, after: after, batch: batch.value)
      }
    if let times { try picture.colour(by: times, from: profile ?? "--profile") }
    switch format {
    case .svg: return picture.svg()
    case .dot: return picture.dot()
    default:
      picture.addWeightStatistics(of: model)
      return picture.html()
    }
  }

  private func plan(_ model: Model) throws(InceptError) -> PlanReport {
    try PlanReport(
      model, for: Device.select(device.device), batch: batch.value, accuracy: device.accuracy,
      precision: device.precision, usesTuning: !device.ignoresTuning,
      memoryLimit: device.memoryLimit?.value)
  }

  private var width: Int? { output.output == nil ? Terminal.width : nil }

  private var picked: GraphFilter? { filter.isEmpty ? nil : GraphFilter(filter) }

  private var reported: GraphStage { stage == .imported ? .imported : .optimised }
}
