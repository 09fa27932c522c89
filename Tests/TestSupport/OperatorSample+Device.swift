import GraphIR
import OpenCLBackend
import OpenCLRuntime
import Operators
import Reference
import TensorCore

extension OperatorSample {
  /// Whether the sample is in the subset for forms of kernels that a device does not prefer.
  ///
  /// The rule: all but those that differ from others in a fused activation only. An activation is the same text
  /// in every form of a kernel, and each one makes another program to compile.
  package var isRepresentative: Bool {
    guard let convolution = op as? Conv2D, let activation = convolution.activation else {
      return true
    }
    return activation == .relu || activation == .relu6
  }

  /// Multiply-adds, or elements written where there are none: how long an interpreter takes.
  package var work: Int {
    guard let (graph, _) = try? graph() else { return 0 }
    return graph.nodeIDs.reduce(0) { total, id in
      let node = graph[id]
      guard !(node.op is Input), !(node.op is Constant) else { return total }
      let elements = node.outputs.reduce(0) { $0 + $1.shape.elementCount }
      return total + Swift.max(graph.cost(of: id).multiplyAdds, elements)
    }
  }

  /// What came out of a sample on a device.
  package struct DeviceResult: Sendable {
    /// What is wrong, or nil.
    package let mismatch: String?
    /// The kernels that ran.
    package let kernels: [KernelSpecialization]
    /// The variants that were chosen.
    package let variants: [String]
  }

  /// Solves the problem on a device, as `backend`'s traits say, and compares with the reference.
  ///
  /// - Throws: what planning, building or running throws.
  package func run(on backend: BackendDevice) throws(InceptError) -> DeviceResult {
    let (graph, feeds) = try graph()
    let plan = try PlanBuilder.plan(graph, for: backend.traits)
    let results = try Executable(plan, on: backend).run(feeds)
    let reference = try ReferenceEvaluator.evaluate(graph, feeding: feeds)
    var mismatch: String?
    for (output, result) in zip(graph.outputs, results) {
      guard let wanted = reference[output.name] else {
        mismatch = "the reference has no '\(output.name)'"
        continue
      }
      if result.shape != wanted.shape {
        mismatch = "shape \(result.shape) instead of \(wanted.shape)"
      } else if let found = tolerance.mismatch(result.floats(), reference: wanted.values) {
        mismatch = "\(output.name): \(found)"
      }
    }
    return DeviceResult(
      mismatch: mismatch, kernels: plan.launches.map(\.kernel),
      variants: plan.launches.map(\.variant))
  }
}
