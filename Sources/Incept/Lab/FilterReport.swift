import Foundation
import Profiling

/// What a filter made of a picture, in numbers.
public struct FilterReport: Report {
  /// `incept.filter/1`
  public private(set) var schema = "incept.filter/1"
  /// The picture's file.
  public var image: String
  /// The part that was shown: left edge, upper edge, columns, rows.
  public var crop: [Int]
  /// The device.
  public var device: ReportedDevice
  /// The filter.
  public var filter: Filter
  /// The convolutions.
  public var chain: Chain
  /// `x`, `y1`, `y2`, ….
  public var outputs: [Output]
  /// The files that were written.
  public var files: [String]
  /// Where the time went.
  public var timing: Timing

  /// The filter of a report.
  public struct Filter: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Rows and columns.
    public var shape: [Int]
    /// Degrees that it was turned by.
    public var rotation: Double
    /// What it was multiplied by.
    public var scale: Double
    /// The sum of its numbers: what it makes of an even picture of ones.
    public var sum: Double
  }

  /// The convolutions of a report.
  public struct Chain: Codable, Sendable, Hashable {
    /// How many there are.
    public var `repeat`: Int
    /// Steps between places.
    public var stride: Int
    /// Steps between pixels under the filter.
    public var dilation: Int
    /// `same`, `valid` or a number of pixels.
    public var padding: String
  }

  /// A picture of a report.
  public struct Output: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Rows and columns.
    public var shape: [Int]
    /// Its lowest value.
    public var min: Double
    /// Its highest value.
    public var max: Double
    /// The mean of its values.
    public var mean: Double
    /// Their standard deviation.
    public var deviation: Double
  }

  /// Times in milliseconds.
  public struct Timing: Codable, Sendable, Hashable {
    /// Planning and building kernels.
    public var build: Double
    /// The run.
    public var run: Double

    enum CodingKeys: String, CodingKey {
      case build = "build_ms"
      case run = "run_ms"
    }
  }
}

extension FilterResult {
  /// The result in numbers.
  ///
  /// - Parameter files: The files that were written of it.
  public func report(files: [String] = []) -> FilterReport {
    let crop = source.crop
    return FilterReport(
      image: source.file, crop: [crop.x, crop.y, crop.width, crop.height], device: device,
      filter: .init(
        name: filter.name, shape: [filter.rows, filter.columns], rotation: filter.rotation,
        scale: filter.scale, sum: filter.values.reduce(0, +)),
      chain: .init(
        repeat: chain.count, stride: chain.stride, dilation: chain.dilation,
        padding: chain.padding.description),
      outputs: outputs.map(Self.numbers), files: files,
      timing: .init(build: buildMilliseconds, run: runMilliseconds))
  }

  private static func numbers(
    of output: (name: String, tensor: HostTensor)
  ) -> FilterReport.Output {
    let values = output.tensor.floats().map(Double.init)
    let count = Double(max(values.count, 1))
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return FilterReport.Output(
      name: output.name, shape: Array(output.tensor.shape.dimensions[1...2]),
      min: values.min() ?? 0, max: values.max() ?? 0, mean: mean, deviation: variance.squareRoot())
  }
}

extension FilterReport {
  /// The report for people.
  public func text() -> String {
    var text = "filter \(filter.name) \(filter.shape[1])x\(filter.shape[0])"
    if filter.rotation != 0 { text += ", rotated \(NumberWords.short(filter.rotation))°" }
    if filter.scale != 1 { text += ", times \(NumberWords.short(filter.scale))" }
    text += ", sum \(NumberWords.short(filter.sum, beside: abs(filter.scale)))\n"
    text += "\(image), crop \(crop.map(String.init).joined(separator: ","))\n"
    text += "stride \(chain.stride), dilation \(chain.dilation), padding \(chain.padding)\n"
    var table = TextTable([
      ("", .left), ("size", .left), ("min", .right), ("max", .right), ("mean", .right),
      ("deviation", .right),
    ])
    for output in outputs {
      table.add(
        [output.name, "\(output.shape[1])x\(output.shape[0])"]
          + [output.min, output.max, output.mean, output.deviation].map {
            NumberWords.short($0, beside: output.deviation)
          })
    }
    text += table.text()
    for file in files { text += "-> \(file)\n" }
    return text
  }
}
