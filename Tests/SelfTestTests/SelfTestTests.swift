import KernelSources
import OpenCLBackend
import OpenCLRuntime
import SelfTest
import TensorCore
import TestSupport
import Testing

@Suite("The self-test of kernels")
struct SelfTestTests {
  private static let forms: [DeviceTraits] = [
    DeviceTraits.Style.registerTiles, .workItems,
  ].map { style in
    DeviceTraits(
      style: style, vectorWidth: 16, computeUnits: 8, localMemoryBytes: 1 << 16,
      maxWorkGroupSize: 1024, maxAllocationBytes: 1 << 30, globalMemoryBytes: 1 << 32)
  }

  @Test("launches every kernel file that networks use, on one kind of device or the other")
  func coverage() throws {
    var files: Set<String> = []
    for form in Self.forms {
      for family in SelfTestFamily.all {
        for problem in try family.problems() {
          for variant in try family.variants(of: problem, on: form) {
            files.formUnion(try variant.plan(form).launches.map(\.kernel.file))
          }
        }
      }
    }
    let missing = Set(KernelSources.names).subtracting(files).subtracting(["peaks.cl"])
    #expect(missing.isEmpty, "no problem launches \(missing.sorted())")
  }

  @Test("families have names of their own, and problems everywhere but where they are not used")
  func names() throws {
    let names = SelfTestFamily.all.map(\.name)
    #expect(Set(names).count == names.count)
    for family in SelfTestFamily.all {
      let problems = try family.problems()
      #expect(!problems.isEmpty, "\(family.name)")
      let count = try Self.forms.reduce(0) { total, form in
        try total
          + problems.reduce(0) { try $0 + family.variants(of: $1, on: form).count }
      }
      #expect(count > 0, "\(family.name) is used on no kind of device")
    }
  }
}

@Suite("The self-test on devices")
struct SelfTestDeviceTests {
  private static let devices = TestDevice.all.filter(\.isNative).map(\.info)

  private static func family(_ name: String) throws -> SelfTestFamily {
    try #require(SelfTestFamily.all.first { $0.name == name })
  }

  @Test("every family agrees with the reference or is not used", arguments: devices)
  func agrees(_ device: DeviceInfo) throws {
    let runner = try SelfTestRunner(device)
    var announced = 0
    for family in SelfTestFamily.all {
      let result = runner.run(family) { _ in announced += 1 }
      #expect([.agrees, .unused].contains(result.verdict), "\(result)")
      if result.verdict == .agrees {
        #expect(result.problems > 0)
        #expect(try #require(result.worst) <= 1)
      }
    }
    #expect(announced > SelfTestFamily.all.count / 2)
  }

  @Test("a result that is wrong is told with its first wrong element", arguments: devices)
  func wrong(_ device: DeviceInfo) throws {
    let runner = try SelfTestRunner(device) { problem, _, elements in
      if problem.hasPrefix("max 3x3"), elements.count > 7 {
        elements[7] += 0.25
        elements[5] = .nan
      }
    }
    let result = runner.run(try Self.family("pools"))
    #expect(result.verdict == .differs)
    let fault = try #require(result.fault)
    #expect(fault.problem.hasPrefix("max 3x3"))
    #expect(fault.kernels.contains { $0.hasPrefix("pool2d.cl: ") })
    #expect(fault.element?.index == 5)
    #expect(fault.element?.found == nil)
    #expect(fault.element?.wrong == 2)
    #expect(fault.message.contains("element 5 of 'output0'"))
    #expect(fault.isRightUnoptimised == false)
    #expect(result.worst == 1e12)
  }

  @Test("one that is right without the compiler's optimiser is told so", arguments: devices)
  func miscompiled(_ device: DeviceInfo) throws {
    let runner = try SelfTestRunner(device) { _, options, elements in
      if options.isEmpty { elements[0] = 1e6 }
    }
    let result = runner.run(try Self.family("softmax"))
    #expect(result.verdict == .differs)
    #expect(result.fault?.isRightUnoptimised == true)
    #expect(result.fault?.element?.index == 0)
  }

  @Test("an error just within the tolerance is fine, one just beyond is not", arguments: devices)
  func tolerance(_ device: DeviceInfo) throws {
    for (factor, verdict) in [(0.9, SelfTestResult.Verdict.agrees), (1.5, .differs)] {
      let runner = try SelfTestRunner(device) { _, _, elements in
        // A normalised row has length 1: this element may be off by 2e-5 of the largest.
        let largest = elements.reduce(0) { max($0, abs($1)) }
        elements[3] += 2e-5 * largest * factor
      }
      #expect(runner.run(try Self.family("local response normalisation")).verdict == verdict)
    }
  }

  @Test("a problem that can't be made is a failure, not a crash", arguments: devices.prefix(1))
  func fails(_ device: DeviceInfo) throws {
    let family = SelfTestFamily("impossible") { () throws(InceptError) in
      throw InceptError(.software, subject: "a test", expected: "expected this")
    }
    let result = try SelfTestRunner(device).run(family)
    #expect(result.verdict == .fails)
    #expect(result.fault?.message.contains("expected this") == true)
  }
}
