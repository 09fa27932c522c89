import Foundation
import OpenCLRuntime
import PeakMeasurement
import Profiling

/// What this machine has for OpenCL.
public struct DeviceReport: Report {
  /// `incept.devices/1`
  public private(set) var schema = "incept.devices/1"
  /// Every platform, also those without devices.
  public var platforms: [Platform]
  /// Every device of every platform.
  public var devices: [Device]
  /// A line about each thing that is there but gives no device: a platform without devices, a driver that can't
  /// be loaded, a machine without any driver.
  public var notes: [String]
  /// The index of the device that is used where none is named; nil where there is none, or a report was read.
  private var usual: String?

  enum CodingKeys: String, CodingKey { case schema, platforms, devices, notes }

  /// An OpenCL platform: one driver's devices.
  public struct Platform: Codable, Sendable, Hashable {
    /// Position in the loader's order.
    public var index: Int
    /// The platform's name.
    public var name: String
    /// The maker that the platform names.
    public var vendor: String
    /// The version of OpenCL: `OpenCL 3.0 …`.
    public var version: String
  }

  /// Looks at this machine. Nothing there is a normal result.
  ///
  /// - Parameter cache: Where measured peaks are kept.
  public static func current(cache: CacheOptions = .standard()) -> DeviceReport {
    DeviceReport(DeviceDiscovery.discover(), cache)
  }

  init(_ discovery: Discovery, _ cache: CacheOptions) {
    platforms = discovery.platforms.map {
      Platform(index: $0.index, name: $0.name, vendor: $0.vendor, version: $0.version)
    }
    devices = []
    notes = discovery.notes
    let environment = ProcessInfo.processInfo.environment
    usual = try? DeviceSelection.select(nil, environment: environment, in: discovery).index
    for info in discovery.devices {
      var device = Device(info)
      switch PeakStore(info, cache).lookup() {
      case .found(let peaks): device.measuredPeaks = peaks
      case .absent: break
      case .damaged(let path, let reason):
        notes.append(
          "the peaks of \(device.index) in \(path) are ignored: \(reason); "
            + "`incept devices --measure` replaces them")
      }
      devices.append(device)
    }
    if devices.isEmpty {
      notes.append(
        "install a driver to have a device; for the CPU: apt-get install pocl-opencl-icd")
    }
  }

  /// The report for people.
  public func text() -> String {
    var text = ""
    for platform in platforms {
      text += "platform \(platform.index): \(platform.name), \(platform.version)\n"
      for device in devices where device.index.hasPrefix("\(platform.index):") {
        text += Self.text(device, isUsual: device.index == usual)
      }
    }
    if devices.isEmpty { text += "no OpenCL device\n" }
    return text + notes.map { "note: \($0)\n" }.joined()
  }

  private static func text(_ device: Device, isUsual: Bool) -> String {
    var table = TextTable([("", .left), ("", .left), ("", .left)])
    func add(_ title: String, _ value: String) { table.add(["     ", title, value]) }
    add("type", device.type.rawValue + (device.isUsable ? "" : " (not usable)"))
    add("driver", "\(device.driver), \(device.version)")
    add("language", device.languageVersion)
    add("compute units", "\(device.computeUnits) at up to \(device.clockMHz) MHz")
    add(
      "memory",
      "\(NumberText.bytes(device.memoryBytes)), largest buffer "
        + NumberText.bytes(device.largestBufferBytes))
    add(
      "work-group",
      "up to \(device.largestWorkGroup) items, local memory "
        + NumberText.bytes(device.localMemoryBytes))
    add("vectors", "\(device.vectorWidth) floats")
    add("fp16, fp64", "\(device.hasFP16 ? "yes" : "no"), \(device.hasFP64 ? "yes" : "no")")
    for line in device.measuredPeaks?.lines ?? [] { add(line.title, line.value) }
    let mark = isUsual ? "  (used where --device names none)" : ""
    return "  \(device.index)  \(device.name)\(mark)\n" + table.text()
  }
}

extension DeviceReport {
  /// Leaves only one device, its platform, and what is noted.
  public mutating func keep(_ device: Device) {
    devices.removeAll { $0.index != device.index }
    platforms.removeAll { !device.index.hasPrefix("\($0.index):") }
  }

  /// The report with the peaks of its usable devices, measured now and kept in the cache. A device that can't be measured
  /// gets a note.
  ///
  /// - Throws: `.unavailable` where no device could be measured, the last one's error.
  public func measuring(
    cache: CacheOptions = .standard(), _ progress: ProgressHandler? = nil
  ) throws(InceptError) -> DeviceReport {
    var measured: [String: DevicePeaks] = [:]
    var failures: [String] = []
    var failure: InceptError?
    for device in devices where device.isUsable {
      do throws(InceptError) {
        measured[device.index] = try device.measurePeaks(cache: cache, progress: progress)
      } catch {
        failure = error
        failures.append("\(device.index) could not be measured: \(error)")
      }
    }
    if measured.isEmpty, let failure { throw failure }
    // What was damaged is replaced now.
    var report = DeviceReport.current(cache: cache)
    let kept = report.devices.contains { $0.measuredPeaks != nil }
    report.platforms = platforms
    report.devices = devices
    for index in devices.indices {
      if let peaks = measured[devices[index].index] { report.devices[index].measuredPeaks = peaks }
    }
    report.notes += failures
    if !measured.isEmpty, !kept {
      report.notes.append(
        "the peaks could not be kept: set INCEPT_CACHE_DIR to a folder that can be written")
    }
    return report
  }
}
