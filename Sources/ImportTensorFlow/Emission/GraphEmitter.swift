import GraphIR
import Operators
import TensorCore
import WireFormats

/// The graph of a model while it is made.
final class GraphEmitter {
  /// Operators altogether.
  static let nodeLimit = 400_000
  /// Elements of one value.
  static let elementLimit = 1 << 34

  /// What was made so far.
  private(set) var graph: Graph
  /// For values in NCHW order the same values in NHWC, where these exist.
  private(set) var twins: [ValueID: ValueID] = [:]
  /// Values of constants.
  var constants: ConstantReader
  /// Shapes that callers chose for inputs, by name.
  let inputShapes: [String: Shape]
  /// Shape of an input whose rank even the file doesn't tell.
  let defaultShape: Shape?
  /// Whether the file leaves an input's first extent, or any other, open.
  var hasOpenBatch = false
  var hasOpenExtents = false

  private var taken: Set<String>
  private var nextNumbers: [String: Int] = [:]

  /// An empty graph for nodes of the given names.
  init(
    name: String, nodes: [String], constants: ConstantReader, inputShapes: [String: Shape],
    defaultShape: Shape?
  ) {
    graph = Graph(name: name, axisOrder: .nhwc)
    taken = Set(nodes)
    self.constants = constants
    self.inputShapes = inputShapes
    self.defaultShape = defaultShape
  }

  /// Declares results.
  func setOutputs(_ outputs: [GraphOutput]) { graph.outputs = outputs }

  /// A free name for part of a node: no node has it or will get it.
  func partName(_ base: String) -> String {
    if graph.node(named: base) == nil, !taken.contains(base) { return base }
    var number = nextNumbers[base] ?? 2
    defer { nextNumbers[base] = number + 1 }
    while true {
      let name = "\(base).\(number)"
      if graph.node(named: name) == nil, !taken.contains(name) { return name }
      number += 1
    }
  }

  /// Adds an operator for the node `source` and checks that its values have a size that can be.
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
        .badData, subject: "node '\(source.printable())'",
        expected: "expected a value of 1 to \(Self.elementLimit) elements", found: "\(shape)")
    }
    return value
  }

  /// Notes that `nchw` is `nhwc` in another order.
  func setTwin(of nchw: ValueID, _ nhwc: ValueID) { twins[nchw] = nhwc }

  /// A 4-D value in NHWC order, given in NCHW.
  func nhwc(_ value: ValueID) throws(InceptError) -> ValueID {
    if let twin = twins[value] { return twin }
    let node = graph.producer(of: value)
    let twin = try add(
      Transpose.toNHWC, [value], name: partName("\(node.name)/nhwc"), source: node.name)
    twins[value] = twin
    return twin
  }
}
