import GraphIR
import OpenCLBackend
import Operators
import Reference
import TensorCore
import TestSupport
import Testing

@Suite("State on devices", .enabled(if: !TestDevice.all.isEmpty, "no OpenCL device here"))
struct FeedbackTests {
  private static let devices = TestDevice.all.filter(\.isNative)

  private func prepared(_ graph: Graph, _ device: TestDevice) throws -> Executable {
    let backend = try device.backend
    return try Executable(try PlanBuilder.plan(graph, for: backend.traits), on: backend)
  }

  /// `state.next = state + x`, and a result `twice` of the new state.
  private func adding(_ shape: Shape) throws -> Graph {
    var graph = Graph(name: "adding")
    let state = try graph.add(Input(TensorType(shape)), name: "state")
    let x = try graph.add(Input(TensorType(shape)), name: "x")
    let next = try graph.add(Binary(.add), [state, x], name: "next")
    let twice = try graph.add(Binary(.add), [next, next], name: "twice")
    graph.outputs = [
      GraphOutput(name: "twice", value: twice), GraphOutput(name: "state.next", value: next),
    ]
    return graph
  }

  @Test("What a step makes is what the next one starts from", arguments: devices)
  func accumulates(device: TestDevice) throws {
    let executable = try prepared(try adding([7]), device)
    let feedback = try Feedback(executable.plan)
    try executable.setInput("state", HostTensor(shape: [7], floats: [0, 0, 0, 0, 0, 0, 1]))
    for step in 1...3 {
      let x = HostTensor(shape: [7], floats: (0..<7).map { Float($0) })
      let inputs = step == 1 ? ["x": x] : [:]
      let twice = try executable.advance(inputs, feedback: feedback, reading: [0])[0].floats()
      let expected = (0..<7).map { Float(step * $0 + ($0 == 6 ? 1 : 0)) }
      #expect(twice == expected.map { 2 * $0 })
      #expect(try executable.readInput("state").floats() == expected)
    }
    #expect(try executable.advance([:], feedback: feedback, reading: []).isEmpty)
  }

  @Test("Results that are inputs themselves change places", arguments: devices)
  func swaps(device: TestDevice) throws {
    var graph = Graph(name: "swap")
    let first = try graph.add(Input(TensorType([3])), name: "first")
    let second = try graph.add(Input(TensorType([3])), name: "second")
    let sum = try graph.add(Binary(.add), [first, second], name: "sum")
    graph.outputs = [
      GraphOutput(name: "first.next", value: second),
      GraphOutput(name: "second.next", value: first),
      GraphOutput(name: "sum", value: sum),
    ]
    let executable = try prepared(graph, device)
    try executable.setInput("first", HostTensor(shape: [3], floats: [1, 2, 3]))
    try executable.setInput("second", HostTensor(shape: [3], floats: [4, 5, 6]))
    let feedback = try Feedback(executable.plan)
    let results = try executable.advance([:], feedback: feedback, reading: [0, 2])
    #expect(results[0].floats() == [4, 5, 6])
    #expect(results[1].floats() == [5, 7, 9])
    #expect(try executable.readInput("first").floats() == [4, 5, 6])
    #expect(try executable.readInput("second").floats() == [1, 2, 3])
  }

  @Test("State moves to an executable for another batch", arguments: devices)
  func moves(device: TestDevice) throws {
    let (one, other) = (
      try prepared(try adding([5]), device), try prepared(try adding([5]), device)
    )
    try one.setInput("state", HostTensor(shape: [5], floats: [1, 2, 3, 4, 5]))
    try one.copyInputs(["state"], to: other)
    #expect(try other.readInput("state").floats() == [1, 2, 3, 4, 5])
    let larger = try prepared(try adding([6]), device)
    #expect(throws: InceptError.self) { try one.copyInputs(["state"], to: larger) }
  }

