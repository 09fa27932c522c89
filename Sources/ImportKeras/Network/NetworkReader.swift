import TensorCore
import WireFormats

/// Turns a configuration into layers, and notes all that can't be expressed.
struct NetworkReader {
  /// Layers altogether, nested models included.
  static let layerLimit = 50_000

  private let source: String
  private let kerasMajor: Int?
  private var layerCount = 0
  /// Layers that can't be expressed, in the file's order.
  private(set) var refused: [RefusedItem] = []

  /// Reads configurations of the file called `source`.
  init(source: String, kerasMajor: Int?) {
    self.source = source
    self.kerasMajor = kerasMajor
  }

  /// A layer of a model before its calls are known to lead anywhere.
  private struct Draft {
    let name: String
    let className: String
    let kind: KerasLayer.Kind?
    let calls: [[TensorReference]]
    /// Whether calls count from 1: Keras's node 0 of a model is the model's own definition.
    let isNetwork: Bool
  }

  /// The model that `config` describes; nil where layers were refused (see ``refused``).
  mutating func read(_ config: ConfigValue) throws(InceptError) -> KerasNetwork? {
    guard let className = config["class_name"]?.text else {
      throw bad("an object with a class_name", config.summary)
    }
    guard let form = NetworkForm(className) else {
      throw InceptError(
        .badData, subject: source, expected: "expected a Functional or Sequential model",
        found: "a \(className.printable(limit: 60))",
        hint: "models with code of their own can't be read from a file; export them to ONNX")
    }
    return try network(form, config["config"] ?? .null, scope: "")
  }

  private mutating func network(
    _ form: NetworkForm, _ config: ConfigValue, scope: String
  ) throws(InceptError) -> KerasNetwork? {
    let name = try checkedName(
      config["name"]?.text ?? (form == .sequential ? "sequential" : "model"))
    // Keras 1 and early 2 wrote a Sequential as the bare list of its layers.
    guard let list = config.elements ?? config["layers"]?.elements else {
      throw bad("a list of layers in model '\(name)'", config["layers"]?.summary ?? "none")
    }
    layerCount += list.count
    guard layerCount <= Self.layerLimit else {
      throw bad("at most \(Self.layerLimit) layers", "more")
    }
    var drafts: [Draft] = []
    for layer in list {
      drafts.append(try draft(layer, isSequential: form == .sequential, scope: scope))
    }
    switch form {
    case .sequential: return try sequential(name, drafts, list.first, config)
    case .functional:
      return try functional(
        name, drafts, inputs: config["input_layers"], outputs: config["output_layers"])
    }
  }

  private mutating func draft(
    _ layer: ConfigValue, isSequential: Bool, scope: String
  ) throws(InceptError) -> Draft {
    guard case .object(let object) = layer, let className = object["class_name"]?.text else {
      throw bad("layers with a class_name", layer.summary)
    }
    let config = object["config"] ?? .null
    guard let text = object["name"]?.text ?? config["name"]?.text else {
      throw bad("a name of every layer", "a \(className.printable(limit: 60)) without")
    }
    let name = try checkedName(text)
    var arguments: [String: ConfigValue] = [:]
    if case .object(let members) = config { arguments = members }
    let settings = LayerConfig(name: name, values: arguments, kerasMajor: kerasMajor)
    var kind: KerasLayer.Kind?
    var calls: [[TensorReference]] = []
    do throws(Refusal) {
      try CustomClass.refuse(object)
      if className == "InputLayer" {
        kind = .input(try NetworkReader.inputShape(settings))
        calls = [[]]
      } else {
        if OperationLayer.isOperation(object, className) {
          let call = try InboundNodes.operation(object["inbound_nodes"])
          kind = .operation(try OperationLayer(className, call.operands))
          calls = [call.references]
        } else {
          if let conversion = LayerTable.conversions[className] {
            kind = .operation(try conversion.init(settings))
          } else if NetworkForm(className) == nil {
            throw Refusal(LayerTable.reason(className))
          }
          if !isSequential { calls = try InboundNodes.read(object["inbound_nodes"]) }
        }
      }
    } catch {
      refused.append(
        RefusedItem(kind: className, name: scope + name, reason: error.reason))
      return Draft(name: name, className: className, kind: nil, calls: [], isNetwork: false)
    }
    if let form = NetworkForm(className) {
      let inner = try network(form, config, scope: "\(scope)\(name)/")
      return Draft(
        name: name, className: className, kind: inner.map { .network($0) }, calls: calls,
        isNetwork: true)
    }
    return Draft(name: name, className: className, kind: kind, calls: calls, isNetwork: false)
  }

