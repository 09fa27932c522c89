import GraphIR
import Operators
import TensorCore

/// The graph of a model while it is made, and the weights it takes.
final class GraphBuilder {
  /// Operators altogether.
  static let nodeLimit = 100_000
  /// Layers altogether, each as often as its model is called.
  static let workLimit = 400_000
  /// Bytes of a name with the models it lies in.
  static let nameLimit = 1000
  /// Elements of one value.
  static let elementLimit = 1 << 34
  /// Elements of the vectors that stand for weights a layer was told to do without.
  static let filledLimit = 1 << 24

  /// What was made so far.
  private(set) var graph: Graph
  private var weights: WeightIndex
  /// The weights that layers took, in the file's layout.
  private(set) var taken: [(name: String, tensor: HostTensor)] = []
  private var reserved: Set<String> = []
  private var nextNumbers: [String: Int] = [:]
  private var constants: [[String]: ValueID] = [:]
  /// How many weights of each layer were taken.
  private var positions: [[String]: Int] = [:]
  private var vectors: [FilledKey: HostTensor] = [:]
  private var filledCount = 0
  private var work = 0

  private struct FilledKey: Hashable {
    let count: Int
    let value: Float
  }

  /// An empty graph that takes `weights`.
  init(name: String, weights: WeightIndex) {
    graph = Graph(name: name, axisOrder: .nhwc)
    self.weights = weights
  }

  /// What doesn't fit between the model and its weights, as one error; nil where all does.
  func weightMismatch(source: String, isComplete: Bool) -> InceptError? {
    weights.mismatch(source: source, isComplete: isComplete)
  }

  /// Counts work that adds no operators: models that call models several times grow with every level of nesting,
  /// even where they hold nothing.
  func charge(_ count: Int, name: String) throws(InceptError) {
    work += count
    guard work <= Self.workLimit, name.utf8.count <= Self.nameLimit else {
      throw InceptError(
        .badData, subject: "layer '\(name.prefix(200))'",
        expected: "expected at most \(Self.workLimit) layers and names of \(Self.nameLimit) bytes",
        found: "more, with nested models inlined")
    }
  }

  /// Leaves names to the values of layers: no part of another layer takes one of these.
  func reserve(_ names: some Sequence<String>) { reserved.formUnion(names) }

  /// A free name of a layer's value; the second of one name is `name_1`.
  func valueName(_ base: String, isFirst: Bool) -> String {
    if isFirst, graph.node(named: base) == nil { return base }
    return numbered(base, "_", from: 1)
  }

  /// A free name of part of a layer.
  func partName(_ base: String) -> String {
    graph.node(named: base) == nil && !reserved.contains(base) ? base : numbered(base, ".", from: 2)
  }

  private func numbered(_ base: String, _ separator: String, from first: Int) -> String {
    var number = nextNumbers[base + separator] ?? first
    defer { nextNumbers[base + separator] = number + 1 }
    while true {
      let name = "\(base)\(separator)\(number)"
      if graph.node(named: name) == nil, !reserved.contains(name) { return name }
      number += 1
    }
  }

  /// Adds an operator for layer `source` and checks that its value has a size that can be.
  func add(
    _ op: any Operator, _ inputs: [ValueID], name: String, source: String
  ) throws(InceptError) -> ValueID {
    guard graph.nodeCount < Self.nodeLimit else {
      throw InceptError(
        .badData, subject: "model '\(graph.name)'",
        expected: "expected at most \(Self.nodeLimit) operators", found: "more")
    }
    let value = try graph.add(op, inputs, name: name, sources: [source])
    let shape = graph.type(of: value).shape
    guard !shape.dimensions.contains(0), let count = shape.checkedElementCount,
      count <= Self.elementLimit
    else {
      throw InceptError(
        .badData, subject: "layer '\(source)'",
        expected: "expected a value of 1 to \(Self.elementLimit) elements", found: "\(shape)")
    }
    return value
  }

  /// Declares results.
  func setOutputs(_ outputs: [GraphOutput]) { graph.outputs = outputs }

  /// The weight of the layer at `path` called one of `names`, as a constant of the given shape; one node for all
  /// calls of a layer.
  func weight(
    _ names: [String], shape: Shape, stored: Shape, path: [String]
  ) throws(InceptError) -> ValueID {
    let key = path + [names[0]]
    if let value = constants[key], graph.type(of: value).shape == shape { return value }
    let layer = path.joined(separator: "/")
    let name = partName("\(layer)/\(names[0])")
    let value: ValueID
    let position = positions[path, default: 0]
    positions[path] = position + 1
    if let tensor = weights.take(names, shape: stored, path: path, position: position) {
      taken.append(("\(layer)/\(names[0])", tensor))
      value = try add(Constant(tensor.reshaped(shape)), [], name: name, source: layer)
    } else {
      value = try add(Input(TensorType(shape)), [], name: name, source: layer)
    }
    constants[key] = value
    return value
  }

  /// A vector of one repeated value.
  func filled(_ count: Int, with value: Float, name: String) throws(InceptError) -> ValueID {
    let key = FilledKey(count: count, value: value)
    if vectors[key] == nil {
      filledCount += min(count, Self.filledLimit)
      guard count <= Self.filledLimit, filledCount <= Self.filledLimit else {
        throw InceptError(
          .badData, subject: "'\(name)'", expected: "expected a reasonable number of channels",
          found: "\(count)")
      }
    }
    let tensor = vectors[key] ?? HostTensor.filled([count], with: value)
    vectors[key] = tensor
    return try add(Constant(tensor), [], name: partName(name), source: name)
  }
}
