import ProtobufMessages
import TensorCore
import WireFormats

/// All nodes of a graph, calls of its functions inlined.
///
/// TensorFlow 1 writes calls as nodes whose operation is the function's name, TensorFlow 2 as `PartitionedCall`.
struct FlatGraph {
  /// Nodes, and values they read, with inlined functions.
  static let nodeLimit = 200_000
  static let inputLimit = 2_000_000
  /// Bytes of all names.
  static let nameLimit = 32 << 20
  /// Calls within calls.
  static let depthLimit = 32

  /// The graph's own nodes in the file's order, then those of inlined calls.
  private(set) var nodes: [FlatNode] = []
  /// Number of the graph's own nodes.
  private(set) var ownCount = 0
  /// Which nodes another one reads.
  private(set) var isRead: [Bool] = []
  /// The graph's own nodes by name.
  private(set) var indices: [String: Int] = [:]

  private let source: String
  private let functions: [String: Tensorflow_FunctionDef]
  private var calls: [Call] = []
  private var inputCount = 0
  private var nameBytes = 0

  private struct Call {
    let node: Int
    let function: Tensorflow_FunctionDef
    let arguments: [Reference]
    let prefix: String
    let depth: Int
  }

  /// Flattens the graph of the file called `source`.
  ///
  /// Throws `.badData` for duplicate names, and for calls that are too many or call themselves.
  init(_ graph: Tensorflow_GraphDef, source: String) throws(InceptError) {
    self.source = source
    functions = Dictionary(
      graph.library.function.map { ($0.signature.name, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    indices = try add(graph.node, prefix: "", arguments: nil, depth: 0)
    ownCount = nodes.count
    while let call = calls.popLast() { try inline(call) }
  }

  /// The value that `reference` stands for: never a call's, but what that returns.
  mutating func resolve(_ reference: Reference) throws(InceptError) -> Reference {
    var path: [(node: Int, index: Int)] = []
    var seen: Set<Reference> = []
    var reference = reference
    while case .output(let node, let index) = reference, nodes[node].op == FlatNode.call {
      guard index < nodes[node].inputs.count else {
        throw damaged(nodes[node].name, "output \(index) to be returned", "none")
      }
      guard seen.insert(reference).inserted else {
        throw damaged(nodes[node].name, "no cycle", "a call that returns what it is given")
      }
      path.append((node, index))
      reference = nodes[node].inputs[index]
    }
    for step in path { nodes[step.node].inputs[step.index] = reference }
    return reference
  }

  /// Replaces one input of a node.
  mutating func setInput(_ index: Int, of node: Int, _ reference: Reference) {
    nodes[node].inputs[index] = reference
  }

  private mutating func inline(_ call: Call) throws(InceptError) {
    let names = call.function.signature.inputArg.map(\.name)
    guard names.count == call.arguments.count else {
      throw damaged(
        nodes[call.node].name, "\(names.count) inputs of '\(call.function.signature.name)'",
        "\(call.arguments.count)")
    }
    guard call.depth < Self.depthLimit else {
      throw damaged(
        nodes[call.node].name, "calls at most \(Self.depthLimit) deep", "more",
        hint: "does the function call itself?")
    }
    let arguments = Dictionary(
      zip(names, call.arguments), uniquingKeysWith: { first, _ in first })
    let indices = try add(
      call.function.nodeDef, prefix: call.prefix, arguments: arguments, depth: call.depth + 1)
    nodes[call.node].inputs = call.function.signature.outputArg.map { output in
      guard let text = call.function.ret[output.name] else { return .dangling(output.name) }
      return reference(text, indices, arguments)
    }
  }

  /// Adds the nodes of the graph, or of a function's body where there are arguments; returns where they are.
  private mutating func add(
    _ definitions: [Tensorflow_NodeDef], prefix: String, arguments: [String: Reference]?, depth: Int
  ) throws(InceptError) -> [String: Int] {
    var indices: [String: Int] = [:]
    let first = nodes.count
    for definition in definitions {
      guard indices.updateValue(nodes.count, forKey: definition.name) == nil else {
        throw damaged(definition.name, "unique names", "a second node of that name")
      }
      let name = prefix + definition.name
      nameBytes += name.utf8.count
      inputCount += definition.input.count
      guard nodes.count < Self.nodeLimit, nameBytes <= Self.nameLimit,
        inputCount <= Self.inputLimit
      else {
        throw InceptError(
          .badData, subject: source,
          expected: "expected at most \(Self.nodeLimit) nodes, functions inlined", found: "more")
      }
      nodes.append(
        FlatNode(
          name: name, op: function(definition) == nil ? definition.op : FlatNode.call,
          attributes: definition.attr, inputs: []))
      isRead.append(false)
    }
    for (index, definition) in definitions.enumerated() {
      let inputs = definition.input.filter { !$0.hasPrefix("^") }.map {
        reference($0, indices, arguments)
      }
      for case .output(let node, _) in inputs { isRead[node] = true }
      guard let function = function(definition) else {
        nodes[first + index].inputs = inputs
        continue
      }
      calls.append(
        Call(
          node: first + index, function: function, arguments: inputs,
          prefix: nodes[first + index].name + "/", depth: depth))
    }
    return indices
  }

  /// The function that a node calls.
  private func function(_ node: Tensorflow_NodeDef) -> Tensorflow_FunctionDef? {
    switch node.op {
    case "PartitionedCall", "StatefulPartitionedCall":
      guard case .func(let function)? = node.attr["f"]?.value else { return nil }
      return functions[function.name]
    default: return functions[node.op]
    }
  }

  /// `name` or `name:2` among a graph's nodes; `argument` or `name:output:2` in a function's body.
  private func reference(
    _ text: String, _ indices: [String: Int], _ arguments: [String: Reference]?
  ) -> Reference {
    if let argument = arguments?[text] { return argument }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first, let node = indices[String(name)] else { return .dangling(text) }
    switch parts.count {
    case 1: return .output(node: node, index: 0)
    case 2 where arguments == nil:
      guard let index = Int(parts[1]), index >= 0 else { return .dangling(text) }
      return .output(node: node, index: index)
    case 2, 3:
      guard let index = parts.count == 3 ? Int(parts[2]) : 0, index >= 0,
        let place = place(of: String(parts[1]), index, node)
      else { return .dangling(text) }
      return .output(node: node, index: place)
    default: return .dangling(text)
    }
  }

  /// The place among all outputs of a node of element `index` of the output called `name`.
  private func place(of name: String, _ index: Int, _ node: Int) -> Int? {
    let op = nodes[node].op
    if let names = Self.outputNames[op] { return names.firstIndex(of: name) }
    if let function = functions[op] {
      return function.signature.outputArg.firstIndex { $0.name == name }
    }
    return index
  }

  /// The outputs of operations that have several with names; those of all others are one list.
  private static let outputNames: [String: [String]] = {
    let norm = [
      "y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3",
    ]
    return [
      "FusedBatchNorm": norm, "FusedBatchNormV2": norm, "FusedBatchNormV3": norm,
      "MaxPoolWithArgmax": ["output", "argmax"], "TopKV2": ["values", "indices"],
    ]
  }()

  private func damaged(
    _ node: String, _ expected: String, _ found: String, hint: String? = nil
  ) -> InceptError {
    InceptError(
      .badData, subject: "node '\(node.printable())'", expected: "expected \(expected)",
      found: found, hint: hint)
  }
}
