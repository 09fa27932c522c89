import OpenCLRuntime
import TensorCore
import Testing

@Suite("OpenCL errors")
struct CLErrorTests {
  @Test(
    "Codes have their symbolic names",
    arguments: [
      (0, "CL_SUCCESS"), (-1, "CL_DEVICE_NOT_FOUND"), (-5, "CL_OUT_OF_RESOURCES"),
      (-11, "CL_BUILD_PROGRAM_FAILURE"), (-19, "CL_KERNEL_ARG_INFO_NOT_AVAILABLE"),
      (-30, "CL_INVALID_VALUE"), (-54, "CL_INVALID_WORK_GROUP_SIZE"),
      (-72, "CL_MAX_SIZE_RESTRICTION_EXCEEDED"), (-1001, "CL_PLATFORM_NOT_FOUND_KHR"),
    ] as [(Int32, String)])
  func symbolicName(code: Int32, name: String) {
    #expect(CLStatus(rawValue: code).name == name)
    #expect(CLStatus(rawValue: code).description == "\(name) (\(code))")
  }

  @Test("Every core code has a name", arguments: Array(-19...0) + Array(-72 ... -30))
  func coreCode(code: Int32) {
    #expect(CLStatus(rawValue: code).name?.hasPrefix("CL_") == true)
  }

  @Test("An unknown code shows its number")
  func unknownCode() {
    #expect(CLStatus(rawValue: -4242).name == nil)
    #expect(CLStatus(rawValue: -4242).description.contains("-4242"))
  }

  @Test("A machine without OpenCL ends with 69 and says what to install", arguments: [-1, -1001])
  func noDevice(code: Int32) {
    let error = CLError(CLStatus(rawValue: code), call: "clGetPlatformIDs").inceptError
    #expect(error.exitCode == 69)
    #expect(error.hint?.contains("apt-get install pocl-opencl-icd") == true)
  }

  @Test("A build failure names program and device and shows the log")
  func buildFailure() {
    let error = CLError(
      .buildProgramFailure, call: "clBuildProgram", device: "Some CPU", subject: "program 'pool'",
      buildLog: "line 3: no such thing"
    ).inceptError
    #expect(error.category == .software)
    for part in [
      "program 'pool'", "Some CPU", "clBuildProgram", "CL_BUILD_PROGRAM_FAILURE (-11)",
      "line 3: no such thing",
    ] {
      #expect(error.description.contains(part))
    }
  }

  @Test("Running out of resources is the device's matter, not a bug", arguments: [-4, -5, -6])
  func outOfResources(code: Int32) {
    let error = CLError(CLStatus(rawValue: code), call: "clEnqueueNDRangeKernel").inceptError
    #expect(error.category == .unavailable)
    #expect(error.hint != nil)
  }
}