  /// The shape an input layer declares, batch first; nil for extents that callers choose.
  static func inputShape(_ config: LayerConfig) throws(Refusal) -> [Int?] {
    let key = ["batch_shape", "batch_input_shape"].first { config[$0] != nil } ?? "batch_shape"
    guard let value = config[key] else { throw config.missing(key) }
    guard let extents = value.elements, (1...8).contains(extents.count) else {
      throw Refusal("\(key) is \(value.summary)")
    }
    if let type = config["dtype"]?.text, type == "string" { throw Refusal("its dtype is string") }
    var shape: [Int?] = []
    for extent in extents {
      guard extent.isNull || (1...1 << 24).contains(extent.int ?? 0) else {
        throw Refusal("\(key) is \(value.summary)")
      }
      shape.append(extent.int)
    }
    return shape
  }

  /// A chain of layers, with an input layer in front where the file leaves it to the first layer.
  private func sequential(
    _ name: String, _ drafts: [Draft], _ first: ConfigValue?, _ config: ConfigValue
  ) throws(InceptError) -> KerasNetwork? {
    var drafts = drafts
    guard let head = drafts.first else { throw bad("layers in model '\(name)'", "none") }
    guard refused.isEmpty else { return nil }
    if case .input? = head.kind {
    } else {
      var shape: [Int?] = []
      let built = ConfigValue.object(["batch_shape": config["build_input_shape"] ?? .null])
      for declared in [first?["config"] ?? .null, built] where shape.isEmpty {
        guard case .object(let members) = declared else { continue }
        let settings = LayerConfig(name: head.name, values: members, kerasMajor: kerasMajor)
        shape = (try? NetworkReader.inputShape(settings)) ?? []
      }
      let inputName = "\(head.name)_input"
      drafts.insert(
        Draft(
          name: inputName, className: "InputLayer", kind: .input(shape), calls: [[]],
          isNetwork: false), at: 0)
    }
    let chained = drafts.indices.map { index in
      Draft(
        name: drafts[index].name, className: drafts[index].className, kind: drafts[index].kind,
        calls: index == 0 ? [[]] : [[reference(to: drafts[index - 1])]],
        isNetwork: drafts[index].isNetwork)
    }
    return try resolve(
      name, chained, inputs: [reference(to: chained[0])],
      outputs: [reference(to: chained[chained.count - 1])])
  }

  private func reference(to draft: Draft) -> TensorReference {
    TensorReference(layer: draft.name, node: 0, tensor: 0)
  }

  private func functional(
    _ name: String, _ drafts: [Draft], inputs: ConfigValue?, outputs: ConfigValue?
  ) throws(InceptError) -> KerasNetwork? {
    guard refused.isEmpty else { return nil }
    guard let inputs = TensorReference.all(in: inputs), !inputs.isEmpty,
      let outputs = TensorReference.all(in: outputs), !outputs.isEmpty
    else { throw bad("input_layers and output_layers in model '\(name)'", "others") }
    return try resolve(name, drafts, inputs: inputs, outputs: outputs)
  }

  private func resolve(
    _ name: String, _ drafts: [Draft], inputs: [TensorReference], outputs: [TensorReference]
  ) throws(InceptError) -> KerasNetwork {
    var resolver = ReferenceResolver(source: source, model: name)
    for draft in drafts {
      try resolver.declare(draft.name, calls: draft.calls.count, isNetwork: draft.isNetwork)
    }
    resolver.note(inputs + outputs + drafts.flatMap { $0.calls.flatMap { $0 } })
    var layers: [KerasLayer] = []
    for draft in drafts {
      guard let kind = draft.kind else { continue }
      var calls: [[KerasNetwork.CallOutput]] = []
      for call in draft.calls { calls.append(try resolver.resolve(call)) }
      layers.append(
        KerasLayer(name: draft.name, className: draft.className, kind: kind, calls: calls))
    }
    let results = try resolver.resolve(outputs)
    return KerasNetwork(
      name: name, layers: layers, inputs: try resolver.resolve(inputs), outputs: results,
      order: try resolver.order(layers, from: results))
  }

  /// A layer's or model's name, which becomes the name of nodes and files.
  private func checkedName(_ name: String) throws(InceptError) -> String {
    guard !name.isEmpty, name.printable() == name else {
      throw bad("names of 1 to 200 printable characters", "'\(name.printable(limit: 60))'")
    }
    return name
  }

  private func bad(_ expected: String, _ found: String) -> InceptError {
    InceptError(
      .badData, subject: source, expected: "expected a model_config with \(expected)",
      found: found)
  }
}

/// The two kinds of models that a configuration can describe.
enum NetworkForm: Sendable {
  case sequential, functional

  /// The form of a model class; nil for every other class.
  init?(_ className: String) {
    switch className {
    case "Sequential": self = .sequential
    case "Functional", "Model": self = .functional
    default: return nil
    }
  }
}
