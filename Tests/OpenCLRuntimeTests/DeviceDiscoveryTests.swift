import Dispatch
import Foundation
import OpenCLRuntime
import Synchronization
import Testing

@Suite("Device discovery")
struct DeviceDiscoveryTests {
  static func source(
    _ platforms: [DiscoverySource.Platform], status: CLStatus = .success, drivers: [ICDEntry] = []
  ) -> DiscoverySource {
    DiscoverySource(
      platforms: { (platforms, status) }, drivers: { drivers }, place: "/somewhere/vendors")
  }

  @Test("A machine with no driver says so")
  func noDriver() {
    let found = DeviceDiscovery.discover(from: Self.source([], status: .platformNotFound))
    #expect(found.platforms.isEmpty && found.devices.isEmpty)
    #expect(found.notes.count == 1)
    #expect(found.notes.first?.contains("/somewhere/vendors") == true)
  }

  @Test(
    "Threads that look for devices first and at once find them all",
    .enabled(if: !DeviceDiscovery.discover().devices.isEmpty, "needs an OpenCL device"))
  func atOnce() async {
    // Drivers begin with the first question, which another test has asked in this process long ago.
    for _ in 0..<5 {
      await #expect(processExitsWith: .success) {
        let counts = Mutex<[Int]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
          let found = DeviceDiscovery.discover().devices.count
          counts.withLock { $0.append(found) }
        }
        let all = DeviceDiscovery.discover().devices.count
        #expect(counts.withLock { $0 } == [Int](repeating: all, count: 8))
      }
    }
  }

  @Test("A platform without devices is listed and noted")
  func emptyPlatform() {
    let clover = PlatformInfo(index: 0, name: "Clover", deviceCount: 0)
    let found = DeviceDiscovery.discover(from: Self.source([(clover, [], .deviceNotFound)]))
    #expect(found.platforms == [clover])
    #expect(found.notes == ["platform 0 'Clover' has no devices"])
  }

  @Test("A platform whose device query fails shows the status")
  func failingPlatform() {
    let bad = PlatformInfo(index: 1, name: "Bad", deviceCount: 0)
    let found = DeviceDiscovery.discover(from: Self.source([(bad, [], .outOfHostMemory)]))
    #expect(found.notes.first?.contains("CL_OUT_OF_HOST_MEMORY") == true)
  }

  @Test("Drivers that give nothing are noted, those that work are not")
  func drivers() {
    let states: [ICDEntry.State] = [.loaded, .silent, .failed("cannot open shared object file")]
    let drivers = states.map { ICDEntry(source: "a.icd", library: "libX.so", state: $0) }
    let found = DeviceDiscovery.discover(
      from: Self.source([], status: .platformNotFound, drivers: drivers))
    #expect(found.notes.count == 2)
    #expect(found.notes.last?.contains("cannot open shared object file") == true)
  }

  @Test("A loader that fails for another reason is noted")
  func failingLoader() {
    let found = DeviceDiscovery.discover(from: Self.source([], status: .outOfHostMemory))
    #expect(found.notes.contains { $0.contains("CL_OUT_OF_HOST_MEMORY") })
  }

  @Test("Drivers are found where the environment says")
  func vendorFolders() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-icd-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("libB.so.1 \nsecond line\n".utf8).write(to: folder.appendingPathComponent("b.icd"))
    try Data("/opt/libA.so".utf8).write(to: folder.appendingPathComponent("a.icd"))
    try Data("libC.so".utf8).write(to: folder.appendingPathComponent("c.txt"))
    try Data().write(to: folder.appendingPathComponent("empty.icd"))
    let libraries = { (environment: [String: String]) in
      ICDFiles.installed(environment: environment).map(\.library)
    }
    #expect(libraries(["OCL_ICD_VENDORS": folder.path]) == ["/opt/libA.so", "libB.so.1"])
    #expect(libraries(["OPENCL_VENDOR_PATH": folder.path]) == ["/opt/libA.so", "libB.so.1"])
    let both = ["OPENCL_VENDOR_PATH": folder.path, "OCL_ICD_VENDORS": "b.icd"]
    #expect(libraries(both) == ["libB.so.1"])
    #expect(libraries(["OCL_ICD_VENDORS": folder.path + "/a.icd"]) == ["/opt/libA.so"])
    #expect(libraries(["OCL_ICD_VENDORS": "/x/libD.so"]) == ["/x/libD.so"])
    #expect(ICDFiles.place(environment: [:]) == "/etc/OpenCL/vendors")
  }

  @Test("A library that can't be loaded says why")
  func missingLibrary() {
    guard case .failed(let why) = ICDFiles.state(ofLibrary: "libIncept-no-such-driver.so") else {
      Issue.record("a library that doesn't exist was found")
      return
    }
    #expect(why.contains("libIncept-no-such-driver.so"))
  }

  @Test("A library that is no driver is told from one")
  func notADriver() {
    #expect(ICDFiles.state(ofLibrary: "libc.so.6") == .failed("it is not an OpenCL driver"))
  }

  @Test("Every device found describes itself")
  func realDevices() {
    let found = DeviceDiscovery.discover()
    #expect(found.platforms.map(\.deviceCount).reduce(0, +) == found.devices.count)
    for device in found.devices {
      #expect(!device.name.isEmpty && !device.platformName.isEmpty)
      #expect(device.deviceVersion.hasPrefix("OpenCL "))
      #expect(device.openCLCVersion.hasPrefix("OpenCL C "))
      #expect(device.computeUnits > 0)
      #expect(device.maxWorkGroupSize > 0)
      #expect(device.maxWorkItemSizes.count >= 3)
      #expect(device.maxAllocationBytes > 0)
      #expect(device.maxAllocationBytes <= device.globalMemoryBytes)
      #expect(device.localMemoryBytes >= 16 * 1024)
      #expect(device.addressBits == 32 || device.addressBits == 64)
      #expect(device.handle != nil)
    }
  }
}
