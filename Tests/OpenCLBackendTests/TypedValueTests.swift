import GraphIR
import OpenCLBackend
import Operators
import Passes
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("Values of other types than float32")
struct TypedValueTests {
  private func graph(
    _ op: any Operator, _ inputs: [(name: String, type: TensorType)]
  ) throws -> Graph {
    var graph = Graph(name: "typed")
    var values: [ValueID] = []
    for (name, type) in inputs { values.append(try graph.add(Input(type), name: name)) }
    let node = try graph.add(op, values, name: "node")
    graph.outputs = [GraphOutput(name: "y", value: node)]
    return graph
  }

  @Test("An int64 takes two words, all others one")
  func layout() throws {
    let graph = try graph(
      Transpose([1, 0]), [("x", TensorType([3, 5], .int64))])
    let plan = try PlanBuilder.plan(graph, for: TestTraits.cpu())
    #expect(plan.inputs[0].view.strides == [10, 2])
    #expect(plan.regions.first { $0.isInput }?.elementCount == 30)
    let view = TensorView(dense: [3, 5], .int64, in: .arena(0))
    #expect(view.isDense)
    #expect(view.span == 30)
    #expect(!TensorView(dense: [3, 5], in: .arena(0)).slice(axis: 1, start: 0, count: 2).isDense)
    #expect(view.viewed(as: [15])?.strides == [2])
    #expect(view.slice(axis: 0, start: 1, count: 2).offset == 10)
    #expect(view.words.strides == [10, 2, 1])
    #expect(TensorView(dense: [2], .int32, in: .arena(0)).words.strides == [1])
  }

  @Test("Accesses to the second half of an int64 are seen")
  func footprint() throws {
    let wide = try #require(Footprint(TensorView(dense: [3], .int64, in: .arena(0))))
    let odd = TensorView(storage: .arena(0), offset: 5, shape: [1], strides: [1])
    let behind = TensorView(storage: .arena(0), offset: 6, shape: [1], strides: [1])
    #expect(wide.mayOverlap(try #require(Footprint(odd))))
    #expect(!wide.mayOverlap(try #require(Footprint(behind))))
  }

  @Test("float16 refuses networks with other types, naming the node")
  func halves() throws {
    let graph = try graph(Not(), [("mask", TensorType([3], .bool))])
    let error = #expect(throws: InceptError.self) {
      try PlanBuilder.plan(graph, for: TestTraits.cpu(), options: PlanOptions(precision: .fp16))
    }
    #expect(
      error?.description
        == "'typed' in fp16: expected float32 values only, found bool of input 'mask'")
    #expect(error?.hint == "use --precision fp32")
  }

  @Test("Reference and folding keep integers exact")
  func folding() throws {
    var graph = Graph(name: "folded")
    let large = HostTensor(shape: [2, 1], int64s: [1 << 40 + 1, -(1 << 52) - 1])
    let x = try graph.add(Constant(large), name: "x")
    let moved = try graph.add(Transpose([1, 0]), [x], name: "moved")
    let one = try graph.add(Constant(HostTensor(shape: [], int64s: [1])), name: "one")
    let sum = try graph.add(Binary(.add), [moved, one], name: "sum")
    graph.outputs = [GraphOutput(name: "y", value: sum)]
    let folded = try PassPipeline().run(graph).graph
    #expect(folded.constant(folded.outputs[0].value)?.integers() == [1 << 40 + 2, -(1 << 52)])
    #expect(folded.constant(folded.outputs[0].value)?.elementType == .int64)
  }
}

@Suite(
  "Other types than float32 on devices", .enabled(if: !TestDevice.all.isEmpty, "no OpenCL device"))
struct TypedDeviceTests {
  private func results(
    _ op: any Operator, _ tensors: [HostTensor], on device: TestDevice
  ) throws -> [HostTensor] {
    var graph = Graph(name: "typed")
    var values: [ValueID] = []
    var feeds: [String: HostTensor] = [:]
    for (index, tensor) in tensors.enumerated() {
      feeds["x\(index)"] = tensor
      values.append(
        try graph.add(Input(TensorType(tensor.shape, tensor.elementType)), name: "x\(index)"))
    }
    let node = try graph.add(op, values, name: "node").node
    graph.outputs = graph[node].outputs.indices.map {
      GraphOutput(name: "y\($0)", value: ValueID(node, output: $0))
    }
    let backend = try device.backend
    defer { backend.dropConstants() }
    return try Executable(try PlanBuilder.plan(graph, for: backend.traits), on: backend).run(feeds)
  }

  @Test("Random graphs of all types give the reference's results", arguments: TestDevice.all)
  func randomGraphs(device: TestDevice) throws {
    for seed in 0..<60 {
      let (graph, feeds) = try TypedGraphGenerator.randomGraph(seed: UInt64(seed))
      do {
        let mismatch = try DeviceRunner.mismatch(graph, feeds, .tight, on: device)
        #expect(mismatch == nil, "seed \(seed)\n\(graph.text())")
        let optimised = try PassPipeline().run(graph).graph
        let other = try DeviceRunner.mismatch(optimised, feeds, .tight, on: device)
        #expect(other == nil, "optimised seed \(seed)\n\(graph.text())\n\(optimised.text())")
      } catch {
        Issue.record("seed \(seed): \(error)\n\(graph.text())")
      }
    }
  }

