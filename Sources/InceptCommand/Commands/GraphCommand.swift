import ArgumentParser
import Incept

/// `incept graph`
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Print a network's op graph.",
    discussion: """
      Stages: imported as the file has it, optimised after all passes, plan as kernels and memory on a device. \
      An architecture needs no weights to be looked at.

      Pictures: svg for paper, html to look around in (modules open and close, search, colours), dot for Graphviz. \
      --profile colours them by time.

      Example: incept graph digits_cnn --stage optimised
      Example: incept graph inception_v3 --format html -o inception.html
      """)

  enum Stage: String, ExpressibleByArgument, CaseIterable { case imported, optimised, plan }
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, dot, svg, html }

  @OptionGroup var model: ModelOptions
  @OptionGroup var device: DeviceOptions
  @Option(help: "imported, optimised or plan.")
  var stage = Stage.imported
  @Option(help: "text, json, dot, svg or html.")
  var format = Format.text
  @Option(help: "Items per run.")
  var batch = Count(1)
  @Flag(help: "A line per module instead of one per operator (text).")
  var summary = false
  @Option(
    help: ArgumentHelp(
      "Colour a picture by the times of a profile, as `incept profile --format json` writes it.",
      valueName: "file"))
  var profile: String?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if summary, format != .text { throw ValidationError("--summary goes with --format text.") }
    if summary, stage == .plan {
      throw ValidationError("--summary goes with --stage imported or optimised.")
    }
    if profile != nil, !format.isPicture {
      throw ValidationError("--profile goes with --format svg, html or dot.")
    }
  }

  func run() throws {
    let text = try ProgressLine.during { (line) throws(InceptError) in try self.text(line) }
    try Terminal.write(text, to: output.output)
  }

  private func text(_ line: ProgressLine) throws(InceptError) -> String {
    line.show(ProgressStep(stage: "loading \(model.model)"))
    let model = try Model.structure(
      self.model.model, weights: self.model.weights, shapes: self.model.shapes)
    // Before anything that takes time.
    let times = try profile.map { (path) throws(InceptError) in try StoredProfile.read(path) }
    if stage == .plan {
      let plan = try PlanReport(
        model, for: Device.select(device.device), batch: batch.value, accuracy: device.accuracy,
        precision: device.precision, usesTuning: !device.ignoresTuning)
      if format.isPicture { return try text(of: plan.picture(of: model), model, times) }
      return format == .json ? try plan.json() : plan.text()
    }
    let stage: GraphStage = stage == .imported ? .imported : .optimised
    if format.isPicture {
      let picture = try GraphPicture.of(model, stage: stage, batch: batch.value)
      return try text(of: picture, model, times)
    }
    let report = try GraphReport.of(model, stage: stage, batch: batch.value)
    switch format {
    case .json: return try report.json()
    default: return summary ? report.summary() : report.text()
    }
  }

  private func text(
    of picture: GraphPicture, _ model: Model, _ times: StoredProfile?
  ) throws(InceptError) -> String {
    var picture = picture
    if let times { try picture.colour(by: times, from: profile ?? "--profile") }
    switch format {
    case .svg: return picture.svg()
    case .dot: return picture.dot()
    default:
      picture.addWeightStatistics(of: model)
      return picture.html()
    }
  }
}

extension GraphCommand.Format {
  /// Whether it is a picture rather than a list.
  fileprivate var isPicture: Bool { self == .svg || self == .html || self == .dot }
}
