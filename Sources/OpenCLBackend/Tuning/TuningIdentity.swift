import KernelSources
import OpenCLRuntime

/// What results of tuning hold for: another device, driver, set of kernels or engine makes them worthless.
package struct TuningIdentity: Hashable, Sendable, Codable {
  /// The device's name.
  package let device: String
  /// The driver's version.
  package let driver: String
  /// Name and version of the platform.
  package let platform: String
  /// Compute units in use: a driver may be told to leave some idle.
  package let computeUnits: Int
  /// Fingerprint of all kernel sources.
  package let kernels: String
  /// The version of Incept.
  package let engine: String

  private enum CodingKeys: String, CodingKey {
    case device, driver, platform
    case computeUnits = "compute_units"
    case kernels, engine
  }

  /// An identity from its parts.
  package init(
    device: String, driver: String, platform: String, computeUnits: Int, kernels: String,
    engine: String
  ) {
    self.device = device
    self.driver = driver
    self.platform = platform
    self.computeUnits = computeUnits
    self.kernels = kernels
    self.engine = engine
  }

  /// The identity of a device with this build's kernels.
  package init(_ info: DeviceInfo, engine: String) {
    self.init(
      device: info.name, driver: info.driverVersion,
      platform: "\(info.platformName) \(info.platformVersion)", computeUnits: info.computeUnits,
      kernels: Self.kernelFingerprint, engine: engine)
  }

  /// The fingerprint of the sources in this binary.
  package static let kernelFingerprint: String = {
    var hash = Fingerprint()
    for (name, source) in embeddedKernels.sorted(by: { $0.key < $1.key }) {
      hash.add(name)
      source.withUTF8Buffer { hash.add($0) }
    }
    return hash.text
  }()

  /// A short name for files.
  package var fingerprint: String {
    var hash = Fingerprint()
    for part in [device, driver, platform, "\(computeUnits)", kernels, engine] { hash.add(part) }
    return hash.text
  }
}

/// FNV-1a over 64 bits (Fowler, Noll and Vo): tells builds and devices apart; no protection against forgery.
struct Fingerprint {
  private var state: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ bytes: some Sequence<UInt8>) {
    for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // Ends a part, so that parts can't flow into each other.
    state = (state ^ 0xff) &* 0x100_0000_01b3
  }

  mutating func add(_ text: String) { add(text.utf8) }

  /// 16 hexadecimal digits.
  var text: String {
    let digits = String(state, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
