import ArgumentParser
import Foundation
import Incept

/// `incept compare`
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Find the layer where a network goes wrong.",
    discussion: """
      Runs a network kernel by kernel and lists how far each layer's value is from what it should be: by the \
      definitions of the operators in double precision (reference), on another device, or in a safetensors file of \
      named activations, in the framework's axis order. Errors count in parts of a layer's largest expected value; \
      integers and bools must be equal. Two are told: that of the value in the network, and the layer's own, on the \
      inputs that are expected.

      Exit code 1 where a layer is further off than the tolerance. --dump writes the first such layer with inputs, \
      weights, kernels and the command that runs it alone.

      Example: incept compare digits_cnn Samples/digit-3-a.png
      Example: incept compare digits_cnn --input input=digit.npy --dump out --layer relu2
      """)

  @OptionGroup var model: ModelOptions
  @Argument(help: "A PNG or JPEG file to run on; without it and --input numbers are made up.")
  var image: String?
  @OptionGroup var device: DeviceOptions
  @Option(
    help: ArgumentHelp(
      "reference, a device (as --device), or a safetensors file, which may have the inputs too.",
      valueName: "reference|device|file"))
  var against = "reference"
  @Option(
    help: ArgumentHelp(
      "Largest error accepted, of a layer's largest value (default: 5e-4 for --accuracy exact, 1e-3 high, 2e-3 fast, 0.3 for fp16; a tenth of that for a layer's own error).",
      valueName: "part"))
  var tolerance: ToleranceArgument?
  @Flag(help: "Judge layers by their own errors alone, on the inputs that are expected.")
  var isolated = false
  @Option(
    help: ArgumentHelp(
      "Values inside of fused layers to compare too, by node name.", valueName: "name,…"))
  var outputs: String?
  @Option(help: ArgumentHelp("An input's tensor.", valueName: "name=file.npy"))
  var input: [InputArgument] = []
  @Option(help: "What made-up inputs are made from.")
  var seed: UInt32 = 1
  @OptionGroup var picture: PictureOptions
  @Option(
    help: ArgumentHelp(
      "A new folder for the first layer beyond the tolerance, to run it alone.", valueName: "dir"))
  var dump: String?
  @Option(help: ArgumentHelp("The layer that --dump writes instead.", valueName: "name"))
  var layer: String?
  @Option(help: "text or json.")
  var format = TextOrJSON.text
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard image == nil || input.isEmpty else {
      throw ValidationError("Expected an IMAGE or --input, not both.")
    }
    guard image != nil || !picture.isGiven else {
      throw ValidationError("--crop and --preprocess go with an IMAGE.")
    }
    guard Set(input.map(\.name)).count == input.count else {
      throw ValidationError("Expected each --input name once.")
    }
    guard layer == nil || dump != nil else { throw ValidationError("--layer goes with --dump.") }
  }

  func run() throws {
    let report = try ProgressLine.during { (line) throws(InceptError) in try self.report(line) }
    try Terminal.write(format == .json ? report.json() : report.text(), to: output.output)
    if !report.agrees { Terminal.exitAfterDisagreement() }
  }

  private func report(_ line: ProgressLine) throws(InceptError) -> CompareReport {
    let source = try source()
    let files = Dictionary(input.map { ($0.name, $0.file) }, uniquingKeysWith: { $1 })
    let session = try device.session(try model.load(line, for: files), line)
    return try session.compare(
      CompareOptions(
        against: source, tolerance: tolerance?.value, isIsolated: isolated, files: files,
        image: image, picture: picture.options, seed: seed,
        outputs: outputs?.split(separator: ",").map(String.init) ?? [], dump: dump,
        layer: layer))
  }

  private func source() throws(InceptError) -> CompareOptions.Against {
    if against == "reference" { return .reference }
    // No device is called like a path; a misspelt file must not look like a missing device.
    let isFile = against.hasSuffix(".safetensors") || against.contains("/")
    if isFile || FileManager.default.fileExists(atPath: against) { return .file(against) }
    return .device(try Device.select(against))
  }
}

/// A part of a whole, 0 or more.
struct ToleranceArgument: ExpressibleByArgument {
  let value: Double

  init?(argument: String) {
    guard let value = Double(argument), value >= 0, value.isFinite else { return nil }
    self.value = value
  }
}
