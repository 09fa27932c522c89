import TensorCore
import WireFormats

/// Matches a `state_dict` with the parameters of an architecture.
package enum TorchWeights {
  /// The parameters in our layout, by name. Floating-point types stay as they are unless the layout changes.
  ///
  /// Throws one `.badData` that lists every missing, extra and mis-shaped parameter, shapes as the file has
  /// them. `architecture` names what was expected.
  package static func matched(
    _ tensors: NamedTensors, to parameters: [TorchParameter], of architecture: String,
    ignoring ignored: TorchIgnoredNames = TorchIgnoredNames()
  ) throws(InceptError) -> [String: HostTensor] {
    let differences = Differences(tensors, parameters, ignored)
    guard differences.isEmpty else {
      throw InceptError(
        .badData, subject: tensors.source,
        expected: "expected the \(parameters.count) parameters of \(architecture)",
        found: differences.description, hint: "is this another architecture?")
    }
    var matched: [String: HostTensor] = [:]
    for parameter in parameters {
      matched[parameter.name] = tensors[parameter.name].map(parameter.layout.imported)
    }
    return matched
  }

  /// Whether the file has exactly these parameters with these shapes, but for ignored names.
  package static func matches(
    _ tensors: NamedTensors, _ parameters: [TorchParameter],
    ignoring ignored: TorchIgnoredNames = TorchIgnoredNames()
  ) -> Bool {
    Differences(tensors, parameters, ignored).isEmpty
  }

  private struct Differences: CustomStringConvertible {
    var missing: [String] = []
    var extra: [String] = []
    var misshaped: [String] = []

    init(
      _ tensors: NamedTensors, _ parameters: [TorchParameter], _ ignored: TorchIgnoredNames
    ) {
      for parameter in parameters {
        guard let tensor = tensors[parameter.name] else {
          missing.append(parameter.name)
          continue
        }
        let expected = parameter.layout.torchShape(of: parameter.shape)
        if tensor.shape != expected {
          let wanted = expected.map(\.description) ?? "another number of axes"
          misshaped.append("\(parameter.name) \(tensor.shape) instead of \(wanted)")
        } else if !tensor.elementType.isFloatingPoint {
          misshaped.append("\(parameter.name) of \(tensor.elementType) instead of float32")
        }
      }
      let known = Set(parameters.map(\.name))
      extra = tensors.names.filter { !known.contains($0) && !ignored.contains($0) }
        .map { $0.printable() }
    }

    var isEmpty: Bool { missing.isEmpty && extra.isEmpty && misshaped.isEmpty }

    var description: String {
      [("missing", missing), ("extra", extra), ("of another shape or type", misshaped)]
        .filter { !$0.1.isEmpty }
        .map { "\($0.1.count) \($0.0) (\($0.1.joined(separator: ", ")))" }
        .joined(separator: ", ")
    }
  }
}
