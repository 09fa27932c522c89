/// The least time that a device needs for a kernel, from what the kernel computes and moves and from what the device
/// reaches at best.
///
/// A kernel's time is at least the longest of: its operations at the peak rate; the bytes that come from each level of
/// memory at that level's bandwidth; one launch. Which level bytes come from follows from sizes alone: a kernel's own
/// inputs and results come from the first level that holds all that the kernel touches, as the kernel before has just
/// written them; weights from the first level that holds all that the network touches in a run, as they were last read
/// one run ago. What one level moves passes through all levels nearer to the processor.
public struct RooflineModel: Sendable {
  /// What bounds a kernel.
  public enum Bound: Hashable, Sendable {
    /// The rate of arithmetic.
    case arithmetic
    /// The bandwidth of a level of memory, by the level's name.
    case bandwidth(String)
    /// The time from one launch to the next.
    case launch

    /// `arithmetic`, the level's name, or `launch`.
    public var name: String {
      switch self {
      case .arithmetic: "arithmetic"
      case .bandwidth(let level): level
      case .launch: "launch"
      }
    }
  }

  /// What one launch of a kernel does.
  public struct Work: Hashable, Sendable {
    /// Floating-point operations of the algorithm that is used; a multiply-add is two.
    public var operations: Double
    /// Bytes of constants that it reads.
    public var weightBytes: Int
    /// Bytes of values that it reads and writes.
    public var activationBytes: Int
    /// The type that it computes in.
    public var arithmetic: Arithmetic

    /// Describes a launch.
    public init(
      operations: Double, weightBytes: Int, activationBytes: Int, arithmetic: Arithmetic = .float
    ) {
      self.operations = operations
      self.weightBytes = weightBytes
      self.activationBytes = activationBytes
      self.arithmetic = arithmetic
    }

    /// Bytes moved.
    public var bytes: Int { weightBytes + activationBytes }

    /// Operations per byte moved; 0 where nothing is moved.
    public var intensity: Double { bytes > 0 ? operations / Double(bytes) : 0 }
  }

  /// A type of arithmetic.
  public enum Arithmetic: String, Hashable, Sendable {
    /// 16 bits.
    case half
    /// 32 bits.
    case float
    /// 64 bits.
    case double
  }

  /// The least time for a launch, and why it can't be less.
  public struct Limit: Hashable, Sendable {
    /// What bounds the launch.
    public let bound: Bound
    /// Microseconds.
    public let microseconds: Double
    /// Microseconds that arithmetic alone takes.
    public let arithmetic: Double
    /// Microseconds that the slowest level of memory alone takes.
    public let memory: Double
    /// That level's name; nil where nothing is moved.
    public let level: String?
  }

  /// What the device reaches.
  public let peaks: DevicePeaks
  /// Bytes that one run of the network touches: weights and arena.
  public let networkBytes: Int

  /// A model of a device that runs a network over and over.
  public init(_ peaks: DevicePeaks, networkBytes: Int) {
    self.peaks = peaks
    self.networkBytes = networkBytes
  }

  /// The least time for a launch.
  public func limit(_ work: Work) -> Limit {
    let rate = peaks.rate(work.arithmetic)
    let arithmetic = rate > 0 ? work.operations / rate / 1e3 : 0
    var memory = (time: 0.0, level: String?.none)
    let home = (weights: level(holding: networkBytes), values: level(holding: work.bytes))
    for (number, level) in peaks.memory.enumerated() where level.gigabytesPerSecond > 0 {
      // Levels nearer than where bytes live pass them on: all bytes go through the first, few reach the last.
      let bytes =
        (number <= home.weights ? work.weightBytes : 0)
        + (number <= home.values ? work.activationBytes : 0)
      let time = Double(bytes) / level.gigabytesPerSecond / 1e3
      if bytes > 0, time > memory.time { memory = (time, level.name) }
    }
    let longest = max(arithmetic, memory.time)
    let bound: Bound =
      if peaks.launch > longest {
        .launch
      } else if memory.time > arithmetic, let level = memory.level {
        .bandwidth(level)
      } else {
        .arithmetic
      }
    return Limit(
      bound: bound, microseconds: max(longest, peaks.launch), arithmetic: arithmetic,
      memory: memory.time, level: memory.level)
  }

  /// Position of the nearest level that holds so many bytes.
  private func level(holding bytes: Int) -> Int {
    peaks.memory.firstIndex { $0.capacity.map { $0 >= bytes } ?? true }
      ?? max(0, peaks.memory.count - 1)
  }
}

extension DevicePeaks {
  /// The peak rate of a type of arithmetic in thousand million operations per second: that of float where the type's own
  /// was not measured.
  public func rate(_ arithmetic: RooflineModel.Arithmetic) -> Double {
    switch arithmetic {
    case .half: halfGflops ?? gflops
    case .float: gflops
    case .double: doubleGflops ?? gflops
    }
  }
}
