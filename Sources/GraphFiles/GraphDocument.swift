import Foundation
import GraphIR
import Operators
import TensorCore

/// A graph as JSON, which goes into a safetensors file with the graph's constants: `docs/graph-files.md`.
package struct GraphDocument: Codable {
  /// Its key in a file's `__metadata__`.
  package static let key = "incept.graph"

  /// The form of the document.
  private var version = 1
  private var name: String
  private var axisOrder: String
  private var nodes: [Item]
  private var outputs: [Result]

  enum CodingKeys: String, CodingKey {
    case version, name
    case axisOrder = "axis_order"
    case nodes, outputs
  }

  /// A node; what it reads as `[node, output]`, numbers of nodes before it.
  private struct Item: Codable {
    var name: String
    var op: String
    var inputs: [[Int]]
    var sources: [String]?
    /// Whether values of four axes are in the framework's order rather than NHWC.
    var isFrameworkOrdered: Bool?
    /// Of inputs.
    var shape: [Int]?
    var type: ElementType?
    /// Of everything but inputs and constants.
    var attributes: (any Operator & Codable)?

    enum CodingKeys: String, CodingKey {
      case name, op, inputs, sources
      case isFrameworkOrdered = "framework_ordered"
      case shape, type, attributes
    }

    init(name: String, op: String, inputs: [[Int]]) {
      self.name = name
      self.op = op
      self.inputs = inputs
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      name = try container.decode(String.self, forKey: .name)
      op = try container.decode(String.self, forKey: .op)
      inputs = try container.decode([[Int]].self, forKey: .inputs)
      sources = try container.decodeIfPresent([String].self, forKey: .sources)
      isFrameworkOrdered = try container.decodeIfPresent(Bool.self, forKey: .isFrameworkOrdered)
      shape = try container.decodeIfPresent([Int].self, forKey: .shape)
      type = try container.decodeIfPresent(ElementType.self, forKey: .type)
      guard let kind = GraphDocument.operators[op] else { return }
      attributes = try kind.init(from: container.superDecoder(forKey: .attributes))
    }

    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encode(op, forKey: .op)
      try container.encode(inputs, forKey: .inputs)
      try container.encodeIfPresent(sources, forKey: .sources)
      try container.encodeIfPresent(isFrameworkOrdered, forKey: .isFrameworkOrdered)
      try container.encodeIfPresent(shape, forKey: .shape)
      try container.encodeIfPresent(type, forKey: .type)
      if let attributes { try attributes.encode(to: container.superEncoder(forKey: .attributes)) }
    }
  }

  private struct Result: Codable {
    var name: String
    var value: [Int]
    var isFrameworkOrdered: Bool

    enum CodingKeys: String, CodingKey {
      case name, value
      case isFrameworkOrdered = "framework_ordered"
    }
  }

  /// The operators that have attributes, by name.
  private static let operators: [String: any (Operator & Codable).Type] = {
    let kinds = OperatorCatalog.all.compactMap { $0 as? any (Operator & Codable).Type }
    return Dictionary(kinds.map { ($0.mnemonic, $0) }, uniquingKeysWith: { first, _ in first })
  }()

  /// The longest document that is read or written: its nodes take many times as much memory, and their time.
  private static let longest = 4 << 20
  private static let infinities = (positive: "inf", negative: "-inf", nan: "nan")
}

// MARK: Writing

extension GraphDocument {
  /// The graph as a document.
  ///
  /// - Throws: `.software` for an operator that has no such form.
  package init(_ graph: Graph) throws(InceptError) {
    name = graph.name
    axisOrder = graph.axisOrder.rawValue
    var order = graph.topologicalOrder()
    let inputs = Set(graph.inputs)
    if order.filter(inputs.contains) != graph.inputs {
      // Their order of declaration is what callers see.
      order = graph.inputs + order.filter { !inputs.contains($0) }
    }
    let numbers = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    func reference(_ value: ValueID) -> [Int] { [numbers[value.node] ?? 0, value.output] }
    nodes = []
    for id in order {
      let node = graph[id]
      var item = Item(
        name: node.name, op: type(of: node.op).mnemonic, inputs: node.inputs.map(reference))
      if node.sources != [node.name] { item.sources = node.sources }
      if graph.frameworkOrdered.contains(id) { item.isFrameworkOrdered = true }
      if node.op is any GraphInput {
        item.shape = node.type.shape.dimensions
        item.type = node.type.elementType
      } else if let op = node.op as? any (Operator & Codable) {
        item.attributes = op
      } else if !(node.op is Constant) {
        throw InceptError(
          .software, subject: node.subject, expected: "expected an operator that files can hold",
          found: item.op)
      }
      nodes.append(item)
    }
    outputs = graph.outputs.map {
      Result(
        name: $0.name, value: reference($0.value), isFrameworkOrdered: $0.isFrameworkOrdered)
    }
  }

