import Foundation
import GraphPictures
import Operators
import Profiling

/// A profile as it was written to a file by `incept profile --format json`, read for a picture.
///
/// Only what a picture needs must be there; everything else that a layer tells as a number or a text is shown as it is.
public struct StoredProfile: Sendable {
  /// The model's name.
  let model: String
  /// What the times are of, for a caption.
  let source: String
  let batch: Int
  let layers: [Layer]

  /// A kernel's time.
  struct Layer: Sendable {
    var name: String
    var sources: [String]
    var op: String
    /// Median microseconds.
    var time: Double
    var figures: [PictureGraph.Attribute]
  }

  /// Files beyond are no profiles.
  private static let sizeLimit = 64 << 20
  private static let layerLimit = 200_000

  /// Reads the file at `path`.
  ///
  /// - Throws: `.noInput`, `.ioError`; `.badData` for a file that is no profile.
  public static func read(_ path: String) throws(InceptError) -> StoredProfile {
    let storage = try FileAccess.read(path: path, limit: sizeLimit)
    let bytes = UnsafeRawBufferPointer(start: storage.baseAddress, count: storage.byteCount)
    let decoded: DecodedProfile
    do {
      decoded = try JSONDecoder().decode(DecodedProfile.self, from: Data(bytes))
    } catch {
      throw notProfile(path, found: reason(error))
    }
    guard decoded.schema == "incept.profile/1" else {
      throw notProfile(path, found: "schema '\(TextFit.clean(decoded.schema, limit: 60))'")
    }
    guard decoded.layers.count <= layerLimit else {
      throw notProfile(path, found: "\(decoded.layers.count) layers")
    }
    for layer in decoded.layers where !(layer.time >= 0 && layer.time < 1e12) {
      throw notProfile(
        path, found: "a time of \(layer.time) for '\(TextFit.clean(layer.name, limit: 100))'")
    }
    return StoredProfile(
      model: decoded.model.name,
      source: "medians of \(decoded.runs) runs on \(decoded.device.name)", batch: decoded.batch,
      layers: decoded.layers.map {
        Layer(name: $0.name, sources: $0.sources, op: $0.op, time: $0.time, figures: $0.figures)
      })
  }

  /// A profile that was just made.
  package init(_ report: ProfileReport) {
    model = report.model.name
    source = "medians of \(report.runs) runs on \(report.device.name)"
    batch = report.batch
    layers = report.layers.map { layer in
      Layer(
        name: layer.name, sources: layer.sources, op: layer.op, time: layer.time.median,
        figures: [
          .init("variant", layer.variant),
          .init("p90", "\(NumberText.fixed(layer.time.p90, 1)) µs"),
          .init("GFLOP/s", NumberText.fixed(layer.gflops, 2)),
          .init("GB/s", NumberText.fixed(layer.gigabytesPerSecond, 2)),
        ])
    }
  }

  private init(model: String, source: String, batch: Int, layers: [Layer]) {
    self.model = model
    self.source = source
    self.batch = batch
    self.layers = layers
  }

  private static func notProfile(_ path: String, found: String) -> InceptError {
    InceptError(
      .badData, subject: path, expected: "expected a profile", found: found,
      hint: "`incept profile MODEL --format json -o FILE.json` writes one")
  }

  private static func reason(_ error: any Error) -> String {
    func place(_ path: [any CodingKey]) -> String {
      let text = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
      return String(text.drop { $0 == "." })
    }
    return switch error as? DecodingError {
    case .keyNotFound(let key, let context): "no key '\(place(context.codingPath + [key]))'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      "a value of another type at '\(place(context.codingPath))'"
    case .dataCorrupted, nil, .some: "no JSON"
    }
  }
}

/// The parts of the JSON that matter.
private struct DecodedProfile: Decodable {
  var schema: String
  var model: Named
  var device: Named
  var batch: Int
  var runs: Int
  var layers: [DecodedLayer]

  struct Named: Decodable { var name: String }
}

private struct DecodedLayer: Decodable {
  var name: String
  var sources: [String]
  var op: String
  var time: Double
  var figures: [PictureGraph.Attribute] = []

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private struct Times: Decodable {
    var min: Double?
    var median: Double
    var p90: Double?
  }

  private static let known: Set<String> = [
    "name", "sources", "op", "time_us", "input", "output", "macs", "bytes", "share",
  ]

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    func value<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
      try container.decode(type, forKey: Key(stringValue: name))
    }
    name = try value(String.self, "name")
    sources = try value([String].self, "sources")
    op = try value(String.self, "op")
    let times = try value(Times.self, "time_us")
    time = times.median
    for (name, amount) in [("min", times.min), ("p90", times.p90)] {
      if let amount { figures.append(.init(name, "\(NumberText.fixed(amount, 1)) µs")) }
    }
    // Whatever else there is, in the order of the names, as JSON has none.
    let others = container.allKeys.filter { !Self.known.contains($0.stringValue) }
    for key in others.sorted(by: { $0.stringValue < $1.stringValue }).prefix(40) {
      if let text = try? container.decode(String.self, forKey: key) {
        figures.append(.init(key.stringValue, TextFit.clean(text, limit: 400)))
      } else if let number = try? container.decode(Double.self, forKey: key), number.isFinite {
        figures.append(.init(key.stringValue, "\(Float(number))"))
      }
    }
  }
}
