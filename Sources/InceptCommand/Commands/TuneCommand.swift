import ArgumentParser
import Incept

/// `incept tune`
struct TuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune", abstract: "Time kernel variants on this device and keep the best.",
    discussion: """
      Whole networks are run with a variant in place of the default one, in turns with the defaults. Results go to \
      the cache folder (INCEPT_CACHE_DIR) and are used by every later command. Ctrl-C keeps what is done; the same \
      command again goes on from there.

      Example: incept tune digits_cnn --budget 20
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var device: DeviceOptions
  @Option(help: ArgumentHelp("About how long it may take.", valueName: "seconds"))
  var budget = Seconds(180)
  @Option(help: "Items per run.")
  var batch = Count(1)
  @Flag(help: "Forget earlier results for this device and accuracy.")
  var restart = false
  @Option(
    help: ArgumentHelp(
      "Also add the choices to a table for devices of this kind.", valueName: "file"))
  var export: String?
  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let interrupts = Interrupts(
      message: "stopping after this measurement; Ctrl-C again stops at once")
    let report = try ProgressLine.during { (line) throws(InceptError) in
      let session = try device.session(try model.load(line), line)
      let report = try session.tune(
        TuneOptions(
          budget: budget.value, batch: batch.value, restarts: restart,
          isStopped: { interrupts.count > 0 }))
      if let export { try session.exportTuning(report, to: export) }
      return report
    }
    try Terminal.write(format == .json ? try report.json() : report.text())
  }
}

/// A time in seconds, above 0.
struct Seconds: ExpressibleByArgument {
  let value: Double

  init(_ value: Double) { self.value = value }

  init?(argument: String) {
    guard let value = Double(argument), value > 0, value <= Double(Count.limit) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { value == value.rounded() ? "\(Int(value))" : "\(value)" }
}
