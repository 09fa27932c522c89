import Foundation
import TestSupport
import Testing

@Suite("docs/tutorial.md")
struct TutorialTests {
  /// The page's commands, word by word; those that fetch are left out.
  private static let commands: [[String]] = {
    let path = Fixtures.package.appendingPathComponent("docs/tutorial.md").path
    let page = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    return page.split(separator: "\n")
      .filter { $0.hasPrefix("    incept ") && !$0.contains("fetch") }
      .map { line in
        line.dropFirst("    incept ".count).matches(of: #/"([^"]*)"|[^ ]+/#).map {
          String($0.output.1 ?? $0.output.0)
        }
      }
  }()

  @Test("every command works, in their order, and makes the page's pictures")
  func commands() throws {
    #expect(Self.commands.count > 20)
    try withScratch { folder in
      let files = FileManager.default
      for name in ["out", "docs/tutorial"] {
        try files.createDirectory(
          atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
      }
      for command in Self.commands {
        let words = command.map { word in
          word.hasPrefix("out/") || word.hasPrefix("docs/tutorial/") ? "\(folder)/\(word)" : word
        }
        let run = try Incept(words)
        #expect(run.status == 0, "\(command.joined(separator: " ")): \(run.error)")
      }
      let made = try files.contentsOfDirectory(atPath: "\(folder)/docs/tutorial")
        .filter { !$0.hasSuffix("-frames") }.sorted()
      let kept = try files.contentsOfDirectory(
        atPath: Fixtures.package.appendingPathComponent("docs/tutorial").path
      ).sorted()
      #expect(made == kept)
    }
  }
}
