import OpenCLRuntime
import Testing

@Suite("Launch checks")
struct LaunchCheckTests {
  static func check(
    _ global: [Int], _ local: [Int]?, localArguments: [Int] = [], kernelGroup: Int = 0,
    staticLocal: Int = 0, required: [Int]? = nil, addressBits: Int = 64
  ) -> LaunchCheck {
    var device = DeviceInfo(
      platformIndex: 0, deviceIndex: 0, name: "made up", type: .gpu, platformName: "none")
    device.maxWorkGroupSize = 256
    device.maxWorkItemSizes = [256, 256, 64]
    device.localMemoryBytes = 32768
    device.addressBits = addressBits
    var kernel = KernelLimits()
    kernel.workGroupSize = kernelGroup
    kernel.staticLocalBytes = staticLocal
    kernel.compileWorkGroupSize = required
    return LaunchCheck(
      device: device, kernel: kernel, global: global, local: local, localArguments: localArguments)
  }

  @Test(
    "Launches within the limits go ahead",
    arguments: [
      check([1], nil), check([7, 5, 3], [1, 1, 1]), check([512], [256]),
      check([32, 32], [16, 16]), check([64], [64], kernelGroup: 64),
      check([64], [64], localArguments: [16384, 16384]),
      check([64], [64], localArguments: [16384], staticLocal: 16384),
      check([64, 8], [8, 8], required: [8, 8, 1]),
      check([64, 8], [8, 8], kernelGroup: 32, required: [8, 8, 1]),
    ])
  func accepted(check: LaunchCheck) {
    #expect(check.violation == nil)
  }

  @Test(
    "Launches beyond a limit are refused with the rule",
    arguments: [
      (check([], nil), "global sizes"), (check([1, 1, 1, 1], nil), "global sizes"),
      (check([0], nil), "global sizes"), (check([-4], nil), "global sizes"),
      (check([Int.max, 2], nil), "work-items"),
      (check([1 << 20, 1 << 20], nil, addressBits: 32), "work-items"),
      (check([8, 8], [8]), "local sizes"), (check([8], [0]), "local sizes"),
      (check([10], [4]), "divisible"), (check([128, 1, 128], [1, 1, 128]), "within the device's"),
      (check([512], [512]), "within the device's"), (check([32, 32], [32, 32]), "at most 256"),
      (check([128], [128], kernelGroup: 64), "at most 64"),
      (check([64], [32], required: [64, 1, 1]), "own local size"),
      (check([64], nil, required: [64, 1, 1]), "own local size"),
      (check([1], [1], localArguments: [32769]), "local memory"),
      (check([1], [1], localArguments: [32768, 4]), "local memory"),
      (check([1], [1], localArguments: [Int.max, Int.max]), "local memory"),
      (check([1], [1], localArguments: [4], staticLocal: 32768), "local memory"),
      (check([1], nil, staticLocal: 40000), "local memory"),
    ] as [(LaunchCheck, String)])
  func refused(check: LaunchCheck, rule: String) {
    #expect(check.violation?.expected.contains(rule) == true)
  }
}
