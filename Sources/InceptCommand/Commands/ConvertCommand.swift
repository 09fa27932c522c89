import ArgumentParser
import Incept

/// `incept convert`
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert", abstract: "Write a network's weights as safetensors.",
    discussion: """
      Tensors keep the framework's names and layouts, and the file says what network they belong to: \
      `incept run OUT.safetensors` works for built-in architectures and for Keras models.

      Example: incept convert inception_v3_google-1a9a5a14.pth inception.safetensors
      """)

  @OptionGroup var model: ModelOptions
  @Argument(help: ArgumentHelp("The file to write.", valueName: "out.safetensors"))
  var out: String
  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    let report = try ProgressLine.during { (line) throws(InceptError) in
      let model = try model.load(line)
      line.show(ProgressStep(stage: "writing \(out)"))
      return try model.write(safetensors: out)
    }
    try Terminal.write(format == .json ? try report.json() : report.text())
  }
}
