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
  }

  private struct State {
    var executables: [(key: Key, executable: Executable)] = []
    var buildMilliseconds = 0.0
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
    backend = try BackendDevice(try device.discovered())
    state = Mutex(State())
  }

  /// Milliseconds spent on preparing networks so far: passes, planning, building kernels, uploading weights.
  public var buildMilliseconds: Double { state.withLock { $0.buildMilliseconds } }

  /// The network prepared for inputs of the given shapes and for the model's results followed by `outputs`.
  func executable(
    _ shapes: [String: Shape], outputs: [String] = []
  ) throws(InceptError) -> Executable {
    let key = Key(shapes: shapes, outputs: outputs)
    return try state.withLock { (state) throws(InceptError) in
      if let index = state.executables.firstIndex(where: { $0.key == key }) {
        let found = state.executables.remove(at: index)
        state.executables.append(found)
        return found.executable
      }
      let start = Stopwatch()
      let graph = try model.optimised(shapes, outputs: outputs)
      let plan = try PlanBuilder.plan(graph, for: backend.traits, options: planOptions)
      if state.executables.count >= options.cacheLimit {
        state.executables.removeFirst()
        backend.dropConstants()
      }
      let progress = options.progress
      let executable = try Executable(plan, on: backend) { step in
        let stage = step.stage == "build" ? "building kernels" : "uploading weights"
        progress?(ProgressStep(stage: stage, done: step.done, total: step.total))
      }
      state.executables.append((key, executable))
      state.buildMilliseconds += start.milliseconds
      return executable
    }
  }

  /// What plans of this session are made with.
  var planOptions: PlanOptions {
    PlanOptions(
      accuracy: options.accuracy.planned, queue: .init(options.queue),
      precision: options.precision.planned)
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
