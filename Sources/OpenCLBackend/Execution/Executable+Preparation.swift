import Dispatch
import OpenCLRuntime
import Synchronization
import TensorCore

extension Executable {
  /// Builds the programs of a plan and puts its constants on the device, at once and on all cores.
  ///
  /// - Returns: The buffers of the constants.
  static func prepare(
    _ plan: Plan, on device: BackendDevice, _ progress: @Sendable (Progress) -> Void
  ) throws(InceptError) -> [Shared<Buffer>] {
    let kernels = plan.firstLaunches().map { plan.launches[$0].kernel }
    let helpers = device.startHelpers(plan)
    // A driver that compiles on one core of a process gets one thread, so that the others have the constants. With
    // helpers the programs come last, when the driver's own cache has them.
    let builds: [Range<Int>] =
      if !helpers.isEmpty {
        []
      } else if device.info.compilesAtFirstLaunch {
        [kernels.indices]
      } else {
        kernels.indices.map { $0..<($0 + 1) }
      }
    let built = Mutex(0)
    @Sendable func build(_ range: Range<Int>) throws(InceptError) {
      for index in range {
        _ = try device.program(kernels[index])
        let done = built.withLock { count in
          count += 1
          return count
        }
        progress(Progress(stage: "build", done: done, total: kernels.count))
      }
    }
    let buffers = Mutex<[Int: Shared<Buffer>]>([:])
    try concurrently(builds.count + plan.constants.count) { (index) throws(InceptError) in
      guard index >= builds.count else { return try build(builds[index]) }
      let number = index - builds.count
      let buffer = try device.buffer(plan.constants[number])
      let done = buffers.withLock { buffers in
        buffers[number] = buffer
        return buffers.count
      }
      if built.withLock({ $0 == kernels.count }) || !helpers.isEmpty {
        progress(Progress(stage: "upload", done: done, total: plan.constants.count))
      }
    }
    if !helpers.isEmpty {
      ProgramHelper.awaitPrograms(of: helpers) { done, total in
        progress(Progress(stage: "build", done: done, total: total))
      }
      try build(kernels.indices)
    }
    device.loader.store?.prune()
    let made = buffers.withLock { $0 }
    return plan.constants.indices.compactMap { made[$0] }
  }

  /// Runs `body` for every index on all cores; the first error is thrown when all have ended.
  private static func concurrently(
    _ count: Int, _ body: @Sendable (Int) throws(InceptError) -> Void
  ) throws(InceptError) {
    let failure = Mutex<InceptError?>(nil)
    DispatchQueue.concurrentPerform(iterations: count) { index in
      guard failure.withLock({ $0 == nil }) else { return }
      do throws(InceptError) {
        try body(index)
      } catch {
        failure.withLock { $0 = error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
