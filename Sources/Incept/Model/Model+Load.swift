import Foundation
import Imaging
import Models
import WireFormats

extension Model {
  /// Loads a network.
  ///
  /// - Parameters:
  ///   - specifier: A file, recognised by its content, or a built-in architecture (``ArchitectureReport``). A
  ///     weights-only file is enough: the architecture is found from the parameters.
  ///   - weights: For an architecture: a weights file, or `synthetic`, `synthetic:SEED` for made-up weights.
  ///     Nil takes the weights that come with Incept, else official ones out of `cache`.
  ///   - cache: Where ``WeightFetch`` has put official weights; nil looks nowhere.
  ///   - shapes: Shapes of inputs, by name, that an ONNX file leaves open; a batch alone is 1 without.
  ///   - values: Tensors of inputs, by name, that decide on shapes inside of an ONNX model (the target of a reshape).
  ///     The model then takes these values of them only.
  /// - Throws: `.noInput` where there is no such file or architecture, `.ioError` where a file can't be read,
  ///   `.badData` for a file that holds no network or weights of another one, `.usage` for missing weights.
  public static func load(
    _ specifier: String, weights: String? = nil, cache: CacheOptions? = nil,
    shapes: [String: Shape] = [:], values: [String: HostTensor] = [:]
  ) throws(InceptError) -> Model {
    try load(
      specifier, weights: weights, ONNXInputs(shapes: shapes, values: values), cache: cache,
      allowsMissingWeights: false)
  }

  /// Loads a network to look at: as ``load(_:weights:cache:shapes:values:)``, but an architecture for which there are no weights
  /// gets made-up ones.
  public static func structure(
    _ specifier: String, weights: String? = nil, shapes: [String: Shape] = [:]
  ) throws(InceptError) -> Model {
    try load(
      specifier, weights: weights, ONNXInputs(shapes: shapes), cache: nil,
      allowsMissingWeights: true
    ).taking(shapes)
  }

  private static func load(
    _ specifier: String, weights: String?, _ inputs: ONNXInputs, cache: CacheOptions?,
    allowsMissingWeights: Bool
  ) throws(InceptError) -> Model {
    let start = Stopwatch()
    let forms = ArchitectureCatalog.forms(of: specifier)
    guard let first = forms.first else {
      try requireFile(specifier)
      guard weights == nil else {
        throw InceptError(
          .usage, subject: "--weights", expected: "expected none with a model file",
          found: "'\(weights ?? "")'", hint: "name a built-in architecture instead of the file")
      }
      return try ModelFile.model(
        specifier, among: ArchitectureCatalog.all, weightsOnly: false, inputs, start)
    }
    if let weights {
      if let synthetic = try syntheticWeights(weights) {
        return try first.model(synthetic.parameters(for: first), start)
      }
      return try ModelFile.model(weights, among: forms, weightsOnly: true, ONNXInputs(), start)
    }
    if first.hasEmbeddedWeights { return try TrainedDigits.embedded(first, start) }
    if allowsMissingWeights {
      return try first.model(SyntheticWeights().parameters(for: first), start)
    }
    if let cache = cache?.cache, let (architecture, path) = OfficialFile.fetched(forms, in: cache) {
      return try ModelFile.model(
        path, among: [architecture], weightsOnly: true, ONNXInputs(), start)
    }
    let official = first.officialWeights.first.map {
      "`incept fetch \(specifier)` gets official ones (\($0.file)); or "
    }
    throw InceptError(
      .usage, subject: specifier, expected: "expected weights", found: "none",
      hint: "\(official ?? "")add --weights FILE, or --weights synthetic to time it")
  }

  /// `synthetic` or `synthetic:SEED`; nil for anything else.
  private static func syntheticWeights(_ text: String) throws(InceptError) -> SyntheticWeights? {
    if text == "synthetic" { return SyntheticWeights() }
    guard text.hasPrefix("synthetic:") else { return nil }
    guard let seed = UInt64(text.dropFirst("synthetic:".count)) else {
      throw InceptError(
        .usage, subject: "--weights", expected: "expected synthetic:SEED with a whole number",
        found: "'\(text)'")
    }
    return SyntheticWeights(seed: seed)
  }

  /// A bare name may be a misspelt architecture: the error then lists those that are like it.
  private static func requireFile(_ specifier: String) throws(InceptError) {
    guard !FileManager.default.fileExists(atPath: specifier) else { return }
    let names = ArchitectureCatalog.all.map(\.identifier) + ArchitectureCatalog.all.map(\.name)
    let close = CloseMatches.of(specifier, among: names)
    throw InceptError(
      .noInput, subject: specifier, expected: "expected a file or a built-in architecture",
      found: "neither",
      hint: close.isEmpty
        ? "`incept models` lists the built-in architectures"
        : "did you mean \(close.joined(separator: " or "))?")
  }
}

extension Architecture {
  /// Whether weights come with Incept.
  var hasEmbeddedWeights: Bool { labels == .digits }

  /// The architecture with checked parameters. Where `file` says how its network was trained, that counts.
  func model(
    _ values: ParameterSet, _ start: Stopwatch, _ file: NamedTensors? = nil, weights: String? = nil
  ) throws(InceptError) -> Model {
    try check(values)
    let metadata = file?.metadata ?? [:]
    let trained = try TrainedPreprocessing(
      metadata[StoredWeights.Key.preprocessing], source: values.source)
    let ownLabels =
      trained == nil ? nil : try StoredLabels.read(metadata, source: values.source)
    let model = Model(
      name: identifier, weights: weights ?? values.source, graph: try build(values, 1),
      recipe: trained?.recipe ?? Preprocessing(input.preprocessing),
      labels: ownLabels ?? Labels.names(labels),
      outputIsProbability: outputIsProbability, loadMilliseconds: start.milliseconds,
      stored: StoredWeights(self, values), trained: trained)
    try trained?.check(fits: model)
    return model
  }
}

extension Preprocessing {
  init(_ name: PreprocessingName) {
    self =
      switch name {
      case .inception: .inception
      case .torchvision: .torchvision
      case .caffe: .caffe
      case .none: .none
      case .digits: .digits
      }
  }
}
