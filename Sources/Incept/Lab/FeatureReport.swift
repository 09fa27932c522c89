import Profiling

/// What was drawn of a layer: its feature maps for a picture, or its filters.
public struct FeatureReport: Report {
  /// `incept.features/1`
  public private(set) var schema = "incept.features/1"
  /// The model.
  public var model: ReportedModel
  /// Where it was computed; nil for filters, which are read from the file.
  public var device: ReportedDevice?
  /// The picture; nil for filters.
  public var image: String?
  /// `features` or `filters`.
  public var kind: Kind
  /// The layer's name.
  public var layer: String
  /// Its operator.
  public var op: String
  /// Rows, columns and channels of the feature maps; of filters rows, columns, input channels and filters.
  public var shape: [Int]
  /// The maps, in the order in which they are drawn.
  public var maps: [Map]
  /// How many there are.
  public var total: Int
  /// The file that was written; nil where none was.
  public var file: String?

  /// What a report is about.
  public enum Kind: String, Codable, Sendable, Hashable {
    /// What a layer makes of a picture.
    case features
    /// A convolution's weights.
    case filters
  }

  /// A feature map's values, or those of a filter for an input channel.
  public struct Map: Codable, Sendable, Hashable {
    /// The channel, or the filter, from 0.
    public var channel: Int
    /// The input channel; nil for feature maps, and for filters that are one image.
    public var input: Int?
    /// The lowest value.
    public var min: Double
    /// The highest value.
    public var max: Double
    /// The mean.
    public var mean: Double
    /// Part of the values that are 0, 0 to 1.
    public var zeros: Double

    /// `7`, or `7·2` for a filter's input channel.
    var name: String { input.map { "\(channel)·\($0)" } ?? "\(channel)" }
  }

  /// The report for people.
  public func text() -> String {
    let size = "\(shape[0])x\(shape[1])"
    var text = "\(model.line)\n"
    if let image { text += "\(image)\n" }
    let what = kind == .features ? "feature maps" : "filter images"
    text += "\(layer) (\(op)): \(maps.count) of \(total) \(what) of \(size)\n"
    var table = TextTable([
      (kind == .features ? "channel" : "filter", .right), ("min", .right), ("max", .right),
      ("mean", .right), ("zeros", .right),
    ])
    for map in maps {
      table.add([
        map.name, FeatureNumber.text(map.min), FeatureNumber.text(map.max),
        FeatureNumber.text(map.mean), NumberText.percent(map.zeros),
      ])
    }
    text += table.text()
    if let device { text += "computed on \(device.line)\n" }
    if let file { text += "\(file)\n" }
    return text
  }
}

/// The layers of a network that have feature maps.
public struct FeatureLayersReport: Report {
  /// `incept.feature-layers/1`
  public private(set) var schema = "incept.feature-layers/1"
  /// The model.
  public var model: ReportedModel
  /// The layers, in an order of execution.
  public var layers: [Layer]

  /// A layer with feature maps.
  public struct Layer: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its operator.
    public var op: String
    /// Rows, columns and channels.
    public var shape: [Int]
  }

  /// The report for people.
  public func text() -> String {
    guard !layers.isEmpty else {
      return "\(model.name) has no layer with rows, columns and channels\n"
    }
    var table = TextTable([("layer", .left), ("op", .left), ("maps", .right), ("size", .right)])
    for layer in layers {
      table.add([
        layer.name, layer.op, "\(layer.shape[2])", "\(layer.shape[0])x\(layer.shape[1])",
      ])
    }
    return table.text()
  }
}

/// Numbers with three digits that count, as short as that is.
enum FeatureNumber {
  static func text(_ value: Double) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    let size = abs(value)
    if size == 0 { return "0" }
    if size < 1e-3 || size >= 1e5 { return NumberText.scientific(value) }
    return NumberText.fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 4)
  }
}
