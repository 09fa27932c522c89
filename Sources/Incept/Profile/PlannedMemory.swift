import OpenCLBackend

/// What a network has in the device's memory, as planned before anything is allocated.
public struct PlannedMemory: Codable, Sendable, Hashable {
  /// All weights, in the form in which kernels read them.
  public var weights: Int
  /// The buffer that values share.
  public var arena: Int
  /// The inputs' own buffers.
  public var inputs: Int
  /// All of these: what the network needs.
  public var peak: Int
  /// The largest single buffer.
  public var largestBuffer: Int
  /// What `--memory-limit` allowed; nil where nothing was said.
  public var limit: Int?
  /// Bytes of values that are needed while each launch runs, inputs included, in the order of execution. The arena is
  /// at least as large as the largest; what it has more is lost between values, or to borders of zeros.
  public var live: [Int]
  /// The values that have memory of their own, largest first.
  public var values: [Value]

  enum CodingKeys: String, CodingKey {
    case weights = "weights_bytes"
    case arena = "arena_bytes"
    case inputs = "inputs_bytes"
    case peak = "peak_bytes"
    case largestBuffer = "largest_buffer_bytes"
    case limit = "limit_bytes"
    case live = "live_bytes"
    case values
  }

  /// A piece of memory and its time of life.
  public struct Value: Codable, Sendable, Hashable {
    /// The value that it was made for; others may share it as parts.
    public var name: String
    /// Its size.
    public var bytes: Int
    /// Its position in the arena; nil for an input's buffer.
    public var offset: Int?
    /// The first launch that touches it, from 0; -1 for the upload.
    public var first: Int
    /// The last launch that touches it; the number of launches for the download.
    public var last: Int

    enum CodingKeys: String, CodingKey {
      case name, bytes
      case offset = "offset_bytes"
      case first, last
    }
  }

  init(_ plan: Plan) {
    let elementBytes = plan.options.precision.bytes
    weights = plan.weightsBytes
    arena = plan.arenaBytes
    values = plan.regions.map { region in
      Value(
        name: region.name, bytes: region.elementCount * elementBytes,
        offset: region.isInput ? nil : region.offset * elementBytes,
        first: region.lifetime.lowerBound, last: region.lifetime.upperBound)
    }
    values.sort { ($0.bytes, $1.first, $1.name) > ($1.bytes, $0.first, $0.name) }
    inputs = values.reduce(0) { $0 + ($1.offset == nil ? $1.bytes : 0) }
    peak = weights + arena + inputs
    largestBuffer = plan.largestBufferBytes
    limit = plan.options.memoryLimit
    // Sums of what begins and ends, so that plans of thousands of launches take no time.
    var changes = [Int](repeating: 0, count: plan.launches.count + 1)
    for value in values where value.last >= 0 && value.first < plan.launches.count {
      changes[max(0, value.first)] += value.bytes
      changes[min(value.last + 1, plan.launches.count)] -= value.bytes
    }
    var sum = 0
    live = changes.dropLast().map { change in
      sum += change
      return sum
    }
  }

  /// The launch during which most bytes are needed; nil without launches.
  public var fullest: Int? { live.indices.max { (live[$0], $1) < (live[$1], $0) } }
}
