import ArgumentParser
import Foundation
import Incept

/// `incept arithmetic`
struct ArithmeticCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "arithmetic",
    abstract: "Show how a convolution's window slides, with the numbers in the cells.",
    discussion: """
      An input and a kernel of small whole numbers are convolved on the device, and drawn as the guide to convolution \
      arithmetic does (Dumoulin and Visin, 2016): the window over the input with the weights in it, the output as it \
      fills. A transposed convolution slides over the input with zeros between its elements. Sizes are N for both \
      sides or HxW. A name that ends in .gif gets the animation, one in .png, .svg or .pdf one window of it. \
      docs/convolution-arithmetic.md explains the formulas.

      Example: incept arithmetic --stride 2 --padding 1 -o conv.gif
      Example: incept arithmetic --input 3 --stride 2 --transposed -o transposed.gif
      Example: incept arithmetic --input 7x9 --dilation 2 --step 4 -o window.svg
      """)

  @Option(help: ArgumentHelp("Rows and columns of the input.", valueName: "n|hxw"))
  var input = PairArgument(5)
  @Option(help: ArgumentHelp("Rows and columns of the kernel.", valueName: "n|hxw"))
  var kernel = PairArgument(3)
  @Option(help: ArgumentHelp("Steps between windows.", valueName: "n|hxw"))
  var stride = PairArgument(1)
  @Option(
    help: ArgumentHelp(
      "Zeros around the input, or valid (none), half (of the kernel), same, full.",
      valueName: "n|hxw|name"))
  var padding = ArithmeticPadding.none
  @Option(help: ArgumentHelp("Steps between the taps of a window.", valueName: "n|hxw"))
  var dilation = PairArgument(1)
  @Flag(help: "The transposed convolution, as networks that make pictures use it.")
  var transposed = false
  @Option(
    help: ArgumentHelp(
      "Rows and columns that a transposed convolution adds below and right.", valueName: "n|hxw"))
  var outputPadding = PairArgument(0)
  @Option(help: "Chooses other numbers.")
  var seed: UInt64?

  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The animation (.gif), or one window (.png, .svg, .pdf).", valueName: "file")
  )
  var output: String?
  @Option(
    help: ArgumentHelp("A folder that gets a numbered PNG for each window.", valueName: "dir"))
  var frames: String?
  @Option(help: "The window to draw, from 1 (default: the last).")
  var step: Count?
  @Option(help: ArgumentHelp("How long the animation shows each window.", valueName: "ms"))
  var delay: Count?
  @Flag(help: "Show the window in this terminal (kitty, iTerm2, sixel).")
  var show = false
  @Option(
    help: ArgumentHelp(
      "PLATFORM:DEVICE, cpu, gpu, or part of a name (default: INCEPT_DEVICE, else the first GPU, else the first CPU).",
      valueName: "device"))
  var device: String?
  @Option(help: "text or json.")
  var format = TextOrJSON.text

  private var isAnimation: Bool { output?.lowercased().hasSuffix(".gif") == true }

  func validate() throws {
    guard step == nil || (output != nil && !isAnimation) || show else {
      throw ValidationError("--step goes with -o FILE.png, .svg or .pdf, or with --show.")
    }
    guard delay == nil || isAnimation else {
      throw ValidationError("--delay goes with -o FILE.gif.")
    }
    guard !show || format == .text else {
      throw ValidationError("--show goes with --format text.")
    }
  }

  func run() throws {
    if show { try TerminalPicture.check() }
    // What can't be drawn must show before anything is computed.
    let file = try plotFile()
    let options = ArithmeticOptions(
      input: input.pair, kernel: kernel.pair, stride: stride.pair, padding: padding.padding,
      dilation: dilation.pair, isTransposed: transposed, outputPadding: outputPadding.pair,
      seed: seed)
    let (arithmetic, files) = try ProgressLine.during { (line) throws(InceptError) in
      try self.written(options, file, line)
    }
    if show { try TerminalPicture.show(arithmetic.picture(step: number(arithmetic))) }
    let report = arithmetic.report(files: files)
    try Terminal.write(format == .json ? try report.json() : report.text())
  }

  /// The file of one window; nil without one.
  private func plotFile() throws(InceptError) -> PlotFile? {
    guard let output, !isAnimation else { return nil }
    do {
      return try PlotFile(output)
    } catch {
      var error = error
      if error.category == .usage { error.hint = "or .gif, for the animation" }
      throw error
    }
  }

  private func written(
    _ options: ArithmeticOptions, _ file: PlotFile?, _ line: ProgressLine
  ) throws(InceptError) -> (ConvolutionArithmetic, [String]) {
    let arithmetic = try ConvolutionArithmetic(
      options, on: Device.select(device),
      cache: .standard(helper: Bundle.main.executablePath), progress: line.handler)
    let number = try number(arithmetic)
    var files: [String] = []
    if let output, isAnimation {
      try arithmetic.animate(to: output, delay: delay?.value, progress: line.handler)
      files.append(output)
    }
    if let file {
      try arithmetic.write(step: number, to: file)
      files.append(file.path)
    }
    if let frames {
      files += try arithmetic.writeFrames(to: frames, progress: line.handler)
    }
    return (arithmetic, files)
  }

  /// The window to draw, from 0.
  private func number(_ arithmetic: ConvolutionArithmetic) throws(InceptError) -> Int {
    let count = arithmetic.stepCount
    guard let step else { return count - 1 }
    guard step.value <= count else {
      throw InceptError(
        .usage, subject: "--step", expected: "expected 1 to \(count), the number of windows",
        found: "\(step.value)")
    }
    return step.value - 1
  }
}

/// `5` or `5x7`: rows and columns.
struct PairArgument: ExpressibleByArgument {
  let pair: ArithmeticOptions.Pair

  init(_ both: Int) { pair = .init(both) }

  init?(argument: String) {
    let words = argument.lowercased().split(separator: "x", omittingEmptySubsequences: false)
    let numbers = words.compactMap { word in word.allSatisfy(\.isNumber) ? Int(word) : nil }
    guard numbers.count == words.count, (1...2).contains(numbers.count),
      numbers.allSatisfy({ $0 <= Count.limit })
    else { return nil }
    pair = .init(numbers[0], numbers.count == 2 ? numbers[1] : numbers[0])
  }

  var defaultValueDescription: String {
    pair.height == pair.width ? "\(pair.height)" : "\(pair.height)x\(pair.width)"
  }
}

/// `--padding`
struct ArithmeticPadding: ExpressibleByArgument {
  let padding: ArithmeticOptions.Padding

  static let none = ArithmeticPadding(padding: .by(.init(0)))

  private init(padding: ArithmeticOptions.Padding) { self.padding = padding }

  init?(argument: String) {
    switch argument.lowercased() {
    case "valid": padding = .valid
    case "same": padding = .same
    case "half": padding = .half
    case "full": padding = .full
    default:
      guard let pair = PairArgument(argument: argument) else { return nil }
      padding = .by(pair.pair)
    }
  }

  var defaultValueDescription: String { "0" }
}
