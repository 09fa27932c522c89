import Dispatch
import OpenCLRuntime
import Synchronization
import TensorCore

/// What is done once before a plan can run, on all cores: its programs are built and its constants written.
///
/// Drivers build one program at a time, or take all cores for it; so while there are constants left one thread
/// builds and the others write, the largest constants first.
struct Preparation: Sendable {
  private enum Step { case build(Int), upload(Int) }

  private struct State: ~Copyable {
    var nextKernel = 0
    var nextConstant = 0
    var building = 0
    var built = 0
    var uploaded = 0
    var buffers: [Int: Shared<Buffer>] = [:]
    var error: InceptError?
  }

  private let plan: Plan
  private let device: BackendDevice
  private let kernels: [KernelSpecialization]
  /// The constants' numbers by size.
  private let constants: [Int]

  init(_ plan: Plan, on device: BackendDevice) {
    self.plan = plan
    self.device = device
    kernels = Array(Set(plan.launches.map(\.kernel)))
    constants = plan.constants.indices.sorted {
      (plan.constants[$1].byteCount, $0) < (plan.constants[$0].byteCount, $1)
    }
  }

  /// Does it and returns the constants' buffers, by number; the first error is thrown when all steps under way
  /// have ended.
  func run(
    _ progress: @Sendable (Executable.Progress) -> Void
  ) throws(InceptError) -> [Shared<Buffer>] {
    let state = Mutex(State())
    DispatchQueue.concurrentPerform(iterations: kernels.count + constants.count) { _ in
      guard let step = state.withLock({ next(&$0) }) else { return }
      do throws(InceptError) {
        switch step {
        case .build(let index): _ = try device.program(kernels[index])
        case .upload(let number):
          let buffer = try device.buffer(plan.constants[number])
          state.withLock { $0.buffers[number] = buffer }
        }
        progress(state.withLock { ended(step, &$0) })
      } catch {
        state.withLock { $0.error = error }
      }
    }
    let (buffers, error) = state.withLock { ($0.buffers, $0.error) }
    if let error { throw error }
    return plan.constants.indices.compactMap { buffers[$0] }
  }

  /// The step that a free thread should take; nil after an error.
  private func next(_ state: inout State) -> Step? {
    guard state.error == nil else { return nil }
    let hasConstant = state.nextConstant < constants.count
    if state.nextKernel < kernels.count, state.building == 0 || !hasConstant {
      state.building += 1
      state.nextKernel += 1
      return .build(state.nextKernel - 1)
    }
    guard hasConstant else { return nil }
    state.nextConstant += 1
    return .upload(constants[state.nextConstant - 1])
  }

  /// How far things are after a step: programs until all are built, then constants.
  private func ended(_ step: Step, _ state: inout State) -> Executable.Progress {
    switch step {
    case .build:
      state.building -= 1
      state.built += 1
    case .upload: state.uploaded += 1
    }
    return state.built < kernels.count
      ? Executable.Progress(stage: "build", done: state.built, total: kernels.count)
      : Executable.Progress(stage: "upload", done: state.uploaded, total: constants.count)
  }
}
