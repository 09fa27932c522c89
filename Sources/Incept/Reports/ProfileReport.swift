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
  /// Every kernel launch, in the order of execution.
  public var layers: [Layer]
  /// The whole network.
  public var total: Total

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

    enum CodingKeys: String, CodingKey {
      case name, sources, op, variant, input, output, macs, bytes
      case time = "time_us"
      case queue = "queue_us"
      case gflops
      case gigabytesPerSecond = "gbytes_per_s"
      case share, clock, flaw
      case errorGrowth = "error_growth"
      case executedMacs = "executed_macs"
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

  /// Medians over all runs, in milliseconds.
  public struct Total: Codable, Sendable, Hashable {
    /// The sum of all kernels.
    public var kernel: Double
    /// The time between the first kernel's start and the last one's end in which no kernel ran.
    public var gap: Double
    /// A profiled run by the host's clock.
    public var wall: Double
    /// The same run without profiling.
    public var unprofiledWall: Double

    enum CodingKeys: String, CodingKey {
      case kernel = "kernel_ms"
      case gap = "gap_ms"
      case wall = "wall_ms"
      case unprofiledWall = "unprofiled_wall_ms"
    }
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
    if order == .time { copy.layers.sort { $0.time.median > $1.time.median } }
    if let count { copy.layers = Array(copy.layers.prefix(count)) }
    return copy
  }
}
