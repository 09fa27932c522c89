import Foundation
import Profiling

extension Session {
  /// Measures latency and throughput, without profiling. A run goes from tensors in host memory to tensors in
  /// host memory; its input is made up.
  public func benchmark(
    _ measure: MeasureOptions = MeasureOptions()
  ) throws(InceptError) -> BenchReport {
    let executable = try executable(model.shapes(batch: measure.batch))
    let inputs = madeUpInputs(batch: measure.batch)
    func run() throws(InceptError) -> Double {
      let watch = Stopwatch()
      _ = try executable.run(inputs)
      return watch.milliseconds
    }
    report("running", 0, of: measure.runs)
    let first = try run()
    settle()
    for _ in 0..<measure.warmup { _ = try run() }
    var times: [Double] = []
    let all = Stopwatch()
    for number in 0..<measure.runs {
      times.append(try run())
      report("running", number + 1, of: measure.runs)
    }
    let seconds = all.milliseconds / 1e3
    let statistics = Statistics(times)
    let plan = executable.plan
    return BenchReport(
      model: model.reported, device: device.reported, accuracy: options.accuracy,
      precision: options.precision,
      batch: measure.batch, runs: measure.runs,
      latency: .init(
        min: statistics.minimum, median: statistics.median, p90: statistics.p90,
        p99: statistics.p99),
      throughput: seconds > 0 ? Double(measure.batch * measure.runs) / seconds : 0,
      load: model.loadMilliseconds, build: buildMilliseconds, tune: tuneMilliseconds, first: first,
      peakResidentBytes: ProcessUsage.peakBytes,
      memory: .init(
        weights: plan.weightsBytes, arena: plan.arenaBytes, largestBuffer: plan.largestBufferBytes))
  }
}
