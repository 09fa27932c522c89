import TensorCore
import WireFormats

/// Why a node didn't become operators.
enum ImportFailure: Error {
  /// Incept can't express it; collected and reported together.
  case refused(String)
  /// It is wrong.
  case invalid(InceptError)
}

extension RefusedItem {
  /// The one error about all refused nodes.
  static func error(_ nodes: [RefusedItem], source: String) -> InceptError {
    error(
      nodes, source: source, what: "nodes",
      hint: "freeze the graph for inference, or export the model to ONNX")
  }
}
