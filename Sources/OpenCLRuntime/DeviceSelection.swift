import TensorCore

/// Chooses a device as the command line's `--device` says.
package enum DeviceSelection {
  /// The environment variable that stands in for a missing `--device`.
  package static let variable = "INCEPT_DEVICE"

  /// The device that `specifier` names on this machine, see ``select(_:environment:in:)``.
  package static func select(
    _ specifier: String?, environment: [String: String]
  ) throws(InceptError) -> DeviceInfo {
    try select(specifier, environment: environment, in: DeviceDiscovery.discover())
  }

  /// The device among those discovered that `specifier` names: `P:D`, `cpu`, `gpu`, or part of a
  /// device's or platform's name, in any case. Without one `INCEPT_DEVICE` is asked (when not
  /// empty), and without that the first GPU is taken, else the first CPU, else the first device.
  ///
  /// - Throws: `.unavailable` listing what there is where nothing matches; `.usage` listing the
  ///   matches where a name matches several, or for an empty specifier.
  package static func select(
    _ specifier: String?, environment: [String: String], in discovery: Discovery
  ) throws(InceptError) -> DeviceInfo {
    if let specifier {
      return try select(specifier, source: "--device", in: discovery)
    }
    if let specifier = environment[variable], !trimmed(specifier).isEmpty {
      return try select(specifier, source: variable, in: discovery)
    }
    let usable = discovery.devices.filter { $0.isAvailable && $0.isCompilerAvailable }
    let candidates = usable.isEmpty ? discovery.devices : usable
    let choice =
      candidates.first { $0.type == .gpu } ?? candidates.first { $0.type == .cpu }
      ?? candidates.first
    guard let choice else { throw noDevice(in: discovery) }
    return choice
  }

  private static func select(
    _ text: String, source: String, in discovery: Discovery
  ) throws(InceptError) -> DeviceInfo {
    let wanted = trimmed(text)
    guard !wanted.isEmpty else {
      throw InceptError(
        .usage, subject: source, expected: "expected P:D, cpu, gpu or part of a name",
        found: "nothing", hint: Hints.listDevices)
    }
    guard !discovery.devices.isEmpty else { throw noDevice(in: discovery) }
    let matches = matches(of: wanted, in: discovery.devices)
    guard let first = matches.first else {
      throw InceptError(
        .unavailable, subject: "\(source) '\(wanted)'", expected: "expected an OpenCL device",
        found: "none that matches; there is \(list(discovery.devices))", hint: Hints.listDevices)
    }
    guard matches.count == 1 else {
      throw InceptError(
        .usage, subject: "\(source) '\(wanted)'", expected: "expected the name of one device",
        found: "\(matches.count) that match: \(list(matches))",
        hint: "give more of the name, or the index, as \(first.index)")
    }
    return first
  }

  /// All devices that a name is part of; at most one for an index or a type.
  private static func matches(of wanted: String, in devices: [DeviceInfo]) -> [DeviceInfo] {
    if let (platform, device) = index(wanted) {
      return devices.filter { $0.platformIndex == platform && $0.deviceIndex == device }
    }
    let wanted = wanted.lowercased()
    if wanted == DeviceType.cpu.rawValue || wanted == DeviceType.gpu.rawValue {
      return Array(devices.filter { $0.type.rawValue == wanted }.prefix(1))
    }
    return devices.filter {
      $0.name.lowercased().contains(wanted) || $0.platformName.lowercased().contains(wanted)
    }
  }

  /// The two numbers of `P:D`, or nil for anything else.
  private static func index(_ text: String) -> (Int, Int)? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }),
      let platform = Int(parts[0]), let device = Int(parts[1])
    else { return nil }
    return (platform, device)
  }

  private static func noDevice(in discovery: Discovery) -> InceptError {
    let notes = discovery.notes.isEmpty ? "" : " (" + discovery.notes.joined(separator: "; ") + ")"
    return InceptError(
      .unavailable, subject: "OpenCL", expected: "expected at least one device",
      found: "none" + notes, hint: Hints.installDriver)
  }

  private static func list(_ devices: [DeviceInfo]) -> String {
    devices.map(\.summary).joined(separator: "; ")
  }

  private static func trimmed(_ text: String) -> String {
    var text = text[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
