import COpenCL

/// What an OpenCL call returned.
package struct CLStatus: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The code as OpenCL gives it: 0 or negative.
  package let rawValue: Int32

  /// Wraps a code, known or not.
  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// The name the headers give the code (`CL_OUT_OF_RESOURCES`), or nil for a code they don't
  /// define.
  package var name: String? { Self.names[rawValue] }

  /// The name and the number: `CL_OUT_OF_RESOURCES (-5)`.
  package var description: String {
    guard let name else { return "unknown OpenCL status \(rawValue)" }
    return "\(name) (\(rawValue))"
  }

  /// Whether the call did what it was asked.
  package var isSuccess: Bool { rawValue == CL_SUCCESS }

  /// `CL_SUCCESS`.
  package static let success = CLStatus(rawValue: 0)
  /// `CL_DEVICE_NOT_FOUND`.
  package static let deviceNotFound = CLStatus(rawValue: -1)
  /// `CL_DEVICE_NOT_AVAILABLE`.
  package static let deviceNotAvailable = CLStatus(rawValue: -2)
  /// `CL_COMPILER_NOT_AVAILABLE`.
  package static let compilerNotAvailable = CLStatus(rawValue: -3)
  /// `CL_MEM_OBJECT_ALLOCATION_FAILURE`.
  package static let memObjectAllocationFailure = CLStatus(rawValue: -4)
  /// `CL_OUT_OF_RESOURCES`.
  package static let outOfResources = CLStatus(rawValue: -5)
  /// `CL_OUT_OF_HOST_MEMORY`.
  package static let outOfHostMemory = CLStatus(rawValue: -6)
  /// `CL_PROFILING_INFO_NOT_AVAILABLE`.
  package static let profilingInfoNotAvailable = CLStatus(rawValue: -7)
  /// `CL_BUILD_PROGRAM_FAILURE`.
  package static let buildProgramFailure = CLStatus(rawValue: -11)
  /// `CL_INVALID_VALUE`.
  package static let invalidValue = CLStatus(rawValue: -30)
  /// `CL_INVALID_BUILD_OPTIONS`.
  package static let invalidBuildOptions = CLStatus(rawValue: -43)
  /// `CL_INVALID_BUFFER_SIZE`.
  package static let invalidBufferSize = CLStatus(rawValue: -61)
  /// `CL_PLATFORM_NOT_FOUND_KHR`.
  package static let platformNotFound = CLStatus(rawValue: -1001)
}
