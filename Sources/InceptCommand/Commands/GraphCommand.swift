import ArgumentParser
import Incept

/// `incept graph`
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Print a network's op graph.",
    discussion: """
      Stages: imported as the file has it, optimised after all passes, plan as kernels and memory on a device. \
      An architecture needs no weights to be looked at. On a terminal, text fits its width; files and pipes get whole \
      names. docs/graph.md tells more.

      Example: incept graph digits_cnn --stage optimised
      Example: incept graph inception_v3 --filter Mixed_5b --verbose
      Example: incept graph inception_v3 --after fold-batch-norm
      Example: incept graph inception_v3 --after list
      Example: incept graph inception_v3 --format tensorboard -o logs
      Example: incept graph inception_v3 --format dot -o inception.dot
      """)

  enum Stage: String, ExpressibleByArgument, CaseIterable { case imported, optimised, plan }
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, json, dot, tensorboard, netron
  }

  @OptionGroup var model: ModelOptions
  @OptionGroup var device: DeviceOptions
  @Option(help: "imported, optimised or plan.")
  var stage = Stage.imported
  @Option(
    help: """
      text, json, dot (for Graphviz), tensorboard (an event file in the folder that -o names) or netron (metrics of \
      an ONNX model that Netron shows when it is opened after the model).
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
      "Times to show with the graph: what `incept profile --format json` wrote (tensorboard, netron).",
      valueName: "file"))
  var profile: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if !filter.isEmpty, ![.text, .json].contains(format) || summary {
      throw ValidationError("--filter goes with --format text or json, without --summary.")
    }
    if filter.contains("") { throw ValidationError("--filter takes part of a name.") }
    if after != nil, stage == .plan || format == .netron {
      throw ValidationError("--after goes with the graph itself, not with a plan or netron.")
    }
    if after == "list", ![.text, .json].contains(format) || !filter.isEmpty {
      throw ValidationError("--after list goes with --format text or json.")
    }
    if verbose, format != .text || summary {
      throw ValidationError("--verbose goes with --format text, without --summary.")
    }
    if profile != nil, ![.tensorboard, .netron].contains(format) {
      throw ValidationError("--profile goes with --format tensorboard or netron.")
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
    if stage == .plan, format == .dot {
      throw ValidationError("--format dot goes with --stage imported or optimised.")
    }
  }

  func run() throws {
    let text = try ProgressLine.during { (line) throws(InceptError) in try self.text(line) }
    if let text { try Terminal.write(text, to: output.output) }
  }

  /// What is written, with lines for the terminal where it goes to one; nil where files are written already.
  private func text(_ line: ProgressLine) throws(InceptError) -> String? {
    let model = try model.structure(line)
    let width = output.output == nil ? Terminal.width : nil
    if after == "list" {
      let passes = try PassesReport(model, batch: batch.value)
      return format == .json ? try passes.json() : passes.text(width: width)
    }
    switch format {
    case .tensorboard:
      try model.writeTensorBoard(
        to: output.output ?? "", stage: reported, after: after, batch: batch.value,
        profile: try times())
      return nil
    case .netron:
      return try model.netronAttachment(batch: batch.value, profile: try times())
    case .text, .json, .dot: break
    }
    let picked = filter.isEmpty ? nil : GraphFilter(filter)
    if stage == .plan {
      var plan = try PlanReport(
        model, for: Device.select(device.device), batch: batch.value, accuracy: device.accuracy,
        precision: device.precision, usesTuning: !device.ignoresTuning,
        memoryLimit: device.memoryLimit?.value)
      if let picked { plan = try plan.filtered(by: picked) }
      return format == .json ? try plan.json() : plan.text(width: width, isVerbose: verbose)
    }
    var report: GraphReport
    if let after {
      report = try GraphReport.of(model, after: after, batch: batch.value)
    } else {
      report = try GraphReport.of(model, stage: reported, batch: batch.value)
    }
    if let picked { report = try report.filtered(by: picked) }
    switch format {
    case .json: return try report.json()
    case .dot: return report.dot()
    default:
      return summary ? report.summary() : report.text(width: width, isVerbose: verbose)
    }
  }

  private var reported: GraphStage { stage == .imported ? .imported : .optimised }

  private func times() throws(InceptError) -> ProfileTimes? {
    guard let profile else { return nil }
    return try ProfileTimes(path: profile)
  }
}
