import Operators
import Profiling

/// A network as a list of operators.
public struct GraphReport: Report {
  /// `incept.graph/1`
  public private(set) var schema = "incept.graph/1"
  /// `imported`, `optimised` or `plan`.
  public var stage: String
  /// The tensors that callers feed.
  public var inputs: [Input]
  /// Names of the results.
  public var outputs: [String]
  /// The node behind each result, in the order of ``outputs``; `NODE:1` for a node's second value.
  public var outputNodes: [String]
  /// The operators, in an order of execution. Constants are part of their users.
  public var nodes: [Node]
  /// The pass that the graph was taken after, and what it changed; nil for a whole stage.
  public var after: PassChange?

  /// How many operators there were before some were picked (``filtered(by:)``); nil where all are listed.
  var unfilteredCount: Int?
  /// What picked them.
  var filter: GraphFilter?
  /// Types of all values by label, those of operators that are not listed included.
  var valueTypes: [String: TensorType] = [:]
  /// Numbers of all inputs and operators in the order of the whole list, by the label of each of their values.
  var numbers: [String: String] = [:]

  enum CodingKeys: String, CodingKey {
    case schema, stage, inputs, outputs
    case outputNodes = "output_nodes"
    case nodes, after
  }

  /// A tensor that callers feed.
  public struct Input: Codable, Sendable, Hashable {
    /// Its name.
    public var name: String
    /// Its shape in the framework's axis order.
    public var shape: [Int]
    /// Type of its elements.
    public var type: String
  }

  /// One application of an operator.
  public struct Node: Codable, Sendable, Hashable {
    /// Its name, the framework's where there is one.
    public var name: String
    /// The operator.
    public var op: String
    /// What it reads, constants apart.
    public var inputs: [String]
    /// Shape of its first result; images and feature maps are NHWC.
    public var shape: [Int]
    /// The operator's attributes.
    public var attributes: Attributes
    /// Multiply-adds.
    public var macs: Int
    /// Elements of the constants it reads.
    public var parameters: Int
    /// Shapes of the constants it reads, weights first; a convolution's weights are HWIO.
    public var weights: [[Int]]
    /// The imported nodes that it computes: itself, and those fused into it.
    public var sources: [String]
    /// Everything that it computes, the first result included.
    public var results: [Result]
    /// The constants it reads, in the operator's order.
    public var constants: [ConstantInput]
  }

  /// A value that a node computes.
  public struct Result: Codable, Sendable, Hashable {
    /// Its shape; images and feature maps are NHWC.
    public var shape: [Int]
    /// Type of its elements.
    public var type: String
  }

  /// A constant that a node reads.
  public struct ConstantInput: Codable, Sendable, Hashable {
    /// Its name, the framework's where there is one.
    public var name: String
    /// Its shape; a convolution's weights are HWIO.
    public var shape: [Int]
    /// Type of its elements.
    public var type: String
  }

  /// Attributes in the operator's order; in JSON an object.
  public struct Attributes: Sendable, Hashable {
    /// The attributes.
    public var list: [Attribute]
  }

  /// Lists a graph.
  public init(_ graph: Graph, stage: GraphStage) {
    self.stage = stage.rawValue
    inputs = graph.inputs.map { id in
      let node = graph[id]
      return Input(
        name: node.name, shape: node.type.shape.dimensions, type: node.type.elementType.rawValue)
    }
    outputs = graph.outputs.map(\.name)
    outputNodes = graph.outputs.map { graph.label($0.value) }
    nodes = graph.topologicalOrder().map { graph[$0] }.filter { $0.op.isComputed }.map { node in
      let constants = node.inputs.filter { graph.producer(of: $0).op is Constant }
      return Node(
        name: node.name, op: node.op.mnemonic,
        inputs: node.inputs.filter { !constants.contains($0) }.map { graph.label($0) },
        shape: node.type.shape.dimensions, attributes: Attributes(list: node.op.attributes),
        macs: graph.cost(of: node.id).multiplyAdds,
        parameters: constants.reduce(0) { $0 + graph.type(of: $1).shape.elementCount },
        weights: constants.map { graph.type(of: $0).shape.dimensions }, sources: node.sources,
        results: node.outputs.map {
          Result(shape: $0.shape.dimensions, type: $0.elementType.rawValue)
        },
        constants: constants.map {
          let type = graph.type(of: $0)
          return ConstantInput(
            name: graph.label($0), shape: type.shape.dimensions, type: type.elementType.rawValue)
        })
    }
    let names = inputs.map(\.name) + nodes.map(\.name)
    for (number, name) in names.enumerated() {
      for (output, type) in (graph.node(named: name)?.outputs ?? []).enumerated() {
        let label = output == 0 ? name : "\(name):\(output)"
        valueTypes[label] = type
        numbers[label] = output == 0 ? "\(number)" : "\(number):\(output)"
      }
    }
  }
}

/// How far a network has come on its way to the device.
public enum GraphStage: String, Sendable, CaseIterable {
  /// As the file or the architecture describes it.
  case imported
  /// After all passes.
  case optimised
  /// As kernels and memory, for a device.
  case plan
}

extension GraphReport.Attributes: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  /// Reads an object of numbers, lists of numbers, truth values and texts.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    list = try container.allKeys.map { key in
      if let value = try? container.decode(Bool.self, forKey: key) {
        return Attribute(key.stringValue, .bool(value))
      }
      if let value = try? container.decode(Int.self, forKey: key) {
        return Attribute(key.stringValue, .int(value))
      }
      if let value = try? container.decode(Double.self, forKey: key) {
        return Attribute(key.stringValue, .float(value))
      }
      if let value = try? container.decode([Int].self, forKey: key) {
        return Attribute(key.stringValue, .ints(value))
      }
      return Attribute(key.stringValue, .text(try container.decode(String.self, forKey: key)))
    }
  }

  /// Writes an object.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for attribute in list {
      let key = Key(stringValue: attribute.name)
      switch attribute.value {
      case .int(let value): try container.encode(value, forKey: key)
      case .ints(let values): try container.encode(values, forKey: key)
      case .float(let value): try container.encode(value, forKey: key)
      case .bool(let value): try container.encode(value, forKey: key)
      case .text(let value): try container.encode(value, forKey: key)
      }
    }
  }
}
