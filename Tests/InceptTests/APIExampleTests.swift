import Foundation
import Incept
import TestSupport
import Testing

// docs/api.md shows the lines between these marks, behind `import Incept`.
// example: begin
/// Classifies pictures, looks inside the network, and says where its time goes.
func example(pictures: [String]) throws -> String {
  // A built-in architecture, a weights file or a model file; weights for the first where it has none.
  let model = try Model.load("digits_cnn")
  let session = try Session(model, on: try Device.select())

  // Pictures in, class names out.
  let report = try session.classify(pictures, options: ClassifyOptions(top: 3, batch: 4))
  for result in report.results {
    print(result.image, result.top.first?.label ?? "nothing")
  }

  // Tensors in and out, in the framework's axis order; inner values by node name.
  let image = HostTensor(shape: [1, 1, 8, 8]) { pixels in pixels.update(repeating: 0.5) }
  for (name, tensor) in try session.run(["input": image], outputs: ["relu1"]) {
    print(name, tensor.shape, tensor.floats().max() ?? 0)
  }

  // The graph, and where the time goes.
  print(try GraphReport.of(model, stage: .optimised).text())
  let profile = try session.profile(MeasureOptions(runs: 10))
  print(profile.sorted(by: .time, first: 3).text())
  return try report.json()
}
// example: end

@Suite("the example of the API's documentation")
struct APIExampleTests {
  @Test("is the code that is compiled here")
  func isCurrent() throws {
    try expectExample(of: #filePath, in: "docs/api.md", importing: ["Incept"])
  }

  @Test("runs", .enabled(if: hasDevice, "needs an OpenCL device"))
  func runs() throws {
    let json = try example(pictures: [sample("digit-3-a"), sample("digit-9-a")])
    #expect(json.contains("\"schema\": \"incept.run/1\""))
  }
}
