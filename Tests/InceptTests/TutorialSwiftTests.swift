import Foundation
import Incept
import TestSupport
import Testing

// docs/tutorial.md shows the lines between the marks, each part behind `import Incept`. They are compiled, not run: they write where
// they are; FilterTests, TrainerTests and the first steps run the same.

private func filterOverPicture() throws {
  // example: begin
  let lab = try FilterLab(on: try Device.select())
  let result = try lab.apply(
    ImageFilter("gabor", size: 30), to: FilterPicture("Samples/chelsea.jpg"), FilterChain(count: 4))
  try result.write(to: "gabor.png")
  // example: end
}

private func training() throws {
  // example: begin
  var options = TrainOptions(data: "Samples/digits.csv.gz", output: "cnn.safetensors")
  options.history = ["history.png"]
  print(try Trainer(options, on: try Device.select()).run().text())
  // example: end
}

@Suite("the Swift of docs/tutorial.md")
struct TutorialSwiftTests {
  @Test("is the code that is compiled here")
  func isCurrent() throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let compiled = source.components(separatedBy: "\n  // example: begin\n").dropFirst().map {
      $0.components(separatedBy: "  // example: end\n")[0].split(separator: "\n")
        .map { "\($0.dropFirst(2))\n" }.joined()
    }
    let page = try String(
      contentsOf: Fixtures.package.appendingPathComponent("docs/tutorial.md"), encoding: .utf8)
    let shown = page.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```\n")[0]
    }
    #expect(shown == compiled.map { "import Incept\n\n\($0)" })
  }
}
