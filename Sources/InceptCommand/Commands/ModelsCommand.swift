import ArgumentParser
import Incept

/// `incept models`
struct ModelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models",
    abstract: "List built-in architectures and where their official weights come from.",
    discussion: """
      With a NAME everything about that architecture; without, a line for each.

      Example: incept models inception_v3
      """)

  @Argument(help: "An architecture, as inception_v3 or inception_v3:keras.")
  var name: String?

  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let report = try ArchitectureReport.of(name)
    switch format {
    case .json: try Terminal.write(report.json())
    case .text: try Terminal.write(name == nil ? report.text() : report.details())
    }
  }
}
