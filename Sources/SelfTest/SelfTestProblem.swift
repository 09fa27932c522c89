import GraphIR
import OpenCLBackend
import Operators
import TensorCore

/// A small network whose results on a device are compared with the reference.
package struct SelfTestProblem: Sendable {
  /// What people read: `3x3 same [1, 13, 9, 5] to 17`.
  package var name: String
  /// The network.
  package var graph: Graph
  /// Values of its inputs.
  package var feeds: [String: HostTensor]
  /// How far a result may be off, as a part of the largest expected magnitude; 0 for equal numbers.
  package var tolerance: Double
  /// What is stored.
  package var precision = Precision.fp32
  /// Whether short launches become one.
  package var isChained = false
  /// What it should be planned with beyond that: the variant by problem.
  package var choices: [String: String] = [:]
  /// How much of other algorithms' rounding error is accepted.
  package var accuracy = Accuracy.high

  /// A problem.
  package init(
    _ name: String, _ graph: Graph, feeds: [String: HostTensor], tolerance: Double
  ) {
    self.name = name
    self.graph = graph
    self.feeds = feeds
    self.tolerance = tolerance
  }

  /// Tolerance of one convolution or matrix product in float32.
  package static let close = 2e-5
  /// Tolerance of whole networks in float32.
  package static let loose = 1e-3
  /// How much more float16 may be off: it rounds results, weights and the sums of 16 products.
  package static let halfFactor = 75.0

  /// What plans of it are made with.
  package var options: PlanOptions {
    PlanOptions(
      accuracy: accuracy, choices: choices, queue: isChained ? .inOrder : .auto,
      precision: precision)
  }

  /// The plan for a device.
  package func plan(_ traits: DeviceTraits) throws(InceptError) -> Plan {
    let plan = try PlanBuilder.plan(graph, for: traits, options: options)
    return isChained ? plan.chained() : plan
  }
}

/// Makes problems of one operator out of numbers that depend on the problem's name only.
struct ProblemMaker {
  private var graph: Graph
  private var feeds: [String: HostTensor] = [:]
  private var values: [ValueID] = []
  private var random: ProblemNumbers
  private let name: String
  private let precision: Precision

  init(_ name: String, precision: Precision = .fp32) {
    self.name = name
    self.precision = precision
    graph = Graph(name: name)
    random = ProblemNumbers(name)
  }

  /// One operator's problem.
  static func problem(
    _ name: String, _ op: any Operator, fed: [Shape], constants: [Shape] = [],
    type: ElementType = .float32, in range: ClosedRange<Double> = -1...1, weights: Double = 1,
    tolerance: Double = SelfTestProblem.close, precision: Precision = .fp32
  ) throws(InceptError) -> SelfTestProblem {
    var maker = ProblemMaker(
      "\(name) \(fed.map { "\($0)" }.joined(separator: " "))", precision: precision)
    for shape in fed { try maker.feed(shape, type, in: range) }
    for shape in constants { try maker.add(constant: shape, in: -weights...weights) }
    return try maker.finish(op, tolerance: tolerance)
  }

  mutating func feed(
    _ shape: Shape, _ type: ElementType = .float32, in range: ClosedRange<Double> = -1...1
  ) throws(InceptError) {
    let input = "input\(feeds.count)"
    values.append(try graph.add(Input(TensorType(shape, type)), name: input))
    feeds[input] = random.tensor(shape, type, in: range, precision)
  }

  mutating func add(
    constant shape: Shape, in range: ClosedRange<Double>
  ) throws(InceptError) {
    let tensor = random.tensor(shape, .float32, in: range, precision)
    values.append(try graph.add(Constant(tensor), name: "constant\(values.count)"))
  }

  mutating func finish(
    _ op: any Operator, tolerance: Double
  ) throws(InceptError) -> SelfTestProblem {
    let node = try graph.add(op, values, name: "node").node
    for index in graph[node].outputs.indices {
      graph.outputs.append(
        GraphOutput(name: "output\(index)", value: ValueID(node, output: index)))
    }
    var problem = SelfTestProblem(name, graph, feeds: feeds, tolerance: tolerance)
    problem.precision = precision
    return problem
  }
}

/// Numbers that a name determines: SplitMix64 (Steele et al. 2014) from its FNV-1a hash.
struct ProblemNumbers {
  private var state: UInt64

  init(_ name: String) {
    state = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  private mutating func unit() -> Double {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return Double((z ^ (z >> 31)) >> 40) * 0x1p-24
  }

  /// A tensor of numbers within a range: whole ones for integers, true and false alike often for bool. Rounded to what is
  /// stored, so that device and reference compute with the same.
  mutating func tensor(
    _ shape: Shape, _ type: ElementType, in range: ClosedRange<Double>, _ precision: Precision
  ) -> HostTensor {
    let values = (0..<shape.elementCount).map { _ in
      let value = range.lowerBound + unit() * (range.upperBound - range.lowerBound)
      return switch type {
      case .bool: value > (range.lowerBound + range.upperBound) / 2 ? 1.0 : 0.0
      case .int32, .int64: value.rounded()
      default:
        precision == .fp16
          ? Double(Float(halfBits: UInt16(halfBitsOf: Float(value)))) : Double(Float(value))
      }
    }
    return HostTensor(shape: shape, elementType: type, doubles: values)
  }
}
