import Foundation
import OpenCLRuntime

/// An OpenCL device of this machine.
public struct Device: Codable, Sendable, Hashable {
  /// What kind of processor a device is.
  public enum Kind: String, Codable, Sendable, Hashable {
    /// A processor that runs programs as well: the host's own, mostly.
    case cpu
    /// A graphics processor.
    case gpu
    /// A processor for computing only.
    case accelerator
    /// None of these, or none that the driver names.
    case other
  }

  /// `PLATFORM:DEVICE`, as `--device` takes it. The order of platforms may change between runs.
  public let index: String
  /// The device's name.
  public let name: String
  /// What kind of processor it is.
  public let type: Kind
  /// The platform's name.
  public let platform: String
  /// The maker that the device names.
  public let vendor: String
  /// The driver's version, in the driver's own form.
  public let driver: String
  /// The version of OpenCL: `OpenCL 3.0 …`.
  public let version: String
  /// The version of the kernel language: `OpenCL C 1.2 …`.
  public let languageVersion: String
  /// Number of compute units: cores of a CPU.
  public let computeUnits: Int
  /// Highest clock in MHz.
  public let clockMHz: Int
  /// Memory of the device.
  public let memoryBytes: Int
  /// The largest single buffer.
  public let largestBufferBytes: Int
  /// Local memory of one work-group.
  public let localMemoryBytes: Int
  /// The most work-items in one work-group.
  public let largestWorkGroup: Int
  /// Vector width in floats of the instruction set.
  public let vectorWidth: Int
  /// Whether kernels can compute in `half`.
  public let hasFP16: Bool
  /// Whether kernels can compute in `double`.
  public let hasFP64: Bool
  /// Whether the device can be used now and builds kernels from source.
  public let isUsable: Bool
  /// What it reaches at best where that was measured (``measurePeaks(cache:progress:)``); filled in by ``DeviceReport``.
  public internal(set) var measuredPeaks: DevicePeaks?

  enum CodingKeys: String, CodingKey {
    case index, name, type, platform, vendor, driver, version
    case languageVersion = "language_version"
    case computeUnits = "compute_units"
    case clockMHz = "clock_mhz"
    case memoryBytes = "memory_bytes"
    case largestBufferBytes = "largest_buffer_bytes"
    case localMemoryBytes = "local_memory_bytes"
    case largestWorkGroup = "largest_work_group"
    case vectorWidth = "vector_width"
    case hasFP16 = "fp16"
    case hasFP64 = "fp64"
    case isUsable = "usable"
    case measuredPeaks = "peaks"
  }

  init(_ info: DeviceInfo) {
    index = info.index
    name = info.name
    type = Kind(rawValue: info.type.rawValue) ?? .other
    platform = info.platformName
    vendor = info.vendor
    driver = info.driverVersion
    version = info.deviceVersion
    languageVersion = info.openCLCVersion
    computeUnits = info.computeUnits
    clockMHz = info.maxClockMHz
    memoryBytes = info.globalMemoryBytes
    largestBufferBytes = info.maxAllocationBytes
    localMemoryBytes = info.localMemoryBytes
    largestWorkGroup = info.maxWorkGroupSize
    vectorWidth = info.nativeFloatVectorWidth
    hasFP16 = info.hasFP16
    hasFP64 = info.hasFP64
    isUsable = info.isAvailable && info.isCompilerAvailable
  }
}

extension Device {
  /// Every device of this machine; empty where there is none, see ``DeviceReport`` for the reasons.
  public static func list() -> [Device] { DeviceReport.current().devices }

  /// The device that `specifier` names: `PLATFORM:DEVICE`, `cpu`, `gpu`, or part of a device's or platform's
  /// name. Without one `INCEPT_DEVICE` is asked, and without that the first GPU is taken, else the first CPU.
  ///
  /// - Throws: `.unavailable` where nothing matches, listing what there is; `.usage` where a name matches
  ///   several, listing them.
  public static func select(
    _ specifier: String? = nil,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(InceptError) -> Device {
    Device(try DeviceSelection.select(specifier, environment: environment))
  }

  /// The driver's view of the device.
  ///
  /// - Throws: `.unavailable` where the device is no longer there.
  func discovered() throws(InceptError) -> DeviceInfo {
    let devices = DeviceDiscovery.discover().devices
    let found =
      devices.first { $0.index == index && $0.name == name } ?? devices.first { $0.name == name }
    guard let found else {
      throw InceptError(
        .unavailable, subject: "device '\(name)'", expected: "expected it to be there",
        found: "it gone", hint: "`incept devices` lists what there is")
    }
    return found
  }

  /// The device in a report.
  public var reported: ReportedDevice {
    ReportedDevice(index: index, name: name, platform: platform)
  }
}
