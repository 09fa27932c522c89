import GraphPictures
import Operators
import Profiling

/// A profile as it was written to a file by `incept profile --format json`, read for a picture.
///
/// Only what a picture needs must be there.
public struct StoredProfile: Sendable {
  /// The file, or what stands for it in errors.
  let path: String
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

  private static let layerLimit = 200_000

  /// Reads the file at `path`.
  ///
  /// - Throws: `.noInput`, `.ioError`; `.badData` for a file that is no profile.
  public static func read(_ path: String) throws(InceptError) -> StoredProfile {
    let decoded = try ProfileFile.decode(path, as: DecodedProfile.self)
    guard decoded.layers.count <= layerLimit else {
      throw ProfileFile.refusal(path, found: "\(decoded.layers.count) layers")
    }
    for layer in decoded.layers where !(layer.time >= 0 && layer.time < 1e12) {
      throw ProfileFile.refusal(
        path, found: "a time of \(layer.time) for '\(TextFit.clean(layer.name, limit: 100))'")
    }
    return StoredProfile(
      path: path, model: decoded.model.name,
      source: "\(NumberText.medians(of: decoded.runs)) on \(decoded.device.name)",
      batch: decoded.batch,
      layers: decoded.layers.map {
        Layer(name: $0.name, sources: $0.sources, op: $0.op, time: $0.time, figures: $0.figures)
      })
  }

  /// A profile that was just made.
  package init(_ report: ProfileReport) {
    path = "profile"
    model = report.model.name
    source = "\(NumberText.medians(of: report.runs)) on \(report.device.name)"
    batch = report.batch
    layers = report.layers.map { layer in
      Layer(
        name: layer.name, sources: layer.sources, op: layer.op, time: layer.time.median,
        figures: Self.figures(
          variant: layer.variant, min: layer.time.min, p90: layer.time.p90, gflops: layer.gflops,
          gigabytes: layer.gigabytesPerSecond, roofline: layer.roofline))
    }
  }

  /// What a picture tells of a kernel besides its median and share.
  fileprivate static func figures(
    variant: String?, min: Double?, p90: Double?, gflops: Double?, gigabytes: Double?,
    roofline: ProfileReport.Roofline?
  ) -> [PictureGraph.Attribute] {
    func microseconds(_ value: Double) -> String { "\(NumberText.fixed(value, 1)) µs" }
    func rate(_ value: Double) -> String { NumberText.fixed(value, 2) }
    let figures: [(String, String?)] = [
      ("variant", variant.map { TextFit.clean($0, limit: 400) }), ("min", min.map(microseconds)),
      ("p90", p90.map(microseconds)), ("GFLOP/s", gflops.map(rate)), ("GB/s", gigabytes.map(rate)),
      ("at least", roofline.map { microseconds($0.boundTime) }),
      ("bound", roofline.map { TextFit.clean($0.advice, limit: 400) }),
    ]
    return figures.compactMap { name, text in text.map { .init(name, $0) } }
  }

  private init(path: String, model: String, source: String, batch: Int, layers: [Layer]) {
    self.path = path
    self.model = model
    self.source = source
    self.batch = batch
    self.layers = layers
  }
}

/// The parts of the JSON that matter.
private struct DecodedProfile: ProfileDocument {
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
  var figures: [PictureGraph.Attribute]

  private enum Key: String, CodingKey {
    case name, sources, op, variant, gflops, roofline
    case time = "time_us"
    case gigabytes = "gbytes_per_s"
  }

  private struct Times: Decodable {
    var min: Double?
    var median: Double
    var p90: Double?
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    name = try container.decode(String.self, forKey: .name)
    sources = try container.decode([String].self, forKey: .sources)
    op = try container.decode(String.self, forKey: .op)
    let times = try container.decode(Times.self, forKey: .time)
    time = times.median
    figures = StoredProfile.figures(
      variant: try container.decodeIfPresent(String.self, forKey: .variant), min: times.min,
      p90: times.p90, gflops: try container.decodeIfPresent(Double.self, forKey: .gflops),
      gigabytes: try container.decodeIfPresent(Double.self, forKey: .gigabytes),
      roofline: try container.decodeIfPresent(ProfileReport.Roofline.self, forKey: .roofline))
  }
}
