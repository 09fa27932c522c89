import OpenCLBackend
import Operators
import WireFormats

/// Named activations from a file, as values of a network.
struct Activations {
  let file: NamedTensors
  /// Names in the file that the imported network has, inputs and constants apart.
  let known: [String]
  /// Names in the file that are nothing of the network.
  let unmatched: [String]

  /// - Throws: `.badData` where no name is one of the network's, with examples of both.
  init(_ file: NamedTensors, _ model: Model, _ imported: Graph) throws(InceptError) {
    self.file = file
    let values = imported.namedValues
    let isLayer = { (name: String) in
      (values[name] ?? values[Self.node(name)]).map {
        imported.producer(of: $0).op.isComputed
      } ?? false
    }
    known = file.names.filter(isLayer)
    let inputs = Set(model.inputs.map(\.name))
    unmatched = file.names.filter { !isLayer($0) && !inputs.contains($0) }
    guard known.isEmpty else { return }
    let layers = imported.computedNames
    throw InceptError(
      .badData, subject: file.source,
      expected: "expected activations of layers of \(model.name), such as "
        + layers.suffix(3).joined(separator: ", "),
      found: file.names.isEmpty
        ? "no tensors"
        : file.names.prefix(3).joined(separator: ", ")
          + (file.names.count > 3 ? ", …" : ""),
      hint: "`incept graph MODEL` lists the layers")
  }

  /// TensorFlow's `name:0` is the value of the node `name`.
  static func node(_ name: String) -> String {
    name.hasSuffix(":0") ? String(name.dropLast(2)) : name
  }

  /// What the file says of a value, in the engine's axis order.
  ///
  /// - Parameter order: the framework's order: axis `i` of the file's tensor is axis `order[i]` of the value.
  /// - Throws: `.badData` for another shape.
  func tensor(
    _ name: String, as type: TensorType, order: [Int]?
  ) throws(InceptError) -> HostTensor? {
    guard let tensor = file[name] else { return nil }
    let wanted = order.map { type.shape.permuted($0) } ?? type.shape
    let isSame =
      tensor.shape == wanted
      || tensor.shape.dimensions.filter { $0 != 1 } == wanted.dimensions.filter { $0 != 1 }
    guard isSame else {
      let isOtherOrder =
        order != nil
        ? tensor.shape == type.shape
        : type.shape.rank == 4 && tensor.shape == type.shape.permuted([0, 3, 1, 2])
      throw InceptError(
        .badData, subject: "'\(name)' in \(file.source)", expected: "expected shape \(wanted)",
        found: "\(tensor.shape)",
        hint: isOtherOrder
          ? "the axes are in another order than the framework's"
          : "the activations must be of the same input")
    }
    let shaped = tensor.converted(toHold: type.elementType).reshaped(wanted)
    return order.map { shaped.permuted($0.inversePermutation) } ?? shaped
  }
}

extension HostTensor {
  /// The tensor itself, or one of `type` with the nearest values where it can't stand for values of that type.
  fileprivate func converted(toHold type: ElementType) -> HostTensor {
    guard refusal(as: type) != nil || type == .bool && elementType != .bool else { return self }
    return HostTensor(shape: shape, elementType: type, doubles: doubles())
  }
}
