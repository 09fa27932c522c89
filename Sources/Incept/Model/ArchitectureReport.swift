import Models
import Profiling

/// The built-in architectures.
public struct ArchitectureReport: Report {
  /// `incept.models/1`
  public private(set) var schema = "incept.models/1"
  /// The architectures; of a network's forms the default one first.
  public var models: [Entry]

  /// What is known about an architecture.
  public struct Entry: Codable, Sendable, Hashable {
    /// What to call it: `inception_v3:torchvision`.
    public var name: String
    /// One line about it.
    public var summary: String
    /// Name of its input.
    public var input: String
    /// The input's shape for one image, in the framework's axis order.
    public var inputShape: [Int]
    /// The preprocessing that it was trained with: of the weights that come with Incept, where some do.
    public var preprocessing: String
    /// Name of its result.
    public var output: String
    /// Whether the result is a probability already.
    public var outputIsProbability: Bool
    /// Number of parameters.
    public var parameters: Int
    /// Where official weights come from.
    public var weights: [Source]
    /// Whether weights come with Incept.
    public var hasEmbeddedWeights: Bool

    enum CodingKeys: String, CodingKey {
      case name, summary, input
      case inputShape = "input_shape"
      case preprocessing, output
      case outputIsProbability = "output_is_probability"
      case parameters, weights
      case hasEmbeddedWeights = "embedded_weights"
    }
  }

  /// Where a weights file can be had.
  public struct Source: Codable, Sendable, Hashable {
    /// File name.
    public var file: String
    /// Address.
    public var url: String
    /// SHA-256, or the published beginning of it, where it is known.
    public var sha256: String?
    /// MD5, where that is what is published.
    public var md5: String?
  }

  /// Everything that is built in, or the forms of the network called `name`.
  ///
  /// - Throws: `.usage` for an unknown name, listing those there are.
  public static func of(_ name: String? = nil) throws(InceptError) -> ArchitectureReport {
    guard let name else {
      return ArchitectureReport(models: ArchitectureCatalog.all.map { Entry($0) })
    }
    _ = try ArchitectureCatalog.find(name)
    return ArchitectureReport(models: ArchitectureCatalog.forms(of: name).map { Entry($0) })
  }

  /// The list for people, a line each.
  public func text() -> String {
    var table = TextTable([
      ("NAME", .left), ("INPUT", .left), ("PREPROCESSING", .left), ("PARAMETERS", .right),
      ("ABOUT", .left),
    ])
    for model in models {
      table.add([
        model.name, "\(Shape(model.inputShape))", model.preprocessing,
        NumberText.count(model.parameters), model.summary,
      ])
    }
    return table.text()
  }

  /// Everything about each architecture, for people.
  public func details() -> String { models.map { Self.details($0) }.joined(separator: "\n") }

  private static func details(_ model: Entry) -> String {
    var table = TextTable([("", .left), ("", .left), ("", .left)])
    func add(_ title: String, _ value: String) { table.add(["", title, value]) }
    add("input", "\(model.input) \(Shape(model.inputShape))")
    add("preprocessing", model.preprocessing)
    add(
      "output", model.output + (model.outputIsProbability ? ", after softmax" : ", before softmax"))
    add("parameters", "\(model.parameters)")
    if model.hasEmbeddedWeights { add("weights", "come with Incept") }
    for source in model.weights {
      let sha256 = source.sha256.map { ", SHA-256 \($0)\($0.count < 64 ? "…" : "")" } ?? ""
      add("weights", source.file + sha256 + (source.md5.map { ", MD5 \($0)" } ?? ""))
      add("", source.url)
    }
    if !model.weights.isEmpty { add("to get them", "incept fetch \(model.name)") }
    if !model.hasEmbeddedWeights { add("to time it", "--weights synthetic") }
    return "\(model.name): \(model.summary)\n" + table.text()
  }
}

extension ArchitectureReport.Entry {
  init(_ architecture: Architecture) {
    let image = architecture.input
    self.init(
      name: architecture.identifier, summary: architecture.summary, input: image.name,
      inputShape: image.shape(batch: 1).dimensions,
      preprocessing: architecture.hasEmbeddedWeights
        ? TrainedPreprocessing.name : image.preprocessing.rawValue,
      output: architecture.output, outputIsProbability: architecture.outputIsProbability,
      parameters: architecture.parameterCount,
      weights: architecture.officialWeights.map {
        .init(
          file: $0.file, url: $0.url, sha256: $0.checksum?.sha256Digits,
          md5: $0.checksum?.md5Digits)
      },
      hasEmbeddedWeights: architecture.hasEmbeddedWeights)
  }
}
