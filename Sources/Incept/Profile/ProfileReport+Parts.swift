extension ProfileReport {
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
    /// From the beginning of a profiled run to the first kernel's start.
    public var lead: Double
    /// From the last kernel's end to the end of a profiled run.
    public var tail: Double
    /// How far the fastest run of another profile of the same may be from ``unprofiledBest``.
    public var noise: Double
    /// The fastest run without profiling, the one time that is no median.
    public var unprofiledBest: Double
    /// A run without profiling in which every kernel is launched by itself, as in the profiled one; nil where the
    /// network always runs so. What it takes longer is no cost of time stamps but of chains that can't be used.
    public var unchainedWall: Double?
    /// What kernels and gaps take in a run without profiling.
    public var corrected: Corrected

    enum CodingKeys: String, CodingKey {
      case kernel = "kernel_ms"
      case gap = "gap_ms"
      case wall = "wall_ms"
      case unprofiledWall = "unprofiled_wall_ms"
      case lead = "lead_ms"
      case tail = "tail_ms"
      case noise = "noise_ms"
      case unprofiledBest = "unprofiled_min_ms"
      case unchainedWall = "unchained_wall_ms"
      case corrected
    }

    /// Kernels, gaps, the time before the first kernel and after the last one: the whole of a profiled run.
    public var accounted: Double { kernel + gap + lead + tail }

    /// What profiling adds to a run, as a part of it; 0 where nothing measurable.
    public var overhead: Double {
      unprofiledWall > 0 ? max(0, wall - unprofiledWall) / unprofiledWall : 0
    }

    /// Whether runs took so much longer than the fastest one that something else must have used the device.
    public var isDisturbed: Bool { unprofiledBest > 0 && unprofiledWall > 1.2 * unprofiledBest }
  }

  /// Parts of a run without profiling, in milliseconds. Time stamps begin and end with the kernel, so what profiling
  /// costs is in the gaps; only where kernels alone take longer than the run without profiling are they scaled.
  public struct Corrected: Codable, Sendable, Hashable {
    /// The sum of all kernels.
    public var kernel: Double
    /// Everything else.
    public var gap: Double

    enum CodingKeys: String, CodingKey {
      case kernel = "kernel_ms"
      case gap = "gap_ms"
    }

    /// Divides a run of `wall` milliseconds without profiling whose kernels take `kernel` when profiled.
    init(kernel: Double, wall: Double) {
      self.kernel = min(kernel, wall)
      gap = max(0, wall - kernel)
    }
  }

  /// The least time that the device needs for a launch, and why.
  public struct Roofline: Codable, Sendable, Hashable {
    /// Operations of the algorithm per byte moved.
    public var intensity: Double
    /// `arithmetic`, a level of memory, or `launch`.
    public var bound: String
    /// The least time in microseconds.
    public var boundTime: Double
    /// The least time as a part of the median.
    public var fraction: Double
    /// What would help, in words.
    public var advice: String

    enum CodingKeys: String, CodingKey {
      case intensity = "flop_per_byte"
      case bound
      case boundTime = "bound_us"
      case fraction, advice
    }
  }

  /// Moments of a launch in one run, in microseconds since the host began the run.
  public struct Timeline: Codable, Sendable, Hashable {
    /// When the host's call that enqueues it began.
    public var enqueue: Double
    /// When that call returned.
    public var enqueued: Double
    /// When the launch was queued; this and the others from the device's time stamps, nil where those are useless.
    public var queued: Double?
    /// When it was handed to the device.
    public var submitted: Double?
    /// When it started.
    public var started: Double?
    /// When it ended.
    public var ended: Double?

    enum CodingKeys: String, CodingKey {
      case enqueue = "enqueue_us"
      case enqueued = "enqueued_us"
      case queued = "queued_us"
      case submitted = "submitted_us"
      case started = "started_us"
      case ended = "ended_us"
    }
  }

  /// The host's side of a run, in microseconds since it began.
  public struct HostTimeline: Codable, Sendable, Hashable {
    /// When the host had enqueued everything and began to wait.
    public var wait: Double
    /// When it was told that all is done.
    public var end: Double
    /// How far the device's clock may be from the host's in the layers' timelines: the two are matched by the moments at
    /// which launches were queued. Nil where that was not possible, and the first kernel is shown when it was enqueued.
    public var clockError: Double?

    enum CodingKeys: String, CodingKey {
      case wait = "wait_us"
      case end = "end_us"
      case clockError = "clock_error_us"
    }
  }
}
