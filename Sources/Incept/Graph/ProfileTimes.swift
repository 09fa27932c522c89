import Foundation

/// Times of layers out of a profile's JSON, to be shown with a graph.
public struct ProfileTimes: Sendable {
  /// The file.
  public let source: String
  private let layers: [Layer]

  private struct Document: Decodable {
    let schema: String
    let layers: [Layer]
  }

  private struct Layer: Decodable {
    let name: String
    let sources: [String]
    let time: Time

    struct Time: Decodable { let median: Double }
    enum CodingKeys: String, CodingKey {
      case name, sources
      case time = "time_us"
    }
  }

  /// Reads what `incept profile --format json` wrote.
  ///
  /// - Throws: `.noInput`, `.ioError`; `.badData` for anything else than a profile.
  public init(path: String) throws(InceptError) {
    source = path
    let file = try FileAccess.read(path: path, limit: 1 << 26)
    let bytes = Data(bytes: file.baseAddress, count: file.byteCount)
    let document: Document
    do {
      document = try JSONDecoder().decode(Document.self, from: bytes)
    } catch {
      throw Self.wrong(path, "something else")
    }
    guard document.schema.hasPrefix("incept.profile/") else {
      throw Self.wrong(path, "schema '\(document.schema.prefix(100))'")
    }
    layers = document.layers.filter { $0.time.median.isFinite && $0.time.median >= 0 }
  }

  private static func wrong(_ path: String, _ found: String) -> InceptError {
    InceptError(
      .badData, subject: path, expected: "expected a profile", found: found,
      hint: "`incept profile MODEL --format json -o FILE` writes one")
  }

  /// Microseconds of operators, by name. A launch that computes several operators is shared out by multiply-adds; where
  /// there are none, all of it is the last operator's.
  ///
  /// - Throws: `.badData` where the profile is of another network.
  func microseconds(_ nodes: [GraphReport.Node]) throws(InceptError) -> [String: Double] {
    var owners: [String: [Int]] = [:]
    for (index, node) in nodes.enumerated() {
      for name in Set(node.sources + [node.name]) { owners[name, default: []].append(index) }
    }
    var times: [String: Double] = [:]
    for layer in layers {
      let indices = Set((layer.sources + [layer.name]).flatMap { owners[$0] ?? [] }).sorted()
      guard let last = indices.last else { continue }
      let work = indices.map { Double(nodes[$0].macs) }
      let total = work.reduce(0, +)
      for (index, macs) in zip(indices, work) where total > 0 || index == last {
        times[nodes[index].name, default: 0] +=
          layer.time.median * (total > 0 ? macs / total : 1)
      }
    }
    guard !times.isEmpty else {
      throw InceptError(
        .badData, subject: source, expected: "expected a profile of this network",
        found: "none of its operators among \(layers.count) layers")
    }
    return times.filter { $0.value > 0 }
  }
}
