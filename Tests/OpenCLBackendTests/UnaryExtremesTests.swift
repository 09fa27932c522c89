import GraphIR
import OpenCLBackend
import Operators
import Reference
import TensorCore
import TestSupport
import Testing

@Suite(
  "Unary functions at their limits", .enabled(if: !TestDevice.all.isEmpty, "no OpenCL device here"))
struct UnaryExtremesTests {
  private static let values: [Float] = [
    -.infinity, .infinity, -1e30, 1e30, -1e6, 1e6, -80, 80, -30, 30, -12, 12, -5.5, 5.5, -3, 3,
    -1e-3, 1e-3, -1e-6, 1e-6, -1e-20, 1e-20, 0, -2.9999, 0.3, -0.7, 8.5,
  ]
  /// Relative to the largest of 1, the result and the argument up to 10.
  private static let tolerance = 1e-6

  @Test(
    "Limits, infinities and tiny arguments agree with the reference, in vectors and alone",
    arguments: TestDevice.all)
  func agrees(device: TestDevice) throws {
    let backend = try device.backend
    for function in UnaryFunction.samples {
      var complaints: [String] = []
      // One long row takes the path of vectors and their tail, single elements the scalar one.
      for shape in [[Self.values.count], [Self.values.count, 1]] as [Shape] {
        var graph = Graph(name: function.name)
        let input = try graph.add(Input(TensorType(shape)), name: "x")
        let value = try graph.add(Unary(function), [input], name: "y")
        graph.outputs = [GraphOutput(name: "y", value: value)]
        let plan = try PlanBuilder.plan(graph, for: backend.traits)
        let feed = HostTensor(shape: shape, floats: Self.values)
        let result = try Executable(plan, on: backend).run(["x": feed])[0].floats()
        for (x, found) in zip(Self.values, result) {
          let exact = function.apply(Double(x))
          let wanted = Float(exact)
          let scale = [1, min(abs(Double(x)), 10), abs(exact)].max() ?? 1
          let isRight =
            found == wanted || found.isNaN && wanted.isNaN
            || abs(Double(found) - exact) <= Self.tolerance * scale
          if !isRight {
            complaints.append("\(function.summary) of \(x) is \(found), not \(wanted)")
          }
        }
      }
      #expect(complaints == [])
    }
  }
}
