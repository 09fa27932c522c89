/// What a device reaches at best, as measured on the device itself: the roof of the roofline model (Williams, Waterman
/// and Patterson, "Roofline: an insightful visual performance model for multicore architectures", 2009).
public struct DevicePeaks: Codable, Sendable, Hashable {
  /// float32 arithmetic in thousand million operations per second; a multiply-add is two.
  public var gflops: Double
  /// The same in `half`; nil where the device can't.
  public var halfGflops: Double?
  /// The same in `double`; nil where the device can't.
  public var doubleGflops: Double?
  /// Memory by level, the nearest to the processor first, the device's own memory last; only levels that differ
  /// measurably.
  public var memory: [MemoryLevel]
  /// Microseconds from one launch of an empty kernel to the next when many are enqueued: no launch takes less.
  public var launch: Double
  /// Of a CPU, the part of its processors that the measurement had where it had the least, 0 to 1; nil for other devices. Other
  /// programs had the rest, and the peaks are too low by as much.
  public var processorShare: Double?

  /// Whether other programs had so much of the processors that the peaks are too low.
  public var isDisturbed: Bool { (processorShare ?? 1) < 0.9 }

  enum CodingKeys: String, CodingKey {
    case gflops
    case halfGflops = "fp16_gflops"
    case doubleGflops = "fp64_gflops"
    case memory
    case launch = "launch_us"
    case processorShare = "processor_share"
  }

  /// One level of the memory hierarchy, shared by everything that runs on the device.
  public struct MemoryLevel: Codable, Sendable, Hashable {
    /// `L1`, `L2`, `L3` for caches from the nearest outwards, `memory` for the device's memory.
    public var name: String
    /// The largest working set, all compute units' together, that still gets the bandwidth; nil for the device's memory.
    public var capacity: Int?
    /// Bytes read per nanosecond by all compute units together.
    public var gigabytesPerSecond: Double

    enum CodingKeys: String, CodingKey {
      case name
      case capacity = "capacity_bytes"
      case gigabytesPerSecond = "gbytes_per_s"
    }

    /// Describes a level.
    public init(name: String, capacity: Int?, gigabytesPerSecond: Double) {
      self.name = name
      self.capacity = capacity
      self.gigabytesPerSecond = gigabytesPerSecond
    }
  }

  /// Describes what was measured.
  public init(
    gflops: Double, halfGflops: Double? = nil, doubleGflops: Double? = nil,
    memory: [MemoryLevel], launch: Double, processorShare: Double? = nil
  ) {
    self.gflops = gflops
    self.halfGflops = halfGflops
    self.doubleGflops = doubleGflops
    self.memory = memory
    self.launch = launch
    self.processorShare = processorShare
  }
}
