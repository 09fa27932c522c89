import Foundation
import TensorCore

/// Choices that come with Incept: what tuning found on devices that were at hand, by the traits of a device and not
/// by its name. Consulted after a user's own results and before the cost model.
package struct TuningTable: Hashable, Sendable {
  /// The choices for one class of devices and one accuracy.
  package struct Part: Hashable, Sendable, Codable {
    /// Which devices it is for.
    package let device: DeviceClass
    /// For which accuracy.
    package let accuracy: String
    /// Names of variants, by problem.
    package var choices: [String: String]
  }

  /// All parts.
  package private(set) var parts: [Part]

  /// A table.
  package init(_ parts: [Part] = []) { self.parts = parts }

  /// How far apart, in doublings, a device and a part's class may lie.
  private static let reach = 2

  /// The choices for a device: those of the nearest class.
  package func choices(_ traits: DeviceTraits, _ accuracy: Accuracy) -> [String: String] {
    let device = DeviceClass(traits)
    let near = parts.filter { $0.accuracy == accuracy.rawValue }
      .compactMap { part in part.device.distance(to: device).map { (part, $0) } }
      .filter { $0.1 <= Self.reach }
    return near.min { $0.1 < $1.1 }?.0.choices ?? [:]
  }

  /// Adds choices; those of the same class, accuracy and problem are replaced.
  package mutating func add(
    _ choices: [String: String], for traits: DeviceTraits, _ accuracy: Accuracy
  ) {
    let device = DeviceClass(traits)
    if let index = parts.firstIndex(where: {
      $0.device == device && $0.accuracy == accuracy.rawValue
    }) {
      parts[index].choices.merge(choices) { $1 }
    } else {
      parts.append(Part(device: device, accuracy: accuracy.rawValue, choices: choices))
    }
  }

  // MARK: The file

  private struct Document: Codable {
    var schema = TuningTable.schema
    var parts: [Part]
  }

  private static let schema = "incept.choices/1"

  /// The table that comes with Incept.
  package static let embedded: TuningTable =
    embeddedResources["choices.json"].flatMap { Data(base64Encoded: $0.description) }
    .flatMap { TuningTable(json: $0) } ?? TuningTable()

  /// The table in a JSON document; nil where it is none.
  package init?(json: Data) {
    guard json.count <= TuningStore.byteLimit,
      let document = try? JSONDecoder().decode(Document.self, from: json),
      document.schema == Self.schema
    else { return nil }
    parts = document.parts
  }

  /// The table as JSON with a line for each choice, in an order that depends on nothing but its content.
  package func json() -> Data? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let ordered = parts.sorted {
      ($0.accuracy, $0.device.name) < ($1.accuracy, $1.device.name)
    }
    guard var data = try? encoder.encode(Document(parts: ordered)) else { return nil }
    data.append(UInt8(ascii: "\n"))
    return data
  }
}

/// Devices that likely want the same variants.
package struct DeviceClass: Hashable, Sendable, Codable {
  /// See ``DeviceTraits/Style``.
  package let style: String
  /// Floats of a vector register.
  package let vectorWidth: Int
  /// Compute units, rounded up to a power of two.
  package let computeUnits: Int
  /// Local memory in bytes, rounded down to a power of two, at most 1 MiB.
  package let localMemoryBytes: Int

  private enum CodingKeys: String, CodingKey {
    case style
    case vectorWidth = "vector_width"
    case computeUnits = "compute_units"
    case localMemoryBytes = "local_memory_bytes"
  }

  /// The class of a device.
  package init(_ traits: DeviceTraits) {
    style = traits.style.rawValue
    vectorWidth = traits.vectorWidth
    let units = min(max(1, traits.computeUnits), 1 << 20)
    computeUnits = 1 << (units - 1).bitCount
    localMemoryBytes = 1 << (min(max(1, traits.localMemoryBytes), 1 << 20).bitCount - 1)
  }

  /// A name to sort by.
  var name: String { "\(style) \(vectorWidth) \(computeUnits) \(localMemoryBytes)" }

  /// Doublings of compute units and of local memory between two classes; nil for devices that have nothing in
  /// common.
  func distance(to other: DeviceClass) -> Int? {
    guard style == other.style, vectorWidth == other.vectorWidth else { return nil }
    return abs(computeUnits.bitCount - other.computeUnits.bitCount)
      + abs(localMemoryBytes.bitCount - other.localMemoryBytes.bitCount)
  }
}

extension Int {
  /// Bits up to the highest one that is set.
  fileprivate var bitCount: Int { Int.bitWidth - leadingZeroBitCount }
}

extension PlanOptions {
  /// Options with what is known of the device: the user's results of tuning where a store is given, then the
  /// choices that come with Incept.
  package static func informed(
    _ accuracy: Accuracy, _ traits: DeviceTraits, table: TuningTable = .embedded,
    store: TuningStore? = nil
  ) -> PlanOptions {
    let choices = table.choices(traits, accuracy)
    return PlanOptions(
      accuracy: accuracy, choices: choices.merging(store?.choices(accuracy) ?? [:]) { $1 })
  }
}
