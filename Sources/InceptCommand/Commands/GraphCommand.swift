import ArgumentParser
import Incept

/// `incept graph`
struct GraphCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Print a network's op graph.",
    discussion: """
      Stages: imported as the file has it, optimised after all passes, plan as kernels and memory on a device. \
      An architecture needs no weights to be looked at.

      Example: incept graph digits_cnn --stage optimised
      Example: incept graph inception_v3 --format dot -o inception.dot
      """)

  enum Stage: String, ExpressibleByArgument, CaseIterable { case imported, optimised, plan }
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, dot }

  @OptionGroup var model: ModelOptions
  @OptionGroup var device: DeviceOptions
  @Option(help: "imported, optimised or plan.")
  var stage = Stage.imported
  @Option(help: "text, json or dot.")
  var format = Format.text
  @Option(help: "Items per run.")
  var batch = Count(1)
  @Flag(help: "A line per module instead of one per operator (text).")
  var summary = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
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
    try Terminal.write(text, to: output.output)
  }

  private func text(_ line: ProgressLine) throws(InceptError) -> String {
    let model = try model.structure(line)
    if stage == .plan {
      let plan = try PlanReport(
        model, for: Device.select(device.device), batch: batch.value, accuracy: device.accuracy,
        precision: device.precision, usesTuning: !device.ignoresTuning,
        memoryLimit: device.memoryLimit?.value)
      return format == .json ? try plan.json() : plan.text()
    }
    let report = try GraphReport.of(
      model, stage: stage == .imported ? .imported : .optimised, batch: batch.value)
    switch format {
    case .text: return summary ? report.summary() : report.text()
    case .json: return try report.json()
    case .dot: return report.dot()
    }
  }
}
