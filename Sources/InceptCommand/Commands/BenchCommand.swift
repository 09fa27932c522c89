import ArgumentParser
import Incept

/// `incept bench`
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure latency and throughput, without profiling.",
    discussion: """
      A run goes from tensors in host memory to tensors in host memory; the input is made up.

      Example: incept bench digits_cnn --runs 100
      Example: incept bench inception_v3 --weights synthetic --format json
      """)

  @OptionGroup var model: ModelOptions
  @OptionGroup var device: DeviceOptions
  @Option(help: "Measured runs.")
  var runs = Count(20)
  @Option(help: "Runs before the measured ones.")
  var warmup = CountOrNone(3)
  @Option(help: "Items per run.")
  var batch = Count(1)
  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let report = try ProgressLine.during { (line) throws(InceptError) in
      let session = try device.session(try model.load(line), line)
      return try session.benchmark(
        MeasureOptions(runs: runs.value, warmup: warmup.value, batch: batch.value))
    }
    try Terminal.write(format == .json ? try report.json() : report.text())
  }
}
