import TensorCore

/// A failed OpenCL call: what failed, where, and what the compiler said.
///
/// The module throws `InceptError`; every one that comes from an OpenCL call is the ``inceptError``
/// of a `CLError`.
package struct CLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What the call returned.
  package var status: CLStatus
  /// The C function that failed, as `clBuildProgram`.
  package var call: String
  /// The device's name, or nil where none is chosen yet.
  package var device: String?
  /// What the call was about: `kernel 'conv2d'`, `program 'pool'`, or nil.
  package var subject: String?
  /// What the compiler wrote, for build failures.
  package var buildLog: String?

  /// Creates an error.
  package init(
    _ status: CLStatus, call: String, device: String? = nil, subject: String? = nil,
    buildLog: String? = nil
  ) {
    self.status = status
    self.call = call
    self.device = device
    self.subject = subject
    self.buildLog = buildLog
  }

  /// The error's one line, as people see it.
  package var description: String { inceptError.description }

  /// The error as people see it: subject and device, the failing call, the symbolic code with the
  /// build log.
  ///
  /// No platform, no device, a device out of memory and the like are `.unavailable`; what remains
  /// is a bug of ours, `.software`.
  package var inceptError: InceptError {
    let place = device.map { "OpenCL device '\($0)'" }
    let about = [subject, place].compactMap { $0 }.joined(separator: " on ")
    var found = status.description
    if let buildLog {
      let log = buildLog.isEmpty ? "an empty build log" : "the build log:\n\(buildLog)"
      found += " and " + log
    }
    return InceptError(
      category, subject: about.isEmpty ? "OpenCL" : about, expected: "expected \(call) to succeed",
      found: found, hint: hint)
  }

  private var category: InceptError.Category {
    switch status {
    case .platformNotFound, .deviceNotFound, .deviceNotAvailable, .compilerNotAvailable,
      .memObjectAllocationFailure, .outOfResources, .outOfHostMemory:
      .unavailable
    default: .software
    }
  }

  private var hint: String? {
    switch status {
    case .platformNotFound, .deviceNotFound: Hints.installDriver
    case .deviceNotAvailable: "choose another device; `incept devices` lists them"
    case .compilerNotAvailable: "this driver can't build kernels from source; choose another device"
    case .memObjectAllocationFailure, .outOfResources, .outOfHostMemory:
      "the device is short of memory or resources: try a smaller batch, or another device"
    default: nil
    }
  }
}

/// Remedies that several errors name.
package enum Hints {
  /// What to do on a machine without a usable OpenCL device.
  package static let installDriver =
    "install an OpenCL driver; `apt-get install pocl-opencl-icd` runs on any CPU"
  /// Where to see the choice.
  package static let listDevices = "`incept devices` lists every device"
}

/// Throws the rendered ``CLError`` unless `status` is `CL_SUCCESS`.
@inline(__always)
func check(
  _ status: Int32, _ call: StaticString, device: String? = nil,
  subject: @autoclosure () -> String? = nil
) throws(InceptError) {
  guard status == 0 else {
    throw CLError(
      CLStatus(rawValue: status), call: "\(call)", device: device, subject: subject()
    ).inceptError
  }
}
