import COpenCL
import Synchronization
import TensorCore

/// Launches and the order among them, made ready once and enqueued as a whole many times.
///
/// Enqueueing allocates nothing on this side of the driver. One enqueueing must have ended before the next begins
/// on another queue; on the same queue the second one waits.
package final class LaunchSequence: Sendable {
  /// The launches.
  package let launches: [PreparedLaunch]
  /// Positions in `waits` where each launch's earlier ones begin, and the end.
  fileprivate let starts: [Int]
  /// Launches waited for, each earlier than the one that waits.
  fileprivate let waits: [Int]
  fileprivate let events: Mutex<EventTable>

  /// Makes launches ready.
  ///
  /// - Parameter waits: For each launch the earlier ones that must have ended before it begins. Queues that run
  ///   everything in order need it not.
  package init(_ launches: [PreparedLaunch], waits: [[Int]]) {
    precondition(
      waits.count == launches.count
        && waits.indices.allSatisfy { launch in waits[launch].allSatisfy { 0..<launch ~= $0 } },
      "launches wait for earlier ones only")
    self.launches = launches
    var starts = [0]
    for list in waits { starts.append(starts[starts.count - 1] + list.count) }
    self.starts = starts
    self.waits = Array(waits.joined())
    var isAwaited = [Bool](repeating: false, count: launches.count)
    for launch in self.waits { isAwaited[launch] = true }
    events = Mutex(EventTable(isAwaited, longestWait: waits.map(\.count).max() ?? 0))
  }
}

/// The events of a sequence's launches, in memory that is allocated once.
private struct EventTable: ~Copyable {
  /// Events of the launches that others wait for; nil where there is none.
  let events: UnsafeMutablePointer<cl_event?>
  /// Room for the events that one launch waits for.
  let list: UnsafeMutablePointer<cl_event?>
  let isAwaited: [Bool]
  /// Whether the launches may not have ended.
  var isBusy = false

  init(_ isAwaited: [Bool], longestWait: Int) {
    self.isAwaited = isAwaited
    events = .allocate(capacity: max(isAwaited.count, 1))
    events.initialize(repeating: nil, count: max(isAwaited.count, 1))
    list = .allocate(capacity: max(longestWait, 1))
    list.initialize(repeating: nil, count: max(longestWait, 1))
  }

  deinit {
    for launch in isAwaited.indices {
      if let event = events[launch] { clReleaseEvent(event) }
    }
    events.deallocate()
    list.deallocate()
  }

  mutating func release() {
    for launch in isAwaited.indices {
      guard let event = events[launch] else { continue }
      clReleaseEvent(event)
      events[launch] = nil
    }
    isBusy = false
  }
}

extension Queue {
  /// Launches after which the device is told to begin, while the host enqueues the others.
  private static let flushAfter = 4

  /// Enqueues a sequence: one launch after the other, or on an out-of-order queue each as soon as those it waits
  /// for have ended. Then it waits for nothing else that was enqueued, and nothing waits for it but ``finish()``.
  package func enqueue(_ sequence: LaunchSequence) throws(InceptError) {
    try keep(sequence)
    if isOutOfOrder { return try enqueueOverlapping(sequence) }
    for (index, launch) in sequence.launches.enumerated() {
      let range = launch.range
      let status = range.withSizes { global, local in
        clEnqueueNDRangeKernel(
          raw, launch.arguments.object.raw, range.dimensions, nil, global, local, 0, nil, nil)
      }
      guard status == 0 else { throw error(status, launch) }
      if index == Self.flushAfter { clFlush(raw) }
    }
  }

  private func enqueueOverlapping(_ sequence: LaunchSequence) throws(InceptError) {
    try sequence.events.withLock { (table) throws(InceptError) in
      // Normally a no-op: whoever wanted the results has waited for them.
      if table.isBusy { clFinish(raw) }
      table.release()
      table.isBusy = true
      for (index, launch) in sequence.launches.enumerated() {
        let (start, end) = (sequence.starts[index], sequence.starts[index + 1])
        for position in start..<end {
          table.list[position - start] = table.events[sequence.waits[position]]
        }
        let range = launch.range
        let waits = end > start ? UnsafePointer(table.list) : nil
        let event = table.isAwaited[index] ? table.events + index : nil
        let status = range.withSizes { global, local in
          clEnqueueNDRangeKernel(
            raw, launch.arguments.object.raw, range.dimensions, nil, global, local,
            UInt32(end - start), waits, event)
        }
        guard status == 0 else {
          clFinish(raw)
          table.release()
          throw error(status, launch)
        }
        if index == Self.flushAfter { clFlush(raw) }
      }
    }
  }

  private func error(_ status: Int32, _ launch: PreparedLaunch) -> InceptError {
    context.error(
      status, "clEnqueueNDRangeKernel", "'\(launch.label)': kernel '\(launch.kernelName)'")
  }
}
