import ArgumentParser
import Foundation
import Incept

/// `incept filter`
struct FilterCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filter", abstract: "See what a convolution does to a picture.",
    discussion: """
      The picture becomes grey, is cropped (the last 256 rows and columns 100 to 356, unless --crop says otherwise), \
      gets a mean of 0 and a variance of 1, and goes --repeat times through the convolution with a filter, which is an \
      input of the network.

      Filters: \(ImageFilter.names.joined(separator: ", ")); identity:DX,DY has its 1 off the centre, random:SEED other \
      numbers. A CSV or NPY file and rows of numbers are filters too. docs/filters.md has the formulas.

      -o draws raw picture, convolutions and filter in one PNG, SVG or PDF file. With --animate it is a GIF file, and \
      the frames are PNG files in a folder beside it; what can change is \
      \(FilterSetup.parameters.joined(separator: ", ")).

      Example: incept filter photo.jpg --filter gabor --rotate 45 -o gabor.png
      Example: incept filter photo.jpg --filter "0 1 0; 1 -4 1; 0 1 0" --repeat 1 -o edges.svg
      Example: incept filter photo.jpg --filter gabor --animate rotate=0:360:5 -o turning.gif
      Example: incept filter photo.jpg --match 150,120,24,24 --repeat 2 -o found.png
      Example: incept filter --plot-profiles -o shapes.svg
      """)

  @Argument(help: "A PNG or JPEG file.")
  var image: String?
  @Option(
    help: ArgumentHelp(
      "A name, rows of numbers as \"0 1 0; 1 -4 1; 0 1 0\", a CSV or an NPY file (default: gaussian).",
      valueName: "filter"))
  var filter: String?
  @Option(
    help: ArgumentHelp(
      "Make the filter of a part of the picture, in pixels of the file: what looks like it is amplified.",
      valueName: "x,y,w,h"))
  var match: CropArgument?
  @Option(
    help: "Rows and columns of the filter, 1 to 1024 (default: 30; sobel and laplacian have 3).")
  var size: Int?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Turn the filter counterclockwise.", valueName: "degrees"))
  var rotate = 0.0
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Multiply the filter by a number, also a negative one.", valueName: "factor")
  )
  var scale = 1.0
  @Option(help: "Steps from one place of the filter to the next.")
  var stride = 1
  @Option(help: "Steps from one pixel under the filter to the next.")
  var dilation = 1
  @Option(help: ArgumentHelp("same, valid, or zeros at each side.", valueName: "padding"))
  var padding = PaddingArgument(value: .same)
  @Option(help: "Convolutions, one after the other, 1 to 32.")
  var `repeat` = 4
  @Option(
    help: ArgumentHelp("The part of the picture to show, in pixels.", valueName: "x,y,w,h"))
  var crop: CropArgument?
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "The values that are black and white in all pictures but the filter's (default: each one's own).",
      valueName: "lo,hi"))
  var range: RangeArgument?
  @Option(
    help: ArgumentHelp(
      "A parameter and its values, ends included; at most 1000 frames.",
      valueName: "param=from:to:step"))
  var animate: String?
  @Option(
    help: ArgumentHelp(
      "A folder for x.npy, y1.npy, … and filter.npy.", valueName: "dir"))
  var saveTensors: String?
  @Flag(help: "Draw the shapes in one dimension that filters are made of; needs no picture.")
  var plotProfiles = false
  @Flag(help: "Show the picture in the terminal (kitty, iTerm2, sixel).")
  var show = false
  @Option(help: "text or json.")
  var format = TextOrJSON.text
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp(
      "The picture to draw: .png, .svg or .pdf; .gif for an animation.", valueName: "file"))
  var output: String?
  @OptionGroup var device: DeviceOptions

  func validate() throws {
    if plotProfiles {
      guard image == nil, animate == nil, filter == nil, match == nil, saveTensors == nil else {
        throw ValidationError("--plot-profiles goes with --size, --show and -o only.")
      }
      guard output != nil || show else {
        throw ValidationError("--plot-profiles needs -o FILE or --show.")
      }
      return
    }
    guard image != nil else { throw ValidationError("Expected an IMAGE, or --plot-profiles.") }
    guard !show || format == .text else {
      throw ValidationError("--show goes without --format json.")
    }
    guard filter == nil || match == nil else {
      throw ValidationError("Expected --filter or --match, not both.")
    }
    if animate != nil {
      guard output != nil else { throw ValidationError("--animate needs -o FILE.gif.") }
      guard saveTensors == nil else {
        throw ValidationError("--save-tensors goes without --animate.")
      }
      guard format == .text, !show else {
        throw ValidationError("--animate goes without --show and --format json.")
      }
    }
  }

  func run() throws {
    if show { try TerminalPicture.check() }
    if plotProfiles { return try drawProfiles() }
    let (text, picture) = try ProgressLine.during { (line) throws(InceptError) in
      try animate == nil ? still(line) : (moving(line), nil)
    }
    if let picture { try TerminalPicture.show(picture) }
    try Terminal.write(text)
  }

  private func drawProfiles() throws(InceptError) {
    let size = size ?? ImageFilter.defaultSize
    if show { try TerminalPicture.show(FilterProfiles.picture(size: size)) }
    guard let output else { return }
    try FilterProfiles.write(to: output, size: size)
    try Terminal.write("-> \(output)\n")
  }

  private var setup: FilterSetup {
    FilterSetup(
      match.map { .patch($0.crop) } ?? .text(filter ?? "gaussian"), size: size, rotation: rotate,
      scale: scale,
      chain: FilterChain(
        count: `repeat`, stride: stride, dilation: dilation, padding: padding.value))
  }

  private func lab(_ line: ProgressLine) throws(InceptError) -> FilterLab {
    try FilterLab(on: Device.select(device.device), options: device.sessionOptions(line))
  }

  private func still(
    _ line: ProgressLine
  ) throws(InceptError) -> (text: String, picture: Picture?) {
    // What can't be drawn must show before anything is computed.
    if let output { _ = try PlotFile(output) }
    let picture = try FilterPicture(image ?? "", crop: crop?.crop)
    let filter = try setup.filter(for: picture)
    let result = try lab(line).apply(filter, to: picture, setup.chain)
    var files: [String] = []
    if let output {
      try result.write(to: output, range: range?.value, marking: match?.crop)
      files.append(output)
    }
    if let saveTensors { files += try result.writeTensors(to: saveTensors) }
    let report = result.report(files: files)
    let shown = show ? try result.picture(range: range?.value, marking: match?.crop) : nil
    return (format == .json ? try report.json() : report.text(), shown)
  }

  private func moving(_ line: ProgressLine) throws(InceptError) -> String {
    let interrupts = Interrupts(message: "stopping after this frame; Ctrl-C again stops at once")
    let animation = try FilterAnimation(animate ?? "", to: output ?? "")
    let picture = try FilterPicture(image ?? "", crop: crop?.crop)
    let files = try animation.write(
      setup, of: picture, in: lab(line), range: range?.value, progress: line.handler,
      isStopped: { interrupts.count > 0 })
    guard let gif = files.first, let first = files.dropFirst().first, let last = files.last else {
      Terminal.exitAfterInterrupt()
    }
    let lastName = URL(fileURLWithPath: last).lastPathComponent
    return "-> \(gif)\n-> \(first)" + (first == last ? "\n" : " to \(lastName)\n")
  }
}

/// `same`, `valid`, `2`
struct PaddingArgument: ExpressibleByArgument {
  let value: FilterChain.Padding

  init(value: FilterChain.Padding) { self.value = value }

  init?(argument: String) {
    guard let value = FilterChain.Padding(argument) else { return nil }
    self.value = value
  }

  var defaultValueDescription: String { value.description }
}

/// `-3,3`
struct RangeArgument: ExpressibleByArgument {
  let value: ClosedRange<Double>

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0)
    }
    guard numbers.count == 2, let low = numbers[0], let high = numbers[1], low < high,
      Float(low).isFinite, Float(high).isFinite
    else { return nil }
    value = low...high
  }
}
