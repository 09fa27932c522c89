import GraphIR
import Operators
import ProtobufMessages
import Reference
import TensorCore
import WireFormats

/// Makes a graph of a model, node by node.
///
/// What depends on constants and shapes only is computed at once, so that shape arithmetic leaves constants.
final class GraphImporter {
  /// Nodes of the graph, those that stand for constants included.
  static let nodeLimit = 200_000
  /// Elements up to which what depends on constants only is computed.
  static let foldingLimit = 1 << 16

  /// Elements of one value.
  static let elementLimit = 1 << 34
  /// Elements that ranges, masks and their like may have altogether.
  static let madeLimit = 1 << 22

  /// Elements that may still be made of nothing.
  var madeBudget = GraphImporter.madeLimit
  /// Elements that may still be computed before the network runs.
  var foldingBudget = 1 << 24

  /// The model.
  let model: ONNXModel
  /// What was made so far.
  var graph: Graph
  /// Functions of the model by domain, name and overload.
  let functions: [[String]: Onnx_FunctionProto]
  /// Values that are known though they are not constant: inputs whose tensors were given, and what is computed of
  /// them; with the names of these inputs.
  var known: [ValueID: (tensor: HostTensor, inputs: Set<String>)] = [:]
  /// The inputs whose values decided on the graph.
  var decisive: Set<String> = []
  /// The batch of a file whose batch is fixed, and the one that the caller wants: constants in the file that repeat the
  /// declared one (`Reshape`) mean the batch.
  private(set) var rebatching: (declared: Int, given: Int)?
  private let shapes: [String: Shape]
  private let values: [String: HostTensor]
  private var refused: [RefusedItem] = []
  private var failure: InceptError?
  private var isFatal = false
  private var nodesSeen = 0
  private var reserved: Set<String> = []
  private var outputNames: Set<String> = []
  private var auxiliaryNumbers: [String: Int] = [:]
  /// The numbers of the graph's nodes that each of the file's nodes was made into.
  private var made: [(node: Onnx_NodeProto, numbers: Range<Int>)] = []

  /// An importer for inputs of the given shapes.
  init(
    _ model: ONNXModel, shapes: [String: Shape], values: [String: HostTensor]
  ) throws(InceptError) {
    self.model = model
    self.shapes = shapes
    self.values = values
    graph = Graph(name: model.name, axisOrder: .nchw)
    let functions = model.proto.functions.map { ([$0.domain, $0.name, $0.overload], $0) }
    self.functions = Dictionary(functions, uniquingKeysWith: { $1 })
  }

  /// The graph of the whole model.
  func run() throws(InceptError) -> ImportedONNX {
    let proto = model.proto.graph
    guard proto.sparseInitializer.isEmpty else {
      throw failure("expected dense weights", "sparse ones")
    }
    let scope = Scope(
      parent: nil, prefix: "", versions: try Self.versions(model.proto.opsetImport, model.source),
      depth: 0)
    reserve(proto)
    try addInputs(proto, scope)
    for (name, tensor) in model.initializers.sorted(by: { $0.key < $1.key })
    where !scope.isDefined(name) {
      try define(name, constant: tensor, in: scope)
    }
    try add(proto.node, scope)
    if !refused.isEmpty { throw RefusedItem.error(refused, source: model.source) }
    if let failure { throw failure }
    for output in proto.output {
      guard let value = scope.value(output.name) else {
        throw failure(
          "expected output '\(output.name.printable())' to be computed", "no node that does")
      }
      try addOutput(value)
    }
    graph.removeUnused()
    try graph.verify()
    return ImportedONNX(
      graph: graph, name: model.name, decisiveInputs: decisive, origins: origins())
  }

  private func origins() -> [ONNXOrigin] {
    made.map { node, numbers in
      ONNXOrigin(
        name: node.name, output: node.output.first { !$0.isEmpty } ?? "",
        nodes: numbers.compactMap { graph.node(NodeID(rawValue: $0))?.name })
    }
  }

  /// Operator set versions by domain; ONNX's own domain has two names.
  static func versions(
    _ imports: [Onnx_OperatorSetIdProto], _ source: String
  ) throws(InceptError) -> [String: Int] {
    var versions: [String: Int] = [:]
    for entry in imports {
      let domain = entry.domain == "ai.onnx" ? "" : entry.domain
      versions[domain] = Int(clamping: entry.version)
    }
    if let own = versions[""], !(1...OperatorTable.newestVersion).contains(own) {
      throw InceptError(
        .badData, subject: source,
        expected: "expected an operator set from 1 to \(OperatorTable.newestVersion)",
        found: "\(own)",
        hint: own < 1 ? nil : "export the model for an older operator set")
    }
    return versions
  }

  // MARK: Nodes

  /// Adds nodes in their order. Those that can't be expressed are noted, and what needs them is left out.
  func add(_ nodes: [Onnx_NodeProto], _ scope: Scope) throws(InceptError) {
    for node in nodes {
      nodesSeen += 1
      guard graph.nodeCount < Self.nodeLimit, nodesSeen < Self.nodeLimit else {
        throw fatal("expected at most \(Self.nodeLimit) nodes, functions inlined", "more")
      }
      let first = nextNodeNumber
      try add(node, scope)
      if scope.depth == 0 { made.append((node, first..<nextNodeNumber)) }
    }
  }

