import Profiling

/// How fast a network is.
public struct BenchReport: Report {
  /// `incept.bench/1`
  public private(set) var schema = "incept.bench/1"
  /// The model.
  public var model: ReportedModel
  /// The device.
  public var device: ReportedDevice
  /// How much rounding error was allowed.
  public var accuracy: Accuracy
  /// What activations and weights were stored as.
  public var precision: Precision
  /// Items per run.
  public var batch: Int
  /// Measured runs.
  public var runs: Int
  /// Time of a run, from tensors in host memory to tensors in host memory.
  public var latency: Latency
  /// Items per second.
  public var throughput: Double
  /// Milliseconds for reading model and weights.
  public var load: Double
  /// Milliseconds for passes, planning, building kernels and uploading weights.
  public var build: Double
  /// Milliseconds for choosing kernel variants by measurement.
  public var tune: Double
  /// Milliseconds of the first run.
  public var first: Double
  /// The most memory that the process has had, in bytes.
  public var peakResidentBytes: Int
  /// Memory on the device.
  public var memory: Memory

  enum CodingKeys: String, CodingKey {
    case schema, model, device, accuracy, precision, batch, runs
    case latency = "latency_ms"
    case throughput = "throughput_per_s"
    case load = "load_ms"
    case build = "build_ms"
    case tune = "tune_ms"
    case first = "first_ms"
    case peakResidentBytes = "peak_rss_bytes"
    case memory
  }

  /// Milliseconds of a run.
  public struct Latency: Codable, Sendable, Hashable {
    /// The fastest.
    public var min: Double
    /// The middle one.
    public var median: Double
    /// Nine of ten are not slower.
    public var p90: Double
    /// 99 of 100 are not slower.
    public var p99: Double
  }

  /// Bytes on the device.
  public struct Memory: Codable, Sendable, Hashable {
    /// All constants.
    public var weights: Int
    /// The arena of all other values.
    public var arena: Int
    /// The largest single buffer.
    public var largestBuffer: Int

    enum CodingKeys: String, CodingKey {
      case weights = "weights_bytes"
      case arena = "arena_bytes"
      case largestBuffer = "largest_buffer_bytes"
    }
  }
}

extension BenchReport {
  /// The report for people.
  public func text() -> String {
    func ms(_ value: Double) -> String { NumberText.fixed(value, 3) + " ms" }
    var table = TextTable([("", .left), ("", .left)])
    table.add(["model", model.line])
    table.add(["device", device.line])
    table.add(["accuracy", accuracy.rawValue + precision.remark])
    table.add(["measured", "\(NumberText.of(runs, "run")) of batch \(batch)"])
    table.add([
      "latency",
      "min \(ms(latency.min)), median \(ms(latency.median)), p90 \(ms(latency.p90)), "
        + "p99 \(ms(latency.p99))",
    ])
    table.add(["throughput", NumberText.fixed(throughput, 2) + " items per second"])
    table.add([
      "start", "load \(ms(load)), build \(ms(build)), tune \(ms(tune)), first run \(ms(first))",
    ])
    table.add([
      "memory",
      "weights \(NumberText.bytes(memory.weights)), arena \(NumberText.bytes(memory.arena)), "
        + "largest buffer \(NumberText.bytes(memory.largestBuffer)), "
        + "process \(NumberText.bytes(peakResidentBytes))",
    ])
    return table.text()
  }
}
