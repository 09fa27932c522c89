import COpenCL
import TensorCore

/// The OpenCL context of one device: what programs, buffers and queues belong to.
///
/// May be used from several threads at once.
package struct Context: ~Copyable, Sendable {
  let handle: ContextHandle

  /// Opens a device.
  ///
  /// - Throws: `.unavailable` for a device that can't be used now.
  package init(_ device: DeviceInfo) throws(InceptError) {
    handle = try ContextHandle(device)
  }

  /// The context's device.
  package var device: DeviceInfo { handle.device }
}

/// The reference to a context that everything made in it shares.
final class ContextHandle: @unchecked Sendable {
  // SAFETY: both fields are constants, and OpenCL's calls on a context are thread-safe.
  let raw: cl_context
  let device: DeviceInfo

  /// The driver's identifier of the device.
  let deviceID: cl_device_id

  init(_ device: DeviceInfo) throws(InceptError) {
    guard let id = device.handle?.raw, device.isAvailable else {
      throw CLError(.deviceNotAvailable, call: "clCreateContext", device: device.name).inceptError
    }
    var status: Int32 = 0
    var list: cl_device_id? = id
    let context = clCreateContext(nil, 1, &list, nil, nil, &status)
    try check(status, "clCreateContext", device: device.name)
    guard let context else {
      throw CLError(.outOfResources, call: "clCreateContext", device: device.name).inceptError
    }
    raw = context
    deviceID = id
    self.device = device
  }

  deinit { clReleaseContext(raw) }

  /// The error of a failed call on this context's device.
  func error(_ status: Int32, _ call: StaticString, _ subject: String? = nil) -> InceptError {
    CLError(CLStatus(rawValue: status), call: "\(call)", device: device.name, subject: subject)
      .inceptError
  }

  /// A broken rule of ours about something on this context's device.
  func violation(_ subject: String, expected: String, found: String) -> InceptError {
    InceptError(
      .software, subject: "\(subject) on OpenCL device '\(device.name)'", expected: expected,
      found: found)
  }
}
