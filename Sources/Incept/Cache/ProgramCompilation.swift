import Foundation
import OpenCLBackend
import OpenCLRuntime

/// The other side of ``CacheOptions/helper``. For the `incept` command only.
package enum ProgramCompilation {
  /// The largest request, in bytes.
  private static let limit = 64 << 20

  /// Does what a process of the same version asks for; anything else is ignored. Calls `done` for each program that
  /// the driver has, and `willKeep` before it goes on to the cache.
  package static func carryOut(_ request: Data, done: () -> Void, willKeep: () -> Void) {
    guard request.count <= limit,
      let request = try? JSONDecoder().decode(ProgramRequest.self, from: request),
      request.engine == version
    else { return }
    let devices = DeviceDiscovery.discover().devices.filter { $0.name == request.deviceName }
    let device = devices.first { $0.index == request.deviceIndex } ?? devices.first
    guard let device else { return }
    request.carryOut(device, done: done, willKeep: willKeep)
  }
}
