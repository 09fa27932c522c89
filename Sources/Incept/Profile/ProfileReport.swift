/// Where a network's time goes.
public struct ProfileReport: Report {
  /// `incept.profile/1`
  public private(set) var schema = "incept.profile/1"
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
  /// Every kernel launch; ``Layer/index`` tells the order of execution.
  public var layers: [Layer]
  /// The whole network.
  public var total: Total
  /// What the network has in the device's memory, and when.
  public var memory: PlannedMemory?
  /// What the device reaches at best; nil where that has not been measured.
  public var peaks: DevicePeaks?
  /// The host's side of the run that the layers' timelines are of.
  public var timeline: HostTimeline?

  enum CodingKeys: String, CodingKey {
    case schema, model, device, accuracy, precision, batch, runs, layers, total, memory, peaks
    case timeline
  }

  /// One kernel launch.
  public struct Layer: Codable, Sendable, Hashable {
    /// The node; of its second and later kernels, `NODE/STEP`.
    public var name: String
    /// The imported nodes that it computes.
    public var sources: [String]
    /// The operator.
    public var op: String
    /// Which of the operator's kernels, and so which algorithm.
    public var variant: String
    /// Estimate of the algorithm's rounding error next to that of direct summation, as a factor; see `WinogradTransform`.
    public var errorGrowth: Double
    /// Shapes of the inputs that are no weights.
    public var input: [[Int]]
    /// Shape of the result.
    public var output: [Int]
    /// Multiply-adds.
    public var macs: Int
    /// Multiply-adds of the algorithm that computes it, fewer where that is Winograd's; an operation of its transforms
    /// counts as one.
    public var executedMacs: Int
    /// Bytes read and written when everything is read or written once.
    public var bytes: Int
    /// Microseconds from start to end.
    public var time: Time
    /// Median microseconds for which the launch was queued and the device, though done with the launch before,
    /// had not started it.
    public var queue: Double
    /// Thousand million floating-point operations per second, at the median; a multiply-add is two.
    public var gflops: Double
    /// ``bytes`` per nanosecond, at the median.
    public var gigabytesPerSecond: Double
    /// The launch's part of the sum of all medians, 0 to 1.
    public var share: Double
    /// What the times are: `event` for the device's time stamps, `host` where those were useless and the host
    /// timed the launch by itself.
    public var clock: String
    /// What was wrong with the device's time stamps: `missing`, `zero`, `reversed`, `absurd`; nil where nothing.
    public var flaw: String?
    /// What was wrong with the stamps of waiting, so that ``queue`` can't be trusted: the same words; nil where nothing.
    public var queueFlaw: String?
    /// Position in the order of execution, from 0.
    public var index: Int
    /// How far the shortest time of another profile of the same may be from this one's, in microseconds.
    public var noise: Double
    /// What the algorithm that computes it executes, in thousand million operations per second at the median.
    public var executedGflops: Double
    /// Bytes of constants in the form that the kernel reads.
    public var weightsBytes: Int
    /// Bytes of values that the kernel reads and writes.
    public var activationBytes: Int
    /// What bounds it; nil where the device's peaks have not been measured.
    public var roofline: Roofline?
    /// When it was enqueued, started and ended in one of the runs, the shortest.
    public var timeline: Timeline?

    enum CodingKeys: String, CodingKey {
      case name, sources, op, variant, input, output, macs, bytes
      case time = "time_us"
      case queue = "queue_us"
      case gflops
      case gigabytesPerSecond = "gbytes_per_s"
      case share, clock, flaw
      case errorGrowth = "error_growth"
      case executedMacs = "executed_macs"
      case queueFlaw = "queue_flaw"
      case index
      case noise = "noise_us"
      case executedGflops = "executed_gflops"
      case weightsBytes = "weights_bytes"
      case activationBytes = "activation_bytes"
      case roofline, timeline
    }
  }

  /// Microseconds of a launch over all runs.
  public struct Time: Codable, Sendable, Hashable {
    /// The shortest.
    public var min: Double
    /// The middle one.
    public var median: Double
    /// Nine of ten are not longer.
    public var p90: Double
  }

  /// In which order layers are listed.
  public enum Order: String, Sendable, CaseIterable {
    /// The slowest first.
    case time
    /// As they run.
    case order
  }

  /// The report with the layers in the given order, cut to the first `count`.
  public func sorted(by order: Order, first count: Int? = nil) -> ProfileReport {
    var copy = self
    switch order {
    case .time: copy.layers.sort { ($0.time.median, $1.index) > ($1.time.median, $0.index) }
    case .order: copy.layers.sort { $0.index < $1.index }
    }
    if let count { copy.layers = Array(copy.layers.prefix(count)) }
    return copy
  }
}
