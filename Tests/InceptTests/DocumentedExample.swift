import Foundation
import TestSupport
import Testing

/// Expects that a page of the documentation has the lines of a test's file between `// example: begin` and `// example: end`, behind
/// imports, as its Swift: what is compiled and run here is what people read.
func expectExample(
  of file: String, in page: String, importing modules: [String],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let source = try String(contentsOfFile: file, encoding: .utf8)
  let example = try #require(
    source.components(separatedBy: "\n// example: begin\n").dropFirst().first?
      .components(separatedBy: "// example: end\n").first, sourceLocation: sourceLocation)
  let text = try String(contentsOf: Fixtures.package.appendingPathComponent(page), encoding: .utf8)
  let imports = modules.map { "import \($0)\n" }.joined()
  #expect(
    text.contains("```swift\n\(imports)\n\(example)```\n"), "\(page)",
    sourceLocation: sourceLocation)
}
