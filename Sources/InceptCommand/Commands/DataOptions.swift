import ArgumentParser
import Incept

/// --label, --maximum and --size: how labelled pictures are read.
struct DataOptions: ParsableArguments {
  @Option(help: "The column of a CSV file that has the class: auto, first or last.")
  var label = EvaluateOptions.LabelColumn.auto
  @Option(
    help: ArgumentHelp(
      "What stands for full brightness in a CSV file (default: guessed, 1, 16 or 255).",
      valueName: "number"))
  var maximum: Brightness?
  @Option(
    help: ArgumentHelp(
      "Resize all pictures of a folder to so many rows and columns (28x28), or to a square (28).",
      valueName: "HxW"))
  var size: SizeArgument?
}

extension EvaluateOptions.LabelColumn: ExpressibleByArgument {}

/// A number above 0.
struct Brightness: ExpressibleByArgument {
  let value: Float

  init?(argument: String) {
    guard let value = Float(argument), value > 0, value <= 1e9 else { return nil }
    self.value = value
  }
}

/// `28x28`, or `28` for a square.
struct SizeArgument: ExpressibleByArgument {
  let value: PictureSize

  init?(argument: String) {
    let words = argument.split(separator: "x", omittingEmptySubsequences: false)
    let sides = words.compactMap { Int($0) }
    guard sides.count == words.count, (1...2).contains(sides.count),
      sides.allSatisfy({ (1...8192).contains($0) })
    else { return nil }
    value = PictureSize(height: sides[0], width: sides[sides.count - 1])
  }
}
