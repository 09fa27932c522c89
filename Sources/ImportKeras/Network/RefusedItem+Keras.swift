import TensorCore
import WireFormats

extension RefusedItem {
  /// The one error about all refused layers, which are named with the models they lie in before them.
  static func error(_ layers: [RefusedItem], source: String) -> InceptError {
    error(
      layers, source: source, what: "layers",
      hint: "replace these layers, or export the model to ONNX")
  }
}
