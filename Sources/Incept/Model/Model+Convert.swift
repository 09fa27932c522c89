import Profiling
import WireFormats

extension Model {
  /// Writes the weights, and what is known about the network, as a safetensors file.
  ///
  /// The tensors keep the framework's names and layouts. ``load(_:weights:cache:shapes:values:)`` reads the file
  /// again: a built-in architecture is recognised by its parameters, and a Keras model's own architecture is in the
  /// file. Of other networks the file has the graph, as it was imported for the shapes that its inputs have.
  ///
  /// The file appears whole or not at all; one that was there is replaced.
  ///
  /// - Throws: `.cannotCreate` where the file can't be written, `.badData` for names that it can't hold.
  public func write(safetensors path: String) throws(InceptError) -> ConvertReport {
    let stored: StoredWeights
    if let known = self.stored { stored = known } else { stored = try StoredWeights(graph) }
    var metadata = stored.metadata
    metadata[StoredWeights.Key.inputs] = inputs.map { "\($0.name) \($0.shape)" }
      .joined(separator: ", ")
    metadata[StoredWeights.Key.outputs] = outputs.joined(separator: ", ")
    metadata[StoredWeights.Key.axisOrder] = graph.axisOrder == .nchw ? "nchw" : "nhwc"
    metadata[StoredWeights.Key.preprocessing] = try trained?.json() ?? preprocessing
    if self.stored == nil || trained != nil, let labels {
      metadata[StoredWeights.Key.labels] = try StoredLabels.json(labels)
    }
    try Safetensors.write(stored.tensors, metadata: metadata, to: path)
    return ConvertReport(
      model: reported, file: path, tensors: stored.tensors.count,
      parameters: stored.tensors.reduce(0) { $0 + $1.tensor.elementCount },
      bytes: stored.tensors.reduce(0) { $0 + $1.tensor.byteCount })
  }
}

/// What a conversion wrote.
public struct ConvertReport: Report {
  /// `incept.convert/1`
  public private(set) var schema = "incept.convert/1"
  /// The model.
  public var model: ReportedModel
  /// The file that was written.
  public var file: String
  /// Number of tensors.
  public var tensors: Int
  /// Number of elements in all of them.
  public var parameters: Int
  /// Bytes of all of them.
  public var bytes: Int

  enum CodingKeys: String, CodingKey {
    case schema, model, file, tensors, parameters
    case bytes = "tensors_bytes"
  }

  /// The report for people, a line.
  public func text() -> String {
    "\(file): \(NumberText.count(tensors)) tensors of \(model.line), "
      + "\(NumberText.count(parameters)) parameters\n"
  }
}
