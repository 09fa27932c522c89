import OpenCLRuntime
import Testing

@Suite("Program options")
struct ProgramOptionsTests {
  @Test("OpenCL C 1.2 is asked for only where the device's compiler is for another version")
  func languageVersion() {
    var device = DeviceInfo(
      platformIndex: 0, deviceIndex: 0, name: "made up", type: .cpu, platformName: "none")
    device.openCLCVersion = "OpenCL C 1.2 pocl"
    #expect(Program.complete("-D A=1", for: device) == "-D A=1")
    device.openCLCVersion = "OpenCL C 3.0 "
    #expect(Program.complete("-D A=1", for: device) == "-D A=1 -cl-std=CL1.2")
    #expect(Program.complete("", for: device) == "-cl-std=CL1.2")
    #expect(Program.complete("-cl-std=CL3.0", for: device) == "-cl-std=CL3.0")
  }
}
