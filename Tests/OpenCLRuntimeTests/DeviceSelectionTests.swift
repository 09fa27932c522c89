import OpenCLRuntime
import TensorCore
import Testing

@Suite("Device selection")
struct DeviceSelectionTests {
  static func device(
    _ platform: Int, _ index: Int, _ name: String, _ type: DeviceType, _ platformName: String
  ) -> DeviceInfo {
    DeviceInfo(
      platformIndex: platform, deviceIndex: index, name: name, type: type,
      platformName: platformName)
  }

  static let machine = Discovery(devices: [
    device(0, 0, "pthread-Xeon", .cpu, "Portable Computing Language"),
    device(2, 0, "GeForce 100", .gpu, "NVIDIA CUDA"),
    device(2, 1, "GeForce 200", .gpu, "NVIDIA CUDA"),
    device(3, 0, "Xeon Gold", .cpu, "Intel OpenCL"),
  ])

  @Test(
    "A specifier finds its device",
    arguments: [
      ("0:0", "0:0"), ("2:1", "2:1"), (" 2:1 ", "2:1"), ("cpu", "0:0"), ("GPU", "2:0"),
      ("geforce 2", "2:1"), ("pthread", "0:0"), ("portable", "0:0"), ("INTEL", "3:0"),
    ])
  func specifier(text: String, index: String) throws {
    let found = try DeviceSelection.select(text, environment: [:], in: Self.machine)
    #expect(found.index == index)
  }

  @Test("No match lists what there is", arguments: ["9:9", "0:1", "radeon", "::", "0:0:0", "-1:0"])
  func noMatch(text: String) {
    let error = failure(text)
    #expect(error?.exitCode == 69)
    for device in Self.machine.devices {
      #expect(error?.description.contains(device.summary) == true)
    }
  }

  @Test("A name that matches several devices lists them", arguments: ["geforce", "cuda", "xeon"])
  func ambiguous(text: String) throws {
    let error = try #require(failure(text))
    #expect(error.exitCode == 64)
    let listed = Self.machine.devices.filter { error.description.contains($0.summary) }
    #expect(listed.count == 2)
  }

  @Test("An empty specifier is a usage error")
  func empty() {
    #expect(failure("  ")?.exitCode == 64)
  }

  @Test("INCEPT_DEVICE stands in for a missing specifier, and a given one wins")
  func environment() throws {
    let environment = ["INCEPT_DEVICE": "intel"]
    let machine = Self.machine
    #expect(try DeviceSelection.select(nil, environment: environment, in: machine).index == "3:0")
    #expect(try DeviceSelection.select("0:0", environment: environment, in: machine).index == "0:0")
    let ignored = ["INCEPT_DEVICE": ""]
    #expect(try DeviceSelection.select(nil, environment: ignored, in: machine).index == "2:0")
  }

  @Test("A bad INCEPT_DEVICE is named in the error")
  func badEnvironment() {
    let error = #expect(throws: InceptError.self) {
      try DeviceSelection.select(nil, environment: ["INCEPT_DEVICE": "radeon"], in: Self.machine)
    }
    #expect(error?.subject.contains("INCEPT_DEVICE") == true)
  }

  @Test("Without a wish it is the first GPU, else the first CPU, else the first device")
  func defaults() throws {
    let cpus = Self.machine.devices.filter { $0.type == .cpu }
    let board = Self.device(5, 0, "Board", .accelerator, "Boards")
    let pick = { (devices: [DeviceInfo]) throws in
      try DeviceSelection.select(nil, environment: [:], in: Discovery(devices: devices)).index
    }
    #expect(try pick(Self.machine.devices) == "2:0")
    #expect(try pick([board] + cpus) == "0:0")
    #expect(try pick([board]) == "5:0")
  }

  @Test("A device that is not available is not chosen by itself")
  func unavailable() throws {
    var devices = Self.machine.devices
    devices[1].isAvailable = false
    let found = try DeviceSelection.select(nil, environment: [:], in: Discovery(devices: devices))
    #expect(found.index == "2:1")
  }

  @Test(
    "Without any device every wish ends with 69, the notes and what to install",
    arguments: [nil, "0:0", "gpu"])
  func nothing(text: String?) {
    let discovery = Discovery(notes: ["platform 0 'Clover' has no devices"])
    let error = #expect(throws: InceptError.self) {
      try DeviceSelection.select(text, environment: [:], in: discovery)
    }
    #expect(error?.exitCode == 69)
    #expect(error?.description.contains("Clover") == true)
    #expect(error?.hint?.contains("pocl-opencl-icd") == true)
  }

  private func failure(_ text: String) -> InceptError? {
    do throws(InceptError) {
      _ = try DeviceSelection.select(text, environment: [:], in: Self.machine)
      return nil
    } catch { return error }
  }
}
