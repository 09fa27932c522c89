import ArgumentParser
import Incept

/// `incept features`
struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Show a layer's feature maps for a picture, or a convolution's filters.",
    discussion: """
      The picture goes through the network, and each channel of the layer becomes an image of a grid, from its lowest \
      value (dark) to its highest (bright). With --filters the weights of the first convolution, or of --layer, become \
      images: in colour where it reads red, green and blue. Without --layer and --filters the layers are listed. \
      Without -o and --show the channels' values are summed up in a table. See docs/features.md.

      Example: incept features digits_cnn Samples/digit-3-a.png --layer conv1 -o maps.png
      Example: incept features inception_v3 photo.jpg --layer Mixed_5b --channels 32 --strongest -o maps.pdf
      Example: incept features mobilenet.h5 --filters -o filters.png
      """)

  @OptionGroup var model: ModelOptions
  @Argument(help: "A PNG or JPEG file.")
  var image: String?
  @OptionGroup var device: DeviceOptions

  @Option(help: ArgumentHelp("The layer, by its node's name.", valueName: "name"))
  var layer: String?
  @Flag(help: "Show the filters of the first convolution, or of --layer, instead of feature maps.")
  var filters = false
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("The grid; the name ends in .png, .svg or .pdf.", valueName: "file"))
  var output: String?
  @Option(help: "Most images in the grid, at most 1024.")
  var channels = Count(64)
  @Flag(help: "Begin with the channels of the largest mean magnitude.")
  var strongest = false
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Which values are dark and bright: each (image its own), layer (one scale for all), or two numbers.",
      valueName: "each|layer|low,high"))
  var range = FeatureRange.each
  @Option(help: "viridis or grey.")
  var colours = FeatureOptions.Colours.viridis
  @OptionGroup var picture: PictureOptions
  @Flag(help: "Show the grid in this terminal (kitty, iTerm2, sixel).")
  var show = false
  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func validate() throws {
    guard channels.value <= FeatureOptions.channelLimit else {
      throw ValidationError("Expected --channels of at most \(FeatureOptions.channelLimit).")
    }
    let isList = layer == nil && !filters
    if isList {
      guard image == nil else {
        throw ValidationError(
          "Expected --layer NAME for a picture; `incept features MODEL` lists the layers.")
      }
      guard output == nil, !show else {
        throw ValidationError("Expected --layer NAME with IMAGE, or --filters, to draw something.")
      }
    } else if filters {
      guard image == nil else { throw ValidationError("--filters goes without IMAGE.") }
    } else if image == nil {
      throw ValidationError("Expected an IMAGE for --layer, or --filters.")
    }
    guard !show || format == .text else {
      throw ValidationError("--show goes with --format text.")
    }
  }

  func run() throws {
    if show { try TerminalPicture.check() }
    // What can't be drawn must show before a network is loaded.
    let file = try output.map(PlotFile.init)
    guard filters || layer != nil else { return try list() }
    let maps = try ProgressLine.during { (line) throws(InceptError) in
      var maps = try self.maps(line)
      if let file { try maps.write(to: file) }
      return maps
    }
    if show { try TerminalPicture.show(maps.picture()) }
    try Terminal.write(format == .json ? try maps.report.json() : maps.report.text())
  }

  private func list() throws(InceptError) {
    let report = try ProgressLine.during { (line) throws(InceptError) in
      try model.structure(line).featureLayers()
    }
    try Terminal.write(format == .json ? try report.json() : report.text())
  }

  private func maps(_ line: ProgressLine) throws(InceptError) -> FeatureMaps {
    let options = FeatureOptions(
      channels: channels.value, strongestFirst: strongest, range: range.range, colours: colours,
      picture: picture.options)
    let model = try model.load(line)
    guard !filters, let image, let layer else {
      return try model.filters(of: layer, options: options)
    }
    return try device.session(model, line).features(of: image, layer: layer, options: options)
  }
}

extension FeatureOptions.Colours: ExpressibleByArgument {}

/// `--range`
struct FeatureRange: ExpressibleByArgument {
  let range: FeatureOptions.Range

  static let each = FeatureRange(range: .each)

  private init(range: FeatureOptions.Range) { self.range = range }

  init?(argument: String) {
    switch argument {
    case "each": range = .each
    case "layer": range = .layer
    default:
      let numbers = argument.split(separator: ",", omittingEmptySubsequences: false)
        .map { Float($0) }
      guard numbers.count == 2, let low = numbers[0], let high = numbers[1], low.isFinite,
        high.isFinite, low < high
      else { return nil }
      range = .fixed(low...high)
    }
  }

  var defaultValueDescription: String { "each" }
}
