import GraphIR
import OpenCLBackend
import Operators
import TensorCore

/// Traits of no device in particular.
enum TestTraits {
  static func cpu(maxAllocationBytes: Int = 1 << 30) -> DeviceTraits {
    DeviceTraits(
      style: .registerTiles, vectorWidth: 16, computeUnits: 2, localMemoryBytes: 1 << 18,
      maxWorkGroupSize: 4096, maxAllocationBytes: maxAllocationBytes, globalMemoryBytes: 1 << 32)
  }

  static let gpu = DeviceTraits(
    style: .workItems, vectorWidth: 1, computeUnits: 32, localMemoryBytes: 1 << 15,
    maxWorkGroupSize: 256, maxAllocationBytes: 1 << 30, globalMemoryBytes: 1 << 32)
}

/// Builds graphs for planning; weights are zeros.
struct GraphBuilder {
  var graph = Graph(name: "test")
  private var serial = 0

  mutating func input(_ shape: Shape, name: String = "input") throws -> ValueID {
    try graph.add(Input(TensorType(shape)), name: name)
  }

  mutating func constant(_ shape: Shape) throws -> ValueID {
    serial += 1
    return try graph.add(Constant(.filled(shape, with: 0)), name: "constant\(serial)")
  }

  /// A convolution with zero weights that keeps the image's size.
  mutating func conv(
    _ image: ValueID, _ kernel: Spatial, to outer: Int, name: String, op: Conv2D? = nil
  ) throws -> ValueID {
    let inner = graph.type(of: image).shape[3]
    let weights = try constant([kernel.height, kernel.width, inner, outer])
    return try graph.add(op ?? Conv2D(padding: .same), [image, weights], name: name)
  }

  mutating func add(_ op: any Operator, _ inputs: [ValueID], name: String) throws -> ValueID {
    try graph.add(op, inputs, name: name)
  }

  mutating func plan(_ outputs: ValueID..., traits: DeviceTraits = TestTraits.cpu()) throws -> Plan
  {
    graph.outputs = outputs.enumerated().map { GraphOutput(name: "output\($0)", value: $1) }
    return try PlanBuilder.plan(graph, for: traits)
  }
}

extension Plan {
  /// Names of the launches.
  var labels: [String] { launches.map(\.label) }

  /// Where the launch of a node puts its result.
  func output(of label: String) -> TensorView? { launches.first { $0.label == label }?.output }

  /// The region of a view.
  func region(_ view: TensorView?) -> Region? {
    guard case .arena(let number)? = view?.storage else { return nil }
    return regions[number]
  }
}