  @Test("Twenty steps of momentum and of Adam follow the reference", arguments: devices)
  func optimises(device: TestDevice) throws {
    let shape: Shape = [1031]
    let steps: [(any Operator, [String], [Float])] = [
      (MomentumStep(momentum: 0.9, weightDecay: 0.01, nesterov: true), ["v"], [0.1]),
      (AdamStep(weightDecay: 0.1, isDecoupled: true), ["m", "v"], [0.01, 2, 3]),
    ]
    for (op, names, rates) in steps {
      var graph = Graph(name: "descent")
      let p = try graph.add(Input(TensorType(shape)), name: "p")
      let target = try graph.add(Input(TensorType(shape)), name: "target")
      let gradient = try graph.add(Binary(.sub), [p, target], name: "gradient")
      let state = try names.map { try graph.add(Input(TensorType(shape)), name: $0) }
      let rate = try graph.add(Input(TensorType([rates.count])), name: "rates")
      let node = try graph.add(op, [p, gradient] + state + [rate], name: "step").node
      graph.outputs = (["p"] + names).enumerated().map {
        GraphOutput(name: "\($1).next", value: ValueID(node, output: $0))
      }
      let executable = try prepared(graph, device)
      var random = RandomSource(name: "descent")
      var feeds = [
        "p": random.tensor(shape, in: -1...1), "target": random.tensor(shape, in: -1...1),
        "rates": HostTensor(shape: [rates.count], floats: rates),
      ]
      for name in names { feeds[name] = HostTensor.filled(shape, with: 0) }
      for (name, tensor) in feeds { try executable.setInput(name, tensor) }
      let feedback = try Feedback(executable.plan)
      for _ in 0..<20 {
        _ = try executable.advance([:], feedback: feedback, reading: [])
        let results = try ReferenceEvaluator.evaluate(graph, feeding: feeds)
        for (name, value) in results { feeds[String(name.dropLast(5))] = value.hostTensor }
      }
      for name in ["p"] + names {
        let mismatch = Tolerance.close.mismatch(
          try executable.readInput(name).floats(), reference: feeds[name]?.floats() ?? [])
        #expect(mismatch == nil, "\(op.mnemonic), \(name)")
      }
    }
  }

  @Test("Feedback that does not fit is refused")
  func refuses() throws {
    let traits = TestTraits.cpu()
    var graph = Graph(name: "bad")
    let x = try graph.add(Input(TensorType([3])), name: "x")
    let y = try graph.add(Unary(.relu), [x], name: "y")
    graph.outputs = [GraphOutput(name: "y.next", value: y)]
    var plan = try PlanBuilder.plan(graph, for: traits)
    #expect(throws: InceptError.self) { try Feedback(plan) }
    _ = try graph.add(Input(TensorType([4])), name: "y.longer")
    graph.outputs = [GraphOutput(name: "y.longer.next", value: y)]
    plan = try PlanBuilder.plan(graph, for: traits)
    #expect(throws: InceptError.self) { try Feedback(plan) }
  }
}

@Suite("Plans of training steps")
struct TrainingPlanTests {
  private static let traits = TestTraits.cpu()

  @Test("Gradients are computed where the flat vector of all has them")
  func concatenates() throws {
    var graph = Graph(name: "gradients")
    let image = try graph.add(Input(TensorType([2, 7, 7, 5])), name: "image")
    let gradient = try graph.add(Input(TensorType([2, 7, 7, 18])), name: "gradient")
    let weights = try graph.add(
      Conv2DWeightGradient(kernel: Spatial(3), padding: .same), [image, gradient], name: "weights")
    let bias = try graph.add(
      Reduce(.sum, axes: [0, 1, 2], keepsAxes: false), [gradient], name: "bias")
    let flat = try graph.add(Reshape([5 * 9 * 18]), [weights], name: "flat")
    let all = try graph.add(Concat(axis: 0), [bias, flat], name: "all")
    graph.outputs = [GraphOutput(name: "all", value: all)]
    let plan = try PlanBuilder.plan(graph, for: Self.traits)
    #expect(!plan.launches.contains { $0.op == "concat" || $0.op == "reshape" })
  }

  @Test("Weights in a flat vector are read where they are")
  func readsWeights() throws {
    var graph = Graph(name: "weights")
    let image = try graph.add(Input(TensorType([2, 7, 7, 5])), name: "image")
    let parameters = try graph.add(Input(TensorType([9 * 5 * 32 + 32])), name: "parameters")
    let part = try graph.add(
      Slice([.init(axis: 0, start: 0, end: 9 * 5 * 32)]), [parameters], name: "part")
    let weights = try graph.add(Reshape([3, 3, 5, 32]), [part], name: "weights")
    let bias = try graph.add(
      Slice([.init(axis: 0, start: 9 * 5 * 32, end: 9 * 5 * 32 + 32)]), [parameters], name: "bias")
    let result = try graph.add(Conv2D(padding: .same), [image, weights, bias], name: "conv")
    graph.outputs = [GraphOutput(name: "result", value: result)]
    let plan = try PlanBuilder.plan(graph, for: Self.traits)
    #expect(plan.launches.map(\.op) == ["conv2d"])
  }

  @Test("Parts of sums are added in one order: two runs give equal bits", arguments: TestDevice.all)
  func repeats(device: TestDevice) throws {
    let op = Conv2DWeightGradient(kernel: Spatial(3), padding: .same)
    let sample = OperatorSample(
      "twice", op, [.fed([16, 28, 28, 1]), .fed([16, 28, 28, 16])], tolerance: .close)
    let (graph, feeds) = try sample.graph()
    let backend = try device.backend
    let executable = try Executable(
      try PlanBuilder.plan(graph, for: backend.traits), on: backend)
    let first = try executable.run(feeds)[0].floats().map(\.bitPattern)
    for _ in 0..<5 {
      #expect(try executable.run(feeds)[0].floats().map(\.bitPattern) == first)
    }
  }
}
