import OpenCLBackend
import OpenCLRuntime
import Synchronization

/// A model on a device.
///
/// Networks are prepared per set of input shapes and per set of requested results, on first use; later calls with
/// the same are fast. May be used from several threads, which take turns.
///
///     let model = try Model.load("digits_cnn")
///     let session = try Session(model, on: try Device.select())
///     let report = try session.classify(["Samples/digit-3-a.png"])
///     print(report.text())
public final class Session: Sendable {
  /// The model.
  public let model: Model
  /// The device.
  public let device: Device
  let options: SessionOptions
  let backend: BackendDevice
  private let state: Mutex<State>

  private struct Key: Hashable {
    let shapes: [String: Shape]
    let outputs: [String]
    let isChained: Bool
  }

  private struct State {
    var executables: [(key: Key, executable: Executable)] = []
    var buildMilliseconds = 0.0
    var tuneMilliseconds = 0.0
  }

  /// Opens the device for a model.
  ///
  /// - Throws: `.unavailable` where the device can't be used.
  public init(
    _ model: Model, on device: Device, options: SessionOptions = SessionOptions()
  ) throws(InceptError) {
    self.model = model
    self.device = device
    self.options = options
    backend = try BackendDevice(
      try device.discovered(),
      loader: ProgramLoader(
        store: options.cache.store, engine: version, helper: options.cache.helper))
    state = Mutex(State())
  }

  /// Milliseconds spent on preparing networks so far: passes, planning, building kernels, uploading weights.
  public var buildMilliseconds: Double { state.withLock { $0.buildMilliseconds } }

  /// Milliseconds spent on measuring kernel variants so far; looking up results takes none.
  public var tuneMilliseconds: Double { state.withLock { $0.tuneMilliseconds } }

  /// The network prepared for inputs of the given shapes and for the model's results followed by `outputs`, with
  /// short kernels chained or each launched by itself.
  func executable(
    _ shapes: [String: Shape], outputs: [String] = [], chained: Bool = true
  ) throws(InceptError) -> Executable {
    let key = Key(shapes: shapes, outputs: outputs, isChained: chained)
    return try state.withLock { (state) throws(InceptError) in
      if let index = state.executables.firstIndex(where: { $0.key == key }) {
        let found = state.executables.remove(at: index)
        state.executables.append(found)
        return found.executable
      }
      let start = Stopwatch()
      let graph = try model.optimised(shapes, outputs: outputs)
      let steps = try PlanBuilder.plan(graph, for: backend.traits, options: planOptions)
      let plan = chained ? steps.chained() : steps
      if state.executables.count >= options.cacheLimit {
        state.executables.removeFirst()
        backend.dropConstants()
      }
      let executable = try Executable(plan, on: backend) { step in reportPreparing(step) }
      state.executables.append((key, executable))
      state.buildMilliseconds += start.milliseconds
      return executable
    }
  }

  /// Waits until nothing goes on beside this session, before something is measured.
  func settle() {
    guard backend.hasHelpers else { return }
    report("keeping programs for the next start")
    backend.awaitHelpers()
  }

  /// What plans of this session are made with.
  var planOptions: PlanOptions {
    planOptions(tuned: options.usesTuning ? tuningStore : nil)
  }

  /// The same with the results of tuning in a store, or with the defaults.
  func planOptions(tuned store: TuningStore?) -> PlanOptions {
    var planned = PlanOptions.informed(options.accuracy.planned, backend.traits, store: store)
    planned.queue = .init(options.queue)
    planned.precision = options.precision.planned
    planned.memoryLimit = options.memoryLimit
    return planned
  }

  /// Where results of tuning are.
  var tuningStore: TuningStore { TuningStore(for: backend.info) }

  /// Lets go of prepared networks, which don't have the variants that tuning found.
  func forgetPrepared(tuning milliseconds: Double) {
    state.withLock { state in
      state.executables.removeAll()
      state.tuneMilliseconds += milliseconds
    }
    backend.dropConstants()
  }

  /// Passes on how far preparing a network is.
  func reportPreparing(_ step: Executable.Progress) {
    report(
      step.stage == "build" ? "building kernels" : "uploading weights", step.done, of: step.total)
  }

  func report(_ stage: String, _ done: Int = 0, of total: Int = 0) {
    options.progress?(ProgressStep(stage: stage, done: done, total: total))
  }
}

extension OpenCLBackend.QueueMode {
  init(_ mode: QueueMode) {
    self =
      switch mode {
      case .auto: .auto
      case .inOrder: .inOrder
      case .outOfOrder: .outOfOrder
      }
  }
}
