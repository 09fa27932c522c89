import Foundation
import TestSupport
import Testing

/// The article of the library's documentation, and the program that its Swift is.
@Suite("the first steps of the library's documentation")
struct FirstStepsTests {
  private static func text(_ path: String) throws -> String {
    try String(contentsOf: Fixtures.package.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("the article's Swift is the program that is compiled")
  func isCurrent() throws {
    let article = try Self.text("Sources/Incept/Incept.docc/FirstSteps.md")
    let blocks = article.components(separatedBy: "```swift\n").dropFirst().map {
      $0.components(separatedBy: "```\n")[0]
    }
    #expect(blocks.count > 10)
    // Each kind of block is compiled, or there is none of it.
    #expect(article.components(separatedBy: "```").count == 2 * blocks.count + 1)
    #expect(
      try blocks.joined(separator: "\n") == Self.text("Samples/FirstSteps/main.swift"))
  }

  @Test(
    "the program does what the article says",
    .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
  func runs() throws {
    try withScratch { folder in
      let files = FileManager.default
      try files.createSymbolicLink(
        atPath: "\(folder)/Samples",
        withDestinationPath: Fixtures.package.appendingPathComponent("Samples").path)
      let run = try Incept([], program: "first-steps", in: URL(fileURLWithPath: folder))
      #expect(run.status == 0, "\(run.error)")
      #expect(run.error == "")
      for line in [
        "takes: input [1, 1, 8, 8]", "Samples/digit-3-a.png 3 0.", "Samples/digit-9-a.png 9 0.",
        "relu1 [1, 16, 8, 8] ", "NAME  ", "\nrelu1 conv2d ", "after epoch ", "noInput digits_ccn",
        "did you mean digits_cnn?",
      ] {
        #expect(run.output.contains(line), "\(line) in \(run.output)")
      }
      let judged = try #require(run.output.firstMatch(of: #/right: (\d+) of (\d+)/#)).output
      #expect(Double(judged.1) ?? 0 > 0.9 * (Double(judged.2) ?? 1), "\(judged.0)")
      let made = try files.contentsOfDirectory(atPath: folder).sorted()
      #expect(
        made == [
          "Samples", "digits.last.safetensors", "digits.safetensors", "digits.svg", "edges.npy",
          "edges.png",
        ])
    }
  }
}