  @Test("Large integers survive, wrap around, and never trap", arguments: TestDevice.all)
  func integers(device: TestDevice) throws {
    let large: [Int64] = [.min, .max, 1 << 53 + 1, -(1 << 40), 7, -7]
    let x = HostTensor(shape: [6], int64s: large)
    let y = HostTensor(shape: [6], int64s: [-1, 1, 0, 3, -2, 2])
    func run(_ function: BinaryFunction) throws -> [Int64] {
      try results(Binary(function), [x, y], on: device)[0].integers()
    }
    #expect(try run(.add) == zip(large, y.integers()).map { $0 &+ $1 })
    #expect(try run(.mul) == zip(large, y.integers()).map { $0 &* $1 })
    #expect(try run(.div) == [.min, .max, 0, -(1 << 40) / 3, -3, -3])
    #expect(try run(.fmod) == [0, 0, 0, -(1 << 40) % 3, 1, -1])
    #expect(try run(.mod) == [0, 0, 0, 2, -1, 1])
    #expect(try results(Identity(), [x], on: device)[0].integers() == large)
    let narrow = HostTensor(shape: [4], int32s: [.min, .max, .min, 5])
    let other = HostTensor(shape: [4], int32s: [-1, 1, 0, 0])
    let quotients = try results(Binary(.div), [narrow, other], on: device)[0]
    #expect(quotients.elementType == .int32)
    #expect(quotients.integers() == [Int64(Int32.min), Int64(Int32.max), 0, 0])
    let cut = try results(Cast(to: .int32), [x], on: device)[0].integers()
    #expect(cut == large.map { Int64(Int32(truncatingIfNeeded: $0)) })
  }

  @Test(
    "What float32 can't tell apart or hold becomes what the rules say", arguments: TestDevice.all)
  func floats(device: TestDevice) throws {
    let x = HostTensor(
      shape: [8], floats: [.nan, .infinity, -.infinity, -0.0, 0.9, -1.9, 3e9, -3e9])
    #expect(
      try results(Cast(to: .int32), [x], on: device)[0].integers()
        == [0, Int64(Int32.max), Int64(Int32.min), 0, 0, -1, Int64(Int32.max), Int64(Int32.min)])
    #expect(
      try results(Cast(to: .int64), [x], on: device)[0].integers()
        == [0, .max, .min, 0, 0, -1, 3_000_000_000, -3_000_000_000])
    #expect(
      try results(Cast(to: .bool), [x], on: device)[0].integers() == [1, 1, 1, 0, 1, 1, 1, 1])
    let greater = try results(
      Comparison(.greaterOrEqual), [x, HostTensor.filled([], with: 0)], on: device)[0]
    #expect(greater.integers() == [0, 1, 0, 1, 1, 0, 1, 0])
    let tiny = HostTensor(shape: [2], int32s: [1, 2])
    #expect(
      try results(Slice([.init(axis: 0, start: 1, end: 2)]), [tiny], on: device)[0].integers() == [
        2
      ])
    for (op, wanted) in [
      (ArgReduce(.max, axis: 0), 0), (ArgReduce(.min, axis: 0, selectsLast: true), 0),
    ] {
      #expect(try results(op, [x], on: device)[0].integers() == [Int64(wanted)])
    }
    let best = try results(TopK(3, largest: true), [x], on: device)
    #expect(best[1].integers() == [0, 1, 6])
    #expect(try results(TopK(2, largest: false), [x], on: device)[1].integers() == [2, 7])
  }

  @Test("Indices out of range mean the nearest element", arguments: TestDevice.all)
  func clamped(device: TestDevice) throws {
    let x = HostTensor(shape: [3], floats: [1, 2, 3])
    let indices = HostTensor(shape: [4], int64s: [-4, 3, .max, .min])
    #expect(try results(Gather(), [x, indices], on: device)[0].floats() == [1, 3, 3, 1])
  }

  @Test("Feeds of another type are converted where nothing is lost, else refused")
  func feeding() throws {
    let device = try #require(TestDevice.all.first)
    var graph = Graph(name: "typed")
    let input = try graph.add(Input(TensorType([2], .int32)), name: "x")
    graph.outputs = [
      GraphOutput(name: "y", value: try graph.add(Unary(.negate), [input], name: "n"))
    ]
    let executable = try Executable(
      try PlanBuilder.plan(graph, for: try device.backend.traits), on: try device.backend)
    let fits = try executable.run(["x": HostTensor(shape: [2], int64s: [5, -6])])
    #expect(fits[0].integers() == [-5, 6])
    let large = #expect(throws: InceptError.self) {
      try executable.run(["x": HostTensor(shape: [2], int64s: [5, 1 << 31])])
    }
    #expect(
      large?.description
        == "input 'x': expected elements that are int32, found int64 with the value 2147483648")
    let floats = #expect(throws: InceptError.self) {
      try executable.run(["x": HostTensor(shape: [2], floats: [1, 2])])
    }
    #expect(floats?.description == "input 'x': expected elements that are int32, found float32")
    #expect(floats?.hint == "convert with array.astype('int32')")
  }
}
