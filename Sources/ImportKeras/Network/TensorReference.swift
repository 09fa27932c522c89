import WireFormats

/// How a configuration names a value: `["conv1", 0, 0]`, Keras's history of a tensor.
struct TensorReference: Sendable, Hashable {
  /// Name of the layer that computes it.
  let layer: String
  /// Which call of the layer, counted as Keras does.
  let node: Int
  /// Which of the call's values.
  let tensor: Int

  /// Names a value.
  init(layer: String, node: Int, tensor: Int) {
    self.layer = layer
    self.node = node
    self.tensor = tensor
  }

  /// The reference that a list `[name, node, tensor, …]` makes.
  init?(_ value: ConfigValue) {
    guard let parts = value.elements, parts.count == 3 || parts.count == 4,
      let layer = parts[0].text, let node = parts[1].int, let tensor = parts[2].int, node >= 0,
      tensor >= 0
    else { return nil }
    self.layer = layer
    self.node = node
    self.tensor = tensor
  }

  /// All references within `input_layers` or `output_layers`: one, a list of them, or an object of them.
  static func all(in value: ConfigValue?) -> [TensorReference]? {
    guard let value else { return nil }
    if let one = TensorReference(value) { return [one] }
    let parts: [ConfigValue]
    switch value {
    case .array(let elements): parts = elements
    case .object(let members): parts = members.sorted { $0.key < $1.key }.map(\.value)
    default: return nil
    }
    var references: [TensorReference] = []
    for part in parts {
      guard let inner = all(in: part) else { return nil }
      references += inner
    }
    return references
  }
}

/// What the calls of a layer read, from its `inbound_nodes`.
enum InboundNodes {
  /// One list of references per call, or a refusal of what operators can't take.
  static func read(_ value: ConfigValue?) throws(Refusal) -> [[TensorReference]] {
    guard let calls = value?.elements else {
      throw Refusal("its inbound_nodes are \(value?.summary ?? "missing")")
    }
    var result: [[TensorReference]] = []
    for call in calls {
      switch call {
      case .array: result.append(try keras2(call))
      case .object(let members): result.append(try keras3(members))
      default: throw Refusal("its inbound_nodes hold \(call.summary)")
      }
    }
    return result
  }

  /// Keras 2: `[["conv1", 0, 0, {}], …]`, or one reference without the outer list.
  private static func keras2(_ call: ConfigValue) throws(Refusal) -> [TensorReference] {
    let isSingle = call.elements?.first?.text != nil
    var references: [TensorReference] = []
    for part in isSingle ? [call] : call.elements ?? [] {
      guard let reference = TensorReference(part) else {
        throw Refusal("it is called with \(part.summary), not a layer's output")
      }
      if let parts = part.elements, parts.count == 4 {
        guard case .object(let arguments) = parts[3] else {
          throw Refusal("it is called with \(parts[3].summary) as arguments")
        }
        try refuse(arguments)
      }
      references.append(reference)
    }
    return references
  }

  /// Keras 3: positional and named arguments, tensors as objects of class `__keras_tensor__`.
  private static func keras3(
    _ call: [String: ConfigValue]
  ) throws(Refusal) -> [TensorReference] {
    var references: [TensorReference] = []
    for argument in call["args"]?.elements ?? [] { try collect(argument, into: &references) }
    if case .object(var named)? = call["kwargs"] {
      // Keras 3 replaces what the file says with what the caller of the whole model says.
      named["training"] = nil
      try refuse(named)
    }
    return references
  }

  /// What an operation outside of layers (`x + 3.0` while a model is built) is called with, once: values and numbers.
  static func operation(
    _ value: ConfigValue?
  ) throws(Refusal) -> (references: [TensorReference], operands: [OperationLayer.Operand]) {
    guard let calls = value?.elements, calls.count == 1, case .object(let call) = calls[0] else {
      throw Refusal("its inbound_nodes are \(value?.summary ?? "missing")")
    }
    var references: [TensorReference] = []
    var operands: [OperationLayer.Operand] = []
    for argument in call["args"]?.elements ?? [] {
      if let number = argument.double, Float(number).isFinite {
        operands.append(.number(Float(number)))
      } else {
        operands.append(.input(references.count))
        let count = references.count
        try collect(argument, into: &references)
        guard references.count == count + 1 else {
          throw Refusal("it is called with \(argument.summary)")
        }
      }
    }
    if case .object(let named)? = call["kwargs"] { try refuse(named) }
    return (references, operands)
  }

  private static func collect(
    _ argument: ConfigValue, into references: inout [TensorReference]
  ) throws(Refusal) {
    if let elements = argument.elements {
      for element in elements { try collect(element, into: &references) }
    } else if argument["class_name"]?.text == "__keras_tensor__",
      let history = argument["config"]?["keras_history"],
      let reference = TensorReference(history)
    {
      references.append(reference)
    } else {
      throw Refusal("it is called with \(argument.summary) beside tensors")
    }
  }

  /// Refuses named arguments other than those that mean nothing when a network is only used.
  private static func refuse(_ arguments: [String: ConfigValue]) throws(Refusal) {
    for (name, value) in arguments.sorted(by: { $0.key < $1.key })
    where !value.isNull && !(name == "training" && value == .bool(false)) {
      throw Refusal("it is called with \(name.printable(limit: 60)) = \(value.summary)")
    }
  }
}
