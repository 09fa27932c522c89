import COpenCL
import TensorCore

/// One enqueued command: its progress, and when profiled its times.
package struct Event: ~Copyable, @unchecked Sendable {
  // SAFETY: the fields are constants, and OpenCL's calls on an event are thread-safe.
  let raw: cl_event
  private let context: ContextHandle
  /// The label of the launch or transfer.
  package let label: String

  /// How far a command is.
  package enum Status: Sendable, Hashable {
    case queued, submitted, running, complete
    /// The command, or one it waited for, ended in an error.
    case failed(CLStatus)
  }

  init(_ raw: cl_event, _ context: ContextHandle, label: String) {
    self.raw = raw
    self.context = context
    self.label = label
  }

  deinit { clReleaseEvent(raw) }

  /// Waits until the command has ended.
  ///
  /// - Throws: the error that the command ended in.
  package func wait() throws(InceptError) {
    var event: cl_event? = raw
    let waited = clWaitForEvents(1, &event)
    if case .failed(let status) = status {
      throw context.error(status.rawValue, "the command", "'\(label)'")
    }
    guard waited == 0 else { throw context.error(waited, "clWaitForEvents", "'\(label)'") }
  }

  /// How far the command is now.
  package var status: Status {
    let info = InfoQuery { [raw] in clGetEventInfo(raw, $0, $1, $2, $3) }
    guard let value = info.value(CL_EVENT_COMMAND_EXECUTION_STATUS, as: Int32.self) else {
      return .failed(.invalidValue)
    }
    return switch value {
    case CL_COMPLETE: .complete
    case CL_RUNNING: .running
    case CL_SUBMITTED: .submitted
    case CL_QUEUED: .queued
    default: .failed(CLStatus(rawValue: value))
    }
  }

  /// The four time stamps of a finished command on a queue with profiling, or nil where there are
  /// none.
  package var times: ProfilingTimes? {
    guard let queued = stamp(CL_PROFILING_COMMAND_QUEUED),
      let submitted = stamp(CL_PROFILING_COMMAND_SUBMIT),
      let started = stamp(CL_PROFILING_COMMAND_START), let ended = stamp(CL_PROFILING_COMMAND_END)
    else { return nil }
    return ProfilingTimes(queued: queued, submitted: submitted, started: started, ended: ended)
  }

  private func stamp(_ parameter: Int32) -> UInt64? {
    var value: UInt64 = 0
    let status = clGetEventProfilingInfo(
      raw, cl_profiling_info(parameter), MemoryLayout<UInt64>.size, &value, nil)
    return status == 0 ? value : nil
  }
}

/// When a command was queued, handed to the device, started and ended, in nanoseconds of the
/// device's clock.
package struct ProfilingTimes: Sendable, Hashable {
  /// When the host enqueued the command.
  package var queued: UInt64
  /// When it was handed to the device.
  package var submitted: UInt64
  /// When it began.
  package var started: UInt64
  /// When it ended.
  package var ended: UInt64

  /// Creates times.
  package init(queued: UInt64, submitted: UInt64, started: UInt64, ended: UInt64) {
    self.queued = queued
    self.submitted = submitted
    self.started = started
    self.ended = ended
  }

  /// Whether the stamps are in the only order that makes sense.
  package var isOrdered: Bool { queued <= submitted && submitted <= started && started <= ended }

  /// Nanoseconds from start to end; 0 where the stamps are out of order.
  package var duration: UInt64 { ended >= started ? ended - started : 0 }

  /// Nanoseconds from queued to start; 0 where the stamps are out of order.
  package var delay: UInt64 { started >= queued ? started - queued : 0 }
}
