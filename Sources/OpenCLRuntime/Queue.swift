import COpenCL
import Synchronization
import TensorCore

/// A command queue of one device.
///
/// Everything that an unfinished command uses is kept until the queue knows it is done: after
/// ``finish()``, and on an in-order queue after any blocking transfer. A queue that is dropped
/// finishes first. May be used from several threads at once.
package struct Queue: ~Copyable, @unchecked Sendable {
  // SAFETY: OpenCL's calls on a queue are thread-safe, the list of kept objects has a lock, the
  // rest is constant.
  let raw: cl_command_queue
  let context: ContextHandle
  let kept = Mutex(KeptObjects())

  /// Whether commands have profiling times.
  package let isProfiling: Bool
  /// Whether commands may overtake one another; then only `waitFor` orders them.
  package let isOutOfOrder: Bool

  /// How many objects the queue keeps before it finishes by itself, so that a caller who never does
  /// can't make it grow for ever.
  private static let keepLimit = 1 << 14

  /// Creates a queue.
  ///
  /// - Parameter outOfOrder: Asks for out-of-order execution; devices without it give an in-order
  ///   queue.
  package init(
    _ context: borrowing Context, profiling: Bool = false, outOfOrder: Bool = false
  ) throws(InceptError) {
    let handle = context.handle
    let overtakes = outOfOrder && handle.device.supportsOutOfOrder
    var properties: cl_command_queue_properties = 0
    if profiling { properties |= cl_command_queue_properties(CL_QUEUE_PROFILING_ENABLE) }
    if overtakes {
      properties |= cl_command_queue_properties(CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE)
    }
    var status: Int32 = 0
    let queue = clCreateCommandQueue(handle.raw, handle.deviceID, properties, &status)
    guard status == 0, let queue else { throw handle.error(status, "clCreateCommandQueue") }
    raw = queue
    self.context = handle
    isProfiling = profiling
    isOutOfOrder = overtakes
  }

  deinit {
    clFinish(raw)
    clReleaseCommandQueue(raw)
  }

  /// Waits until everything enqueued so far is done, and lets go of what it used.
  package func finish() throws(InceptError) {
    let status = waiting {
      // Mesa 22's clFinish returns before what a clFlush has handed over is done; an event behind it does not.
      var marker: cl_event?
      if clEnqueueMarkerWithWaitList(raw, 0, nil, &marker) == 0, let last = marker {
        clWaitForEvents(1, &marker)
        clReleaseEvent(last)
      }
      return clFinish(raw)
    }
    guard status == 0 else { throw context.error(status, "clFinish") }
  }

  /// Hands what is enqueued to the device without waiting.
  package func flush() throws(InceptError) {
    let status = clFlush(raw)
    guard status == 0 else { throw context.error(status, "clFlush") }
  }

  /// Checks and enqueues a kernel with its present arguments.
  ///
  /// - Parameters:
  ///   - global: Work-items along 1 to 3 dimensions.
  ///   - local: Work-items of a group, dividing `global`; nil leaves it to the driver.
  ///   - label: The node or purpose, for profiles and messages.
  ///   - waitFor: Commands that must end first.
  /// - Throws: `.software`, before the driver sees the launch, where a limit of the kernel or the
  ///   device is broken.
  @discardableResult
  package func enqueue(
    _ kernel: borrowing Kernel, global: [Int], local: [Int]?, label: String = "",
    waitFor: [Shared<Event>] = []
  ) throws(InceptError) -> Event {
    let range = try kernel.checked(global: global, local: local, label: label)
    return try enqueue(range, kernel.arguments, label.isEmpty ? kernel.name : label, waitFor)
  }

  /// Enqueues a prepared launch: the fast path, without event.
  @inline(__always)
  package func enqueue(_ launch: PreparedLaunch) throws(InceptError) {
    let kernel = launch.arguments.object.raw
    let range = launch.range
    let status = range.withSizes { global, local in
      clEnqueueNDRangeKernel(raw, kernel, range.dimensions, nil, global, local, 0, nil, nil)
    }
    guard status == 0 else {
      throw context.error(
        status, "clEnqueueNDRangeKernel", "'\(launch.label)': kernel '\(launch.kernelName)'")
    }
    try keep(launch.arguments)
  }

  /// Enqueues one work-group of a prepared launch, the first, with its arguments as they are.
  package func enqueueOneGroup(_ launch: PreparedLaunch) throws(InceptError) {
    let one = launch.global.map { _ in 1 }
    let range = Kernel.Range(global: launch.local ?? one, local: launch.local)
    let status = range.withSizes { global, local in
      clEnqueueNDRangeKernel(
        raw, launch.arguments.object.raw, range.dimensions, nil, global, local, 0, nil, nil)
    }
    guard status == 0 else {
      throw context.error(
        status, "clEnqueueNDRangeKernel", "'\(launch.label)': kernel '\(launch.kernelName)'")
    }
    try keep(launch.arguments)
  }

  /// Enqueues a prepared launch and gives its event, which carries the launch's label.
  package func enqueueRecorded(
    _ launch: PreparedLaunch, waitFor: [Shared<Event>] = []
  ) throws(InceptError) -> Event {
    try enqueue(launch.range, launch.arguments, launch.label, waitFor)
  }

  private func enqueue(
    _ range: Kernel.Range, _ arguments: ArgumentList, _ label: String, _ waitFor: [Shared<Event>]
  ) throws(InceptError) -> Event {
    let waits = waitFor.map { $0.value.raw as cl_event? }
    var event: cl_event?
    let status = range.withSizes { global, local in
      clEnqueueNDRangeKernel(
        raw, arguments.object.raw, range.dimensions, nil, global, local, UInt32(waits.count),
        waits.isEmpty ? nil : waits, &event)
    }
    guard status == 0, let event else {
      throw context.error(
        status, "clEnqueueNDRangeKernel", "'\(label)': kernel '\(arguments.object.name)'")
    }
    let result = Event(event, context, label: label)
    try keep(arguments)
    return result
  }

  /// Keeps an object that an enqueued command uses.
  @inline(__always)
  func keep(_ object: any AnyObject & Sendable) throws(InceptError) {
    if kept.withLock({ $0.add(object) }) >= Self.keepLimit { try finish() }
  }

  /// Runs a call that returns when everything enqueued before it is done, and then lets go of what
  /// that used.
  func waiting(_ call: () -> Int32) -> Int32 {
    // Taken before waiting: what other threads add meanwhile is not covered by this wait.
    let done = kept.withLock { $0.take() }
    let status = call()
    if status != 0 { clFinish(raw) }
    kept.withLock { $0.recycle(done) }
    return status
  }
}

/// Objects that unfinished commands use; two arrays that take turns, so that a queue in its stride
/// allocates none.
struct KeptObjects: ~Copyable {
  typealias Object = any AnyObject & Sendable

  private var current: [Object] = []
  private var spare: [Object] = []

  /// Adds an object and gives the number of those kept.
  @inline(__always)
  mutating func add(_ object: Object) -> Int {
    current.append(object)
    return current.count
  }

  /// All objects; the caller returns the array with ``recycle(_:)`` when they are no longer needed.
  mutating func take() -> [Object] {
    let all = current
    current = spare
    spare = []
    return all
  }

  /// Lets go of the objects and reuses their array.
  mutating func recycle(_ objects: consuming [Object]) {
    objects.removeAll(keepingCapacity: true)
    if objects.capacity > spare.capacity { spare = objects }
  }
}
