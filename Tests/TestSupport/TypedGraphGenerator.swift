import GraphIR
import Operators
import TensorCore

/// Makes small random graphs of values of all types: arithmetic, comparison, logic, casts and data movement.
package struct TypedGraphGenerator {
  private var graph: Graph
  private var random: RandomSource
  private var feeds: [String: HostTensor] = [:]
  /// Matrices computed so far.
  private var values: [ValueID] = []
  private var serial = 0

  /// A random graph with some results, and a tensor for each input. One seed always gives the same graph.
  package static func randomGraph(seed: UInt64) throws(InceptError) -> (
    graph: Graph, feeds: [String: HostTensor]
  ) {
    var generator = TypedGraphGenerator(seed: seed)
    for _ in 0..<4 { try generator.begin() }
    for _ in 0..<generator.random.int(in: 4...14) { try generator.step() }
    let results = generator.values.suffix(4)
    generator.graph.outputs = results.enumerated().map {
      GraphOutput(name: "result\($0.offset)", value: $0.element)
    }
    generator.graph.removeUnused()
    try generator.graph.verify()
    return (generator.graph, generator.feeds)
  }

  private init(seed: UInt64) {
    random = RandomSource(seed: seed)
    graph = Graph(name: "typed\(seed)")
  }

  private func type(_ value: ValueID) -> TensorType { graph.type(of: value) }

  private mutating func name(_ stem: String) -> String {
    serial += 1
    return "\(stem).\(serial)"
  }

  private mutating func begin() throws(InceptError) {
    let type = TensorType(
      [random.int(in: 1...5), random.int(in: 1...9)], random.pick(ElementType.computed))
    let tensor = random.tensor(type.shape, in: -9...9, type.elementType)
    if random.oneIn(3) {
      values.append(try graph.add(Constant(tensor), name: name("constant")))
    } else {
      let name = name("input")
      feeds[name] = tensor
      values.append(try graph.add(Input(type), name: name))
    }
  }

  private mutating func add(_ op: any Operator, _ inputs: ValueID...) throws(InceptError) {
    let node = try graph.add(op, inputs, name: name(op.mnemonic)).node
    for output in graph[node].outputs.indices { values.append(ValueID(node, output: output)) }
  }

  /// A value like `other` in type and, but for broadcast axes, in shape.
  private mutating func partner(of other: ValueID) -> ValueID {
    let fitting = values.filter {
      type($0).elementType == type(other).elementType
        && Binary.broadcast(type($0).shape, type(other).shape) != nil
    }
    return random.pick(fitting)
  }

  private mutating func step() throws(InceptError) {
    let value = random.pick(values)
    let (shape, element) = (type(value).shape, type(value).elementType)
    switch random.int(in: 0...11) {
    case 0: try add(Cast(to: random.pick(ElementType.computed)), value)
    case 1 where element != .bool:
      try add(Comparison(random.pick(ComparisonFunction.allCases)), value, partner(of: value))
    case 2 where element == .bool:
      try add(Logical(random.pick(LogicalFunction.allCases)), value, partner(of: value))
    case 3 where element.isInteger:
      let functions: [BinaryFunction] = [.add, .sub, .div, .mod, .fmod, .max, .min]
      try add(Binary(random.pick(functions)), value, partner(of: value))
    case 4 where element == .float32:
      try add(Binary(random.pick([.add, .sub, .max])), value, partner(of: value))
    case 5:
      let conditions = values.filter {
        type($0).elementType == .bool && Binary.broadcast(type($0).shape, shape) == shape
      }
      guard !conditions.isEmpty else { return }
      let same = values.filter { type($0) == type(value) }
      try add(Where(), random.pick(conditions), value, random.pick(same))
    case 6: try add(Transpose([1, 0]), value)
    case 7: try add(Concat(axis: random.int(in: 0...1)), value, value)
    case 8:
      let axis = random.int(in: 0...1)
      let range = random.pick([
        Slice.Range(axis: axis, start: -1, end: Int.min, step: -1),
        Slice.Range(axis: axis, start: 0, end: Int.max, step: 2),
        Slice.Range(axis: axis, start: 0, end: 1),
      ])
      try add(Slice([range]), value)
    case 9 where element != .bool:
      try add(ArgReduce(random.pick([.max, .min]), axis: random.int(in: 0...1)), value)
    case 10 where element != .bool:
      let axis = random.int(in: 0...1)
      try add(TopK(random.int(in: 1...shape[axis]), axis: axis, largest: random.oneIn(2)), value)
    case 11:
      let axis = random.int(in: 0...1)
      let extent = Float(shape[axis])
      let indices = random.tensor([random.int(in: 1...4)], in: -extent...extent - 1, .int64)
      let constant = try graph.add(Constant(indices), name: name("indices"))
      try add(Gather(axis: axis), value, constant)
    default: try add(Reshape([shape[1], shape[0]]), value)
    }
  }
}
