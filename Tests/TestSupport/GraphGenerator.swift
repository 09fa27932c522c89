import GraphIR
import Operators
import TensorCore

/// Makes small random networks out of the patterns that real ones have, and of the shapes that optimisations
/// stumble over. One seed always gives the same graph.
package struct GraphGenerator {
  var graph: Graph
  var random: RandomSource
  var feeds: [String: HostTensor] = [:]
  /// Images `[N, H, W, C]` computed so far; a step reads one or more of them.
  var images: [ValueID] = []
  private var serial = 0

  /// A random graph with one or two results, and a tensor for each input.
  package static func randomGraph(seed: UInt64) throws(InceptError) -> (
    graph: Graph, feeds: [String: HostTensor]
  ) {
    var generator = GraphGenerator(seed: seed)
    try generator.build()
    try generator.graph.verify()
    return (generator.graph, generator.feeds)
  }

  private init(seed: UInt64) {
    random = RandomSource(seed: seed)
    graph = Graph(name: "random\(seed)")
    graph.axisOrder = random.pick([.nhwc, .nchw])
  }

  private mutating func build() throws(InceptError) {
    let shape = Shape([
      random.int(in: 1...2), random.int(in: 5...12), random.int(in: 5...12), random.int(in: 1...6),
    ])
    images = [try feed(shape)]
    var current = images[0]
    for _ in 0..<random.int(in: 3...8) {
      current = try step(after: current)
      images.append(current)
    }
    if random.oneIn(4) { _ = try step(after: random.pick(images)) }
    let head = try head(after: current)
    graph.outputs = [GraphOutput(name: "result", value: head)]
    if random.oneIn(3) {
      graph.outputs.append(GraphOutput(name: "inner", value: random.pick(images)))
    }
  }

  // MARK: Building blocks

  /// A name that no node has: `conv.7`.
  mutating func name(_ stem: String) -> String {
    serial += 1
    return "\(stem).\(serial)"
  }

  /// Adds a node named after its operator.
  mutating func add(_ op: any Operator, _ inputs: [ValueID]) throws(InceptError) -> ValueID {
    try graph.add(op, inputs, name: name(op.mnemonic))
  }

  /// Adds an input of the graph with a random feed.
  mutating func feed(_ shape: Shape) throws(InceptError) -> ValueID {
    let name = name("input")
    feeds[name] = random.tensor(shape)
    return try graph.add(Input(TensorType(shape)), name: name)
  }

  /// Adds a random constant.
  mutating func constant(_ shape: Shape, in range: ClosedRange<Float> = -1...1)
    throws(InceptError) -> ValueID
  {
    try graph.add(Constant(random.tensor(shape, in: range)), name: name("constant"))
  }

  func shape(_ value: ValueID) -> Shape { graph.type(of: value).shape }
  func channels(_ value: ValueID) -> Int { shape(value)[3] }

  // MARK: Heads

  private mutating func head(after image: ValueID) throws(InceptError) -> ValueID {
    let features: ValueID
    switch random.int(in: 0...4) {
    case 0: return image
    case 1: return try add(Transpose.toNCHW, [image])
    case 2:
      let pooled = try add(GlobalPool(random.pick([.max, .average]), keepsAxes: true), [image])
      features = try add(Flatten(), [try add(Dropout(ratio: 0.5), [pooled])])
    case 3: features = try add(GlobalPool(.average, keepsAxes: false), [image])
    default: features = try add(Reshape([0, -1]), [image])
    }
    let hidden = random.int(in: 1...9)
    let bound = 1.7 / Float(shape(features)[1]).squareRoot()
    var inputs = [features, try constant([shape(features)[1], hidden], in: -bound...bound)]
    if random.oneIn(2) { inputs.append(try constant([hidden])) }
    var value = try add(Dense(), inputs)
    if random.oneIn(2) { value = try add(Unary(randomFunction()), [value]) }
    if random.oneIn(2) {
      value = try add(Softmax(axis: random.pick([1, -1]), isLogarithm: random.oneIn(3)), [value])
    }
    return value
  }

  /// A function that is defined everywhere and grows slowly.
  mutating func randomFunction() -> UnaryFunction {
    random.pick([
      .relu, .relu, .relu, .relu6, .sigmoid, .tanh, .leakyRelu(alpha: 0.1), .silu, .hardSwish,
      .elu(alpha: 1), .softplus, .gelu(approximate: false), .clip(lower: -0.5, upper: 2), .absolute,
      .negate,
    ])
  }
}