  private func add(_ node: Onnx_NodeProto, _ scope: Scope) throws(InceptError) {
    let context = NodeContext(node, scope, self)
    for name in node.input where !name.isEmpty {
      guard scope.value(name) != nil || scope.isMissing(name) else {
        throw InceptError(
          .badData, subject: "\(context.subject) of \(model.source)",
          expected: "expected inputs that nodes before it compute",
          found: "'\(name.printable())'", hint: "dangling, part of a cycle, or out of order")
      }
    }
    var own: Set<String> = []
    for name in node.output
    where !name.isEmpty && (scope.isDefined(name) || !own.insert(name).inserted) {
      throw InceptError(
        .badData, subject: "\(context.subject) of \(model.source)",
        expected: "expected each value to be computed once", found: "'\(name.printable())' again")
    }
    do throws(InceptError) {
      guard let lowering = OperatorTable.lowering(context.domain, node.opType) else {
        if let body = functions[[node.domain, node.opType, node.overload]] {
          return try inline(body, context)
        }
        throw context.refuse("no such operator here")
      }
      if node.input.contains(where: { scope.isMissing($0) }) { return miss(node, scope) }
      do throws(InceptError) {
        try lowering(context)
      } catch {
        // An attribute of another type is the likelier reason.
        if context.refusal == nil { try context.checkAttributes() }
        throw error
      }
      try context.checkAttributes()
      try context.checkOutputs()
    } catch {
      if isFatal { throw error }
      if let reason = context.refusal {
        note(context, reason)
      } else {
        // Maybe a consequence of types that are refused: all of these are told first.
        failure = failure ?? error.about("\(context.subject) of \(model.source)")
        if !refused.isEmpty { note(context, error.description) }
      }
      miss(node, scope)
    }
  }

  private func note(_ context: NodeContext, _ reason: String) {
    refused.append(
      RefusedItem(
        op: context.node.opType, domain: context.domain, version: context.version,
        name: context.name, reason: reason))
  }

  private func miss(_ node: Onnx_NodeProto, _ scope: Scope) {
    for name in node.output where !name.isEmpty && scope.value(name) == nil { scope.miss(name) }
  }

  // MARK: Inputs and outputs

  private func addInputs(_ proto: Onnx_GraphProto, _ scope: Scope) throws(InceptError) {
    let fed = model.fedInputs
    let unknown = shapes.keys.filter { name in !fed.contains { $0.name == name } }.sorted()
    guard unknown.isEmpty else {
      throw InceptError(
        .usage, subject: "inputs of \(model.source)",
        expected: "expected \(fed.map { $0.name.printable() }.joined(separator: ", "))",
        found: unknown.joined(separator: ", "))
    }
    var binding = DimensionBinding(source: model.source)
    for input in fed { try binding.collect(input, given: shapes[input.name]) }
    for input in fed {
      let type = try binding.type(of: input, given: shapes[input.name])
      let declared = input.type.tensorType.shape.dim.first?.dimValue ?? 0
      if declared > 0, let given = type.shape.dimensions.first, given != Int(declared) {
        rebatching = (Int(declared), given)
      }
      try requireSize(type.shape)
      guard !scope.isDefined(input.name), !input.name.isEmpty else {
        throw failure("expected names of inputs of their own", "'\(input.name.printable())'")
      }
      let id = try graph.add(Input(type), name: input.name)
      graph.markFrameworkOrdered(id.node)
      if let tensor = values[input.name], tensor.shape == type.shape,
        tensor.elementType == type.elementType, tensor.elementCount <= Self.foldingLimit
      {
        known[id] = (tensor, [input.name])
      }
      scope.define(input.name, Value(name: input.name, type: type, plain: id, image: nil))
    }
  }

  private func addOutput(_ value: Value) throws(InceptError) {
    var id = try plain(value)
    if graph.constant(id) != nil || graph[id.node].op is Input {
      id = try graph.add(Identity(), [id], name: auxiliaryName("\(value.name).result"))
    }
    guard outputNames.insert(value.name).inserted else {
      throw failure("expected names of outputs of their own", "'\(value.name.printable())' twice")
    }
    graph.outputs.append(GraphOutput(name: value.name, value: id, isFrameworkOrdered: true))
  }

  // MARK: Names

  private func reserve(_ proto: Onnx_GraphProto) {
    for node in proto.node { reserved.formUnion(node.output) }
    reserved.formUnion(proto.input.map(\.name))
    reserved.formUnion(model.initializers.keys)
  }

  /// A free name that is no value's of the model.
  func auxiliaryName(_ base: String) -> String {
    var number = auxiliaryNumbers[base] ?? 1
    while true {
      let name = number == 1 ? base : "\(base).\(number)"
      number += 1
      if !reserved.contains(name), graph.node(named: name) == nil {
        auxiliaryNumbers[base] = number
        return name
      }
    }
  }

  /// Names a node for the value that it computes; inner values of functions get their function's name before
  /// theirs.
  func rename(_ id: NodeID, to name: String) {
    guard graph.node(named: name) == nil else {
      if graph[id].name != name { graph.rename(id, to: auxiliaryName(name)) }
      return
    }
    graph.rename(id, to: name)
  }

  /// An error after which no further node is looked at.
  func fatal(_ expected: String, _ found: String) -> InceptError {
    isFatal = true
    return failure(expected, found)
  }

  /// An error about the model.
  func failure(_ expected: String, _ found: String) -> InceptError {
    InceptError(.badData, subject: model.source, expected: expected, found: found)
  }
}
