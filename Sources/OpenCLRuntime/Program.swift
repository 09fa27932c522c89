import COpenCL
import TensorCore

/// An OpenCL C program, built for one device.
///
/// May be used, and others built, from several threads at once.
package struct Program: ~Copyable, @unchecked Sendable {
  // SAFETY: the fields are constants after the build, and OpenCL's calls on a built program are
  // thread-safe.
  private let raw: cl_program
  private let context: ContextHandle
  /// What the program is called in messages.
  package let label: String

  /// Builds OpenCL C 1.2 source with the compiler's `options` (`-D N=4 -cl-mad-enable`). Unless the
  /// options name a language version, 1.2 is asked for on devices whose compiler is for another
  /// one.
  ///
  /// Many drivers make the machine code only when a kernel is first enqueued.
  ///
  /// - Throws: `.software` with the compiler's log where the source doesn't build.
  package init(
    _ context: borrowing Context, source: String, options: String = "", label: String
  ) throws(InceptError) {
    let handle = context.handle
    let subject = "program '\(label)'"
    var status: Int32 = 0
    let created = source.utf8CString.withUnsafeBufferPointer { text in
      var start = text.baseAddress
      var length = max(0, text.count - 1)
      return clCreateProgramWithSource(handle.raw, 1, &start, &length, &status)
    }
    guard status == 0, let created else {
      throw handle.error(status, "clCreateProgramWithSource", subject)
    }
    try self.init(handle, created, options: options, label: label)
  }

  /// Takes over what ``binary`` gave on the same device and driver, built with the same options.
  ///
  /// Drivers trust the bytes: they must be known to be what the driver wrote.
  ///
  /// - Throws: `.software` where the driver doesn't take them.
  package init(
    _ context: borrowing Context, binary: [UInt8], options: String = "", label: String
  ) throws(InceptError) {
    let handle = context.handle
    var device: cl_device_id? = handle.deviceID
    var status: Int32 = 0
    var binaryStatus: Int32 = 0
    var length = binary.count
    let created = binary.withUnsafeBufferPointer { bytes in
      var start = bytes.baseAddress
      return clCreateProgramWithBinary(
        handle.raw, 1, &device, &length, &start, &binaryStatus, &status)
    }
    guard status == 0, binaryStatus == 0, let created else {
      if let created { clReleaseProgram(created) }
      throw handle.error(
        status != 0 ? status : binaryStatus, "clCreateProgramWithBinary", "program '\(label)'")
    }
    try self.init(handle, created, options: options, label: label)
  }

  /// Builds a program object and takes it over.
  private init(
    _ handle: ContextHandle, _ created: cl_program, options: String, label: String
  ) throws(InceptError) {
    let options = Self.complete(options, for: handle.device)
    var device: cl_device_id? = handle.deviceID
    let built = clBuildProgram(created, 1, &device, options, nil, nil)
    guard built == 0 else {
      let log = Self.buildLog(created, handle.deviceID)
      clReleaseProgram(created)
      let subject = "program '\(label)'"
      let named = options.isEmpty ? subject : "\(subject) with '\(options)'"
      throw CLError(
        CLStatus(rawValue: built), call: "clBuildProgram", device: handle.device.name,
        subject: named, buildLog: log
      ).inceptError
    }
    raw = created
    self.context = handle
    self.label = label
  }

  deinit { clReleaseProgram(raw) }

  /// Makes a kernel object of the `__kernel` function `name`, with no arguments set.
  package func kernel(_ name: String) throws(InceptError) -> Kernel {
    var status: Int32 = 0
    guard let kernel = clCreateKernel(raw, name, &status), status == 0 else {
      throw context.error(status, "clCreateKernel", "kernel '\(name)' of program '\(label)'")
    }
    return Kernel(kernel, name: name, context: context)
  }

  /// The driver's form of the program, for ``init(_:binary:options:label:)``; nil where the driver
  /// gives none.
  ///
  /// Drivers that make machine code at first launch (PoCL) make it now for launches of any kind,
  /// which takes as long as the first launch did.
  package var binary: [UInt8]? {
    let raw = raw
    let info = InfoQuery { clGetProgramInfo(raw, $0, $1, $2, $3) }
    let length = info.size(CL_PROGRAM_BINARY_SIZES)
    guard length > 0, length <= Self.binaryLimit else { return nil }
    var bytes = [UInt8](repeating: 0, count: length)
    let status = bytes.withUnsafeMutableBufferPointer { buffer in
      var start = buffer.baseAddress
      return clGetProgramInfo(
        raw, cl_program_info(CL_PROGRAM_BINARIES), MemoryLayout.size(ofValue: start), &start, nil)
    }
    return status == 0 ? bytes : nil
  }

  /// What the compiler wrote about a successful build; often empty.
  package var buildLog: String { Self.buildLog(raw, context.deviceID) }

  /// The options a build is made with; see ``init(_:source:options:label:)``.
  package static func complete(_ options: String, for device: DeviceInfo) -> String {
    let isDefault = device.openCLCVersion.hasPrefix("OpenCL C 1.")
    if isDefault || device.openCLCVersion.isEmpty || options.contains("-cl-std=") { return options }
    return options.isEmpty ? "-cl-std=CL1.2" : options + " -cl-std=CL1.2"
  }

  private static let binaryLimit = 1 << 28

  /// The most of a build log that an error carries.
  private static let logLimit = 16 * 1024

  private static func buildLog(_ program: cl_program, _ device: cl_device_id) -> String {
    let info = InfoQuery { clGetProgramBuildInfo(program, device, $0, $1, $2, $3) }
    let log = info.text(CL_PROGRAM_BUILD_LOG) ?? ""
    return log.utf8.count <= logLimit ? log : String(log.prefix(logLimit)) + "\n…"
  }
}
