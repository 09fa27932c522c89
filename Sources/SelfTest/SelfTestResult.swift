/// What a self-test found out about one family of kernels on a device.
public struct SelfTestResult: Codable, Sendable, Hashable {
  /// How a family did.
  public enum Verdict: String, Codable, Sendable, Hashable {
    /// Every result agrees with the reference.
    case agrees
    /// A result is wrong.
    case differs
    /// A kernel could not be built or run.
    case fails
    /// The driver ended the process.
    case crashes
    /// The driver did not come back in time.
    case hangs
    /// Plans for this device don't use these kernels.
    case unused
    /// It would take too long on this device, or its process could not be started.
    case skipped

    /// Whether there is something wrong.
    public var isFailure: Bool {
      switch self {
      case .agrees, .unused, .skipped: false
      case .differs, .fails, .crashes, .hangs: true
      }
    }
  }

  /// The family.
  public var family: String
  /// How it did.
  public var verdict: Verdict
  /// Number of problems that were solved, each by one algorithm.
  public var problems: Int
  /// The largest error, in parts of the tolerance; nil where nothing was compared.
  public var worst: Double?
  /// Thousand million operations per second in a larger problem; nil where it wasn't timed.
  public var gflops: Double?
  /// Thousand million bytes per second that a larger problem reads and writes; nil where it wasn't timed.
  public var gigabytesPerSecond: Double?
  /// Milliseconds that all took, compiling included.
  public var milliseconds: Double
  /// What is wrong; nil where nothing is.
  public var fault: Fault?

  enum CodingKeys: String, CodingKey {
    case family, verdict, problems
    case worst = "worst_error"
    case gflops
    case gigabytesPerSecond = "gbytes_per_s"
    case milliseconds = "time_ms"
    case fault
  }

  /// What is wrong.
  public struct Fault: Codable, Sendable, Hashable {
    /// The problem.
    public var problem: String
    /// The kernels that it launches: `FILE: ENTRY (VARIANT)`.
    public var kernels: [String]
    /// What happened, in one sentence, or an error with the compiler's log.
    public var message: String
    /// The first wrong element; nil where there are no results.
    public var element: Element?
    /// Whether the problem comes out right when the driver is told not to optimise (`-cl-opt-disable`); nil where
    /// that wasn't tried, or can't be.
    public var isRightUnoptimised: Bool?

    enum CodingKeys: String, CodingKey {
      case problem, kernels, message, element
      case isRightUnoptimised = "right_with_cl_opt_disable"
    }

    /// Describes a fault.
    public init(
      problem: String, kernels: [String] = [], message: String, element: Element? = nil,
      isRightUnoptimised: Bool? = nil
    ) {
      self.problem = problem
      self.kernels = kernels
      self.message = message
      self.element = element
      self.isRightUnoptimised = isRightUnoptimised
    }
  }

  /// A wrong element of a result.
  public struct Element: Codable, Sendable, Hashable {
    /// The result's name.
    public var output: String
    /// Position among all elements, the last axis running fastest.
    public var index: Int
    /// What it should be; nil for what JSON can't hold.
    public var expected: Double?
    /// What it is; nil for what JSON can't hold.
    public var found: Double?
    /// How many elements are wrong.
    public var wrong: Int
    /// How many there are.
    public var count: Int
  }

  /// Describes a result.
  public init(
    family: String, verdict: Verdict, problems: Int = 0, worst: Double? = nil,
    milliseconds: Double = 0, fault: Fault? = nil
  ) {
    self.family = family
    self.verdict = verdict
    self.problems = problems
    self.worst = worst
    self.milliseconds = milliseconds
    self.fault = fault
  }
}
