import COpenCL

/// What an OpenCL call returned.
package struct CLStatus: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  package let rawValue: Int32

  package init(rawValue: Int32) { self.rawValue = rawValue }

  /// The name the headers give the code (`CL_OUT_OF_RESOURCES`), or nil for a code they don't define.
  package var name: String? { Self.names[rawValue] }

  /// The name and the number: `CL_OUT_OF_RESOURCES (-5)`.
  package var description: String {
    guard let name else { return "unknown OpenCL status \(rawValue)" }
    return "\(name) (\(rawValue))"
  }

  /// Whether the call did what it was asked.
  package var isSuccess: Bool { rawValue == CL_SUCCESS }

  package static let success = CLStatus(rawValue: 0)
  package static let deviceNotFound = CLStatus(rawValue: -1)
  package static let deviceNotAvailable = CLStatus(rawValue: -2)
  package static let compilerNotAvailable = CLStatus(rawValue: -3)
  package static let memObjectAllocationFailure = CLStatus(rawValue: -4)
  package static let outOfResources = CLStatus(rawValue: -5)
  package static let outOfHostMemory = CLStatus(rawValue: -6)
  package static let profilingInfoNotAvailable = CLStatus(rawValue: -7)
  package static let buildProgramFailure = CLStatus(rawValue: -11)
  package static let invalidValue = CLStatus(rawValue: -30)
  package static let invalidBuildOptions = CLStatus(rawValue: -43)
  package static let invalidBufferSize = CLStatus(rawValue: -61)
  package static let platformNotFound = CLStatus(rawValue: -1001)
}
