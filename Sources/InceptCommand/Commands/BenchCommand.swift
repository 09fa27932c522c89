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
  @OptionGroup var queue: QueueOptions
  @OptionGroup var measure: MeasureArguments
  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let report = try ProgressLine.during { (line) throws(InceptError) in
      let session = try device.session(try model.load(line), line, queue: queue.queue)
      return try session.benchmark(
        measure.options)
    }
    try Terminal.write(format == .json ? try report.json() : report.text())
  }
}
