import GraphIR
import OpenCLBackend
import OpenCLRuntime
import Reference
import TensorCore

/// Runs samples and graphs on devices and compares them with the reference.
package enum DeviceRunner {
  /// A sample that is not run on some devices.
  package struct Skip: Sendable {
    /// Part of the device's or the platform's name.
    package let device: String
    /// Beginning of the sample's name.
    package let sample: String
    /// Why.
    package let reason: String
  }

  /// What is skipped, and why. Nothing is, so far. What fails under one of the implementations that
  /// `make test-devices` knows is in its list instead.
  package static let skips: [Skip] = []

  /// Why a sample is not run on a device, or nil where it is.
  package static func skip(_ sample: OperatorSample, on device: TestDevice) -> Skip? {
    skips.first {
      (device.info.name.contains($0.device) || device.info.platformName.contains($0.device))
        && sample.name.hasPrefix($0.sample)
    }
  }

  /// What is wrong with a sample's results on a device: its name and the worst element; nil where nothing is.
  package static func mismatch(
    _ sample: OperatorSample, on device: TestDevice, options: PlanOptions = PlanOptions(),
    willRun: (Plan) -> Void = { _ in }
  ) throws(InceptError) -> String? {
    let (graph, feeds) = try sample.graph()
    return try mismatch(
      graph, feeds, sample.tolerance, on: device, options: options, willRun: willRun
    ).map { "\(sample.name): \($0)" }
  }

  /// What is wrong with a graph's results on a device, the first bad one's name and worst element.
  ///
  /// The graph runs twice: the second run finds the arena as the first left it. `willRun` sees the plan before.
  /// With `chained`, launches are in order and short ones in chains.
  package static func mismatch(
    _ graph: Graph, _ feeds: [String: HostTensor], _ tolerance: Tolerance, on device: TestDevice,
    options: PlanOptions = PlanOptions(), chained: Bool = false,
    willRun: (Plan) -> Void = { _ in }
  ) throws(InceptError) -> String? {
    let backend = try device.backend
    defer { backend.dropConstants() }
    var options = options
    if chained { options.queue = .inOrder }
    let steps = try PlanBuilder.plan(graph, for: backend.traits, options: options)
    let plan = chained ? steps.chained() : steps
    let executable = try Executable(plan, on: backend)
    willRun(plan)
    let expected = try ReferenceEvaluator.evaluate(graph, feeding: feeds)
    for run in ["first", "second"] {
      let results = try executable.run(feeds)
      for (output, result) in zip(plan.outputs, results) {
        guard let reference = expected[output.name] else {
          return "no reference for \(output.name)"
        }
        var actual = result
        if let permutation = output.permutation {
          let inverse = permutation.indices.map { permutation.firstIndex(of: $0) ?? 0 }
          actual = result.permuted(inverse)
        }
        guard actual.shape == reference.shape else {
          return "\(output.name) has shape \(actual.shape) instead of \(reference.shape)"
        }
        guard actual.elementType == reference.elementType else {
          return "\(output.name) is \(actual.elementType) instead of \(reference.elementType)"
        }
        let bound = reference.elementType == .float32 ? tolerance : .exact
        if let complaint = bound.mismatch(actual.doubles(), reference: reference.values) {
          return "\(output.name), \(run) run: \(complaint)"
        }
      }
    }
    return nil
  }

  /// The graph's results on a device, by output name.
  package static func results(
    of graph: Graph, feeding feeds: [String: HostTensor], on device: TestDevice
  ) throws(InceptError) -> [String: HostTensor] {
    let backend = try device.backend
    defer { backend.dropConstants() }
    let plan = try PlanBuilder.plan(graph, for: backend.traits)
    let results = try Executable(plan, on: backend).run(feeds)
    return Dictionary(uniqueKeysWithValues: zip(plan.outputs.map(\.name), results))
  }
}
