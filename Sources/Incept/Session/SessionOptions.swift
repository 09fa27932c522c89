/// What a session is busy with, for progress displays.
public struct ProgressStep: Sendable, Hashable {
  /// What is being done: `loading`, `building kernels`, `uploading weights`, `keeping programs for the next
  /// start`, `running`.
  public var stage: String
  /// Steps done.
  public var done: Int
  /// Steps in all; 0 where that isn't known.
  public var total: Int

  /// Creates a step.
  public init(stage: String, done: Int = 0, total: Int = 0) {
    self.stage = stage
    self.done = done
    self.total = total
  }
}

/// Receives progress. Calls come from any thread.
public typealias ProgressHandler = @Sendable (ProgressStep) -> Void

/// How a session works.
public struct SessionOptions: Sendable {
  /// How many prepared networks, one per set of input shapes and results, are kept; at least 1.
  public var cacheLimit: Int
  /// How much rounding error is allowed.
  public var accuracy: Accuracy
  /// What activations and weights are stored as.
  public var precision: Precision
  /// Whether results of ``Session/tune(_:)`` in the cache folder are used.
  public var usesTuning: Bool
  /// Whether independent parts of a network may run at the same time.
  public var queue: QueueMode
  /// Bytes that a network's weights, arena and inputs may take on the device; nil for all it has. Kernels that need less
  /// memory are taken where needed.
  public var memoryLimit: Int?
  /// Where built programs are kept for the next run.
  public var cache: CacheOptions
  /// Receives progress; nil for none.
  public var progress: ProgressHandler?

  /// Creates options.
  public init(
    cacheLimit: Int = 4, accuracy: Accuracy = .high, precision: Precision = .fp32,
    usesTuning: Bool = true, queue: QueueMode = .auto, memoryLimit: Int? = nil,
    cache: CacheOptions = .standard(), progress: ProgressHandler? = nil
  ) {
    self.cacheLimit = max(1, cacheLimit)
    self.accuracy = accuracy
    self.precision = precision
    self.usesTuning = usesTuning
    self.queue = queue
    self.memoryLimit = memoryLimit
    self.cache = cache
    self.progress = progress
  }
}
