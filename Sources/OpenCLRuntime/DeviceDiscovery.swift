import COpenCL
import Foundation
import Synchronization

/// What a look at the machine's OpenCL drivers found.
package struct Discovery: Sendable, Hashable {
  /// Every platform, also those without devices, in the loader's order.
  package var platforms: [PlatformInfo]
  /// Every device of every platform, in the loader's order.
  package var devices: [DeviceInfo]
  /// One line each about what is there but gives no device: a platform without devices, a driver
  /// that can't be loaded, a machine with no driver at all.
  package var notes: [String]

  /// Creates a result.
  package init(platforms: [PlatformInfo] = [], devices: [DeviceInfo] = [], notes: [String] = []) {
    self.platforms = platforms
    self.devices = devices
    self.notes = notes
  }
}

/// Where discovery gets its facts from; tests make their own.
package struct DiscoverySource {
  /// One platform as the loader gives it, or the status of the failed query.
  package typealias Platform = (info: PlatformInfo, devices: [DeviceInfo], status: CLStatus)

  /// The loader's platforms and the status of asking for them.
  package var platforms: () -> (platforms: [Platform], status: CLStatus)
  /// The installed drivers and what became of them; asked after ``platforms``.
  package var drivers: () -> [ICDEntry]
  /// Where the loader looks for drivers, for messages.
  package var place: String

  /// Creates a source.
  package init(
    platforms: @escaping () -> (platforms: [Platform], status: CLStatus),
    drivers: @escaping () -> [ICDEntry], place: String
  ) {
    self.platforms = platforms
    self.drivers = drivers
    self.place = place
  }

  /// The machine's ICD loader. It reads the environment of the process, so `environment` should be
  /// that.
  package static func system(environment: [String: String]) -> DiscoverySource {
    DiscoverySource(
      platforms: SystemPlatforms.query,
      drivers: { ICDFiles.inspect(environment: environment) },
      place: ICDFiles.place(environment: environment))
  }
}

/// Finds platforms and devices.
package enum DeviceDiscovery {
  /// Everything OpenCL offers on this machine. Nothing there is a normal case: the lists are empty
  /// and the notes say what is wrong.
  package static func discover() -> Discovery {
    discover(from: .system(environment: ProcessInfo.processInfo.environment))
  }

  /// Everything that `source` offers.
  package static func discover(from source: DiscoverySource) -> Discovery {
    let (platforms, status) = source.platforms()
    let drivers = source.drivers()
    var notes: [String] = []
    for platform in platforms where platform.devices.isEmpty {
      let none = platform.status.isSuccess || platform.status == .deviceNotFound
      let reason = none ? "" : ": \(platform.status)"
      notes.append(
        "platform \(platform.info.index) '\(platform.info.name)' has no devices\(reason)")
    }
    if !status.isSuccess && status != .platformNotFound {
      notes.append("the OpenCL loader can't list platforms: \(status)")
    }
    if drivers.isEmpty && platforms.isEmpty {
      notes.append("no OpenCL driver is installed: there is no .icd file in \(source.place)")
    }
    notes += drivers.compactMap(\.note)
    return Discovery(
      platforms: platforms.map(\.info), devices: platforms.flatMap(\.devices), notes: notes)
  }
}

/// The loader's own answers.
private enum SystemPlatforms {
  /// More platforms or devices than any machine has.
  static let limit: UInt32 = 1024

  /// Drivers begin with the first question. PoCL's (3.1) does so without a lock: a thread that asks meanwhile is told that
  /// there are no devices, or reads what isn't there yet.
  private static let turn = Mutex(())

  static func query() -> (platforms: [DiscoverySource.Platform], status: CLStatus) {
    turn.withLock { _ in ask() }
  }

  private static func ask() -> (platforms: [DiscoverySource.Platform], status: CLStatus) {
    var count: UInt32 = 0
    let status = clGetPlatformIDs(0, nil, &count)
    guard status == 0, count > 0 else {
      return ([], status == 0 ? .platformNotFound : CLStatus(rawValue: status))
    }
    count = min(count, limit)
    var ids = [cl_platform_id?](repeating: nil, count: Int(count))
    let listed = clGetPlatformIDs(count, &ids, nil)
    guard listed == 0 else { return ([], CLStatus(rawValue: listed)) }
    let platforms = ids.compactMap { $0 }.enumerated().map { index, id in
      platform(id, at: index)
    }
    return (platforms, .success)
  }

  private static func platform(_ id: cl_platform_id, at index: Int) -> DiscoverySource.Platform {
    let all = cl_device_type(CL_DEVICE_TYPE_ALL)
    var count: UInt32 = 0
    var status = clGetDeviceIDs(id, all, 0, nil, &count)
    var ids: [cl_device_id?] = []
    if status == 0, count > 0 {
      count = min(count, limit)
      ids = [cl_device_id?](repeating: nil, count: Int(count))
      status = clGetDeviceIDs(id, all, count, &ids, nil)
      if status != 0 { ids = [] }
    }
    let found = ids.compactMap { $0 }
    let info = PlatformInfo(querying: id, at: index, deviceCount: found.count)
    let devices = found.enumerated().map { DeviceInfo(querying: $1, at: $0, of: info) }
    return (info, devices, CLStatus(rawValue: status))
  }
}