  /// The document's text.
  package func json() throws(InceptError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: Self.infinities.positive, negativeInfinity: Self.infinities.negative,
      nan: Self.infinities.nan)
    let text: String
    do {
      text = String(decoding: try encoder.encode(self), as: UTF8.self)
    } catch {
      throw InceptError(
        .software, subject: "graph '\(name)'", expected: "expected values that JSON can hold",
        found: "\(error)")
    }
    guard text.utf8.count <= Self.longest else {
      throw Self.bad(
        "graph '\(name)'", "of at most \(Self.longest) bytes as JSON", "\(text.utf8.count)")
    }
    return text
  }
}

// MARK: Reading

extension GraphDocument {
  /// Reads a document's text, which is not trusted.
  ///
  /// - Throws: `.badData` about `source`.
  package init(json: String, source: String) throws(InceptError) {
    guard json.utf8.count <= Self.longest else {
      throw Self.bad(source, "of at most \(Self.longest) bytes", "\(json.utf8.count)")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: Self.infinities.positive, negativeInfinity: Self.infinities.negative,
      nan: Self.infinities.nan)
    let large: String?
    do {
      self = try decoder.decode(Self.self, from: Data(json.utf8))
      large = try IntegerBound.firstBeyond(in: self)
    } catch {
      throw Self.bad(source, "that Incept wrote", "something else")
    }
    if let large {
      throw Self.bad(source, "of whole numbers within \(IntegerBound.largest)", large)
    }
    guard version == 1 else { throw Self.bad(source, "of version 1", "version \(version)") }
  }

  /// The graph, with constants of the file's tensors by name.
  ///
  /// - Throws: `.badData` about `source` or the node that is wrong.
  package func graph(
    _ constants: [String: HostTensor], source: String
  ) throws(InceptError) -> Graph {
    guard let order = AxisOrder(rawValue: axisOrder) else {
      throw Self.bad(source, "with axes nhwc or nchw", axisOrder)
    }
    var graph = Graph(name: name, axisOrder: order)
    var ids: [NodeID] = []
    func value(_ reference: [Int], _ subject: String) throws(InceptError) -> ValueID {
      guard reference.count == 2, ids.indices.contains(reference[0]),
        graph[ids[reference[0]]].outputs.indices.contains(reference[1])
      else { throw Self.bad(subject, "whose nodes read values before them", "\(reference)") }
      return ValueID(ids[reference[0]], output: reference[1])
    }
    for node in nodes {
      let subject = "\(node.op) '\(node.name)'"
      var inputs: [ValueID] = []
      for reference in node.inputs { inputs.append(try value(reference, subject)) }
      let added = try graph.add(
        try op(node, constants, subject), inputs, name: node.name, sources: node.sources)
      if let sources = node.sources, sources.isEmpty {
        throw Self.bad(subject, "whose nodes have sources", "none")
      }
      if node.isFrameworkOrdered == true { graph.markFrameworkOrdered(added.node) }
      ids.append(added.node)
    }
    for output in outputs {
      graph.outputs.append(
        GraphOutput(
          name: output.name, value: try value(output.value, "result '\(output.name)'"),
          isFrameworkOrdered: output.isFrameworkOrdered))
    }
    guard !outputs.isEmpty, Set(outputs.map(\.name)).count == outputs.count else {
      throw Self.bad(source, "with results of different names", "\(outputs.map(\.name))")
    }
    return graph
  }

  private func op(
    _ node: Item, _ constants: [String: HostTensor], _ subject: String
  ) throws(InceptError) -> any Operator {
    switch node.op {
    case Input.mnemonic:
      guard let shape = node.shape else { throw Self.bad(subject, "with a shape", "none") }
      return Input(TensorType(Shape(shape), node.type ?? .float32))
    case Constant.mnemonic:
      guard let tensor = constants[node.name] else {
        throw Self.bad(subject, "with a tensor of that name in the file", "none")
      }
      let type = tensor.elementType
      guard type.isFloatingPoint || ElementType.computed.contains(type) else {
        throw Self.bad(subject, "of a type that values have", type.rawValue)
      }
      return Constant(tensor)
    default:
      guard let op = node.attributes else {
        throw Self.bad(subject, "of operators that this version knows", node.op)
      }
      return op
    }
  }

  private static func bad(_ subject: String, _ what: String, _ found: String) -> InceptError {
    InceptError(.badData, subject: subject, expected: "expected a graph \(what)", found: found)
  }
}
