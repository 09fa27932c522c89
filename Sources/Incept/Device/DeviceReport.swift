import OpenCLRuntime
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
  public static func current() -> DeviceReport { DeviceReport(DeviceDiscovery.discover()) }

  init(_ discovery: Discovery) {
    platforms = discovery.platforms.map {
      Platform(index: $0.index, name: $0.name, vendor: $0.vendor, version: $0.version)
    }
    devices = discovery.devices.map { Device($0) }
    notes = discovery.notes
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
        text += Self.text(device)
      }
    }
    if devices.isEmpty { text += "no OpenCL device\n" }
    return text + notes.map { "note: \($0)\n" }.joined()
  }

  private static func text(_ device: Device) -> String {
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
    return "  \(device.index)  \(device.name)\n" + table.text()
  }
}
