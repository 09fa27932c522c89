import Crypto
import Foundation
import KernelSources
import OpenCLRuntime
import TensorCore

/// What measured peaks hold for: another device, driver or way of measuring makes them worthless.
package struct PeakIdentity: Hashable, Sendable, Codable {
  /// The device's name.
  package let device: String
  /// The driver's version.
  package let driver: String
  /// Name and version of the platform.
  package let platform: String
  /// Compute units in use: a driver may be told to leave some idle.
  package let computeUnits: Int
  /// The version of what measures: code and kernels.
  package let measurement: String

  /// To be raised with every change of the measuring code that changes results.
  package static let version = 3

  private enum CodingKeys: String, CodingKey {
    case device, driver, platform
    case computeUnits = "compute_units"
    case measurement
  }

  /// An identity from its parts.
  package init(
    device: String, driver: String, platform: String, computeUnits: Int, measurement: String
  ) {
    self.device = device
    self.driver = driver
    self.platform = platform
    self.computeUnits = computeUnits
    self.measurement = measurement
  }

  /// The identity of a device with this build's measurement.
  package init(_ info: DeviceInfo) {
    self.init(
      device: info.name, driver: info.driverVersion,
      platform: "\(info.platformName) \(info.platformVersion)", computeUnits: info.computeUnits,
      measurement: Self.currentMeasurement)
  }

  private static let currentMeasurement: String = {
    let kernels = KernelSources.source("peaks.cl") ?? ""
    return "\(version)-\(short(SHA256.hash(data: Data(kernels.utf8))))"
  }()

  /// A short name for files.
  package var digest: String {
    var hash = SHA256()
    for part in [device, driver, platform, "\(computeUnits)", measurement] {
      let bytes = Data(part.utf8)
      // Lengths, so that parts can't flow into each other.
      hash.update(data: Data("\(bytes.count):".utf8))
      hash.update(data: bytes)
    }
    return Self.short(hash.finalize())
  }

  private static func short(_ digest: SHA256.Digest) -> String {
    String(Checksum.hexadecimal(digest).prefix(16))
  }
}
