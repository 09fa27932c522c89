import Animation
import Drawing
import Foundation
import Imaging
import Operators

/// A small convolution with all its numbers, computed on a device, and pictures of how its window slides.
///
///     let options = ArithmeticOptions(stride: .init(2), padding: .by(.init(1)))
///     let arithmetic = try ConvolutionArithmetic(options, on: try Device.select())
///     try arithmetic.animate(to: "conv.gif")
public struct ConvolutionArithmetic: Sendable {
  /// The geometry.
  public let options: ArithmeticOptions
  /// Rows of the input.
  public let input: [[Double]]
  /// Rows of the kernel.
  public let kernel: [[Double]]
  /// Rows of the result, as the device computed it.
  public let output: [[Double]]
  /// Where it was computed.
  public let device: ReportedDevice

  let rows: SlidingAxis
  let columns: SlidingAxis

  /// Number of windows, and so of the animation's frames.
  public var stepCount: Int { rows.output * columns.output }

  /// Computes the convolution on a device.
  ///
  /// - Throws: `.usage` for a geometry that can't be drawn or has no output; what running a network throws.
  public init(
    _ options: ArithmeticOptions, on device: Device, cache: CacheOptions = .standard(),
    progress: ProgressHandler? = nil
  ) throws(InceptError) {
    let (rows, columns) = try options.axes()
    self.options = options
    self.rows = rows
    self.columns = columns
    self.device = device.reported
    let numbers = ArithmeticNumbers(options)
    input = numbers.input
    kernel = numbers.kernel
    let model = Model(try Self.graph(options, rows, columns, numbers.kernel))
    let session = try Session(
      model, on: device,
      options: SessionOptions(accuracy: .exact, cache: cache, progress: progress))
    let image = HostTensor(
      shape: [1, rows.input, columns.input, 1], floats: numbers.input.flatMap { $0.map(Float.init) }
    )
    let result = try session.run(["input": image])
    let values = result.first?.tensor.floats() ?? []
    guard values.count == rows.output * columns.output else {
      throw InceptError(
        .software, subject: "arithmetic",
        expected: "expected \(rows.output)x\(columns.output) results", found: "\(values.count)")
    }
    output = (0..<rows.output).map { row in
      (0..<columns.output).map { Double(values[row * columns.output + $0]) }
    }
  }

  /// A convolution whose results are known.
  package init(
    _ options: ArithmeticOptions, input: [[Double]], kernel: [[Double]], output: [[Double]],
    on device: ReportedDevice
  ) throws(InceptError) {
    (rows, columns) = try options.axes()
    self.options = options
    self.input = input
    self.kernel = kernel
    self.output = output
    self.device = device
  }

  /// The convolution as a graph: input `[1, H, W, 1]`, the kernel as a constant.
  package static func graph(
    _ options: ArithmeticOptions, _ rows: SlidingAxis, _ columns: SlidingAxis, _ kernel: [[Double]]
  ) throws(InceptError) -> Graph {
    var graph = Graph(name: "arithmetic")
    let image = try graph.add(
      Input(TensorType([1, rows.input, columns.input, 1])), name: "input")
    let weights = try graph.add(
      Constant(
        HostTensor(
          shape: [rows.kernel, columns.kernel, 1, 1],
          floats: kernel.flatMap { $0.map(Float.init) })), name: "kernel")
    let strides = Spatial(rows.stride, columns.stride)
    let dilations = Spatial(rows.dilation, columns.dilation)
    let border = Border(
      top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
    let op: any Operator =
      options.isTransposed
      ? ConvTranspose2D(
        strides: strides, dilations: dilations, border: border,
        outputPadding: Spatial(rows.outputPadding, columns.outputPadding))
      : Conv2D(strides: strides, dilations: dilations, padding: .explicit(border))
    let result = try graph.add(op, [image, weights], name: "output")
    graph.outputs = [GraphOutput(name: "output", value: result)]
    return graph
  }
}

/// Small whole numbers for an input and a kernel: those of the guide's figures where the sizes are theirs, else made up, the
/// input's without 0, which is what is put around and between them.
private struct ArithmeticNumbers {
  let input: [[Double]]
  let kernel: [[Double]]

  /// Figure 1.1 of the guide.
  private static let guideInput: [[Double]] = [
    [3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1],
  ]
  private static let guideKernel: [[Double]] = [[0, 1, 2], [2, 2, 0], [0, 1, 2]]

  init(_ options: ArithmeticOptions) {
    var generator = SplitMix(state: options.seed ?? 1)
    func made(_ size: ArithmeticOptions.Pair, _ numbers: ClosedRange<UInt64>) -> [[Double]] {
      (0..<size.height).map { _ in
        (0..<size.width).map { _ in
          Double(numbers.lowerBound + generator.next() % UInt64(numbers.count))
        }
      }
    }
    let isGuides = options.seed == nil
    input =
      isGuides && options.input == .init(5) ? Self.guideInput : made(options.input, 1...4)
    kernel =
      isGuides && options.kernel == .init(3) ? Self.guideKernel : made(options.kernel, 0...2)
  }
}

/// SplitMix64 (Steele et al. 2014): the same numbers everywhere.
private struct SplitMix {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return (z ^ (z >> 31)) >> 32
  }
}

extension ConvolutionArithmetic {
  /// Time that each window is shown for where none is chosen, in milliseconds: the fewer, the longer.
  public var defaultDelay: Int { min(800, max(60, 30_000 / max(stepCount, 1))) }

  /// Times that the last frame stays.
  private static let lastStay = 3

  /// Writes an animated GIF with a frame for each window.
  ///
  /// - Parameters:
  ///   - path: The file, which appears whole or not at all.
  ///   - delay: Milliseconds that each window is shown for; nil for ``defaultDelay``.
  ///   - progress: Is told how many frames are done.
  /// - Throws: `.cannotCreate`; `.unavailable` without Cairo or giflib.
  public func animate(
    to path: String, delay: Int? = nil, progress: ProgressHandler? = nil
  ) throws(InceptError) {
    let hundredths = max(2, ((delay ?? defaultDelay) + 5) / 10)
    let first = try image(step: 0)
    var writer = try GIFWriter(width: first.width, height: first.height)
    for step in 0..<stepCount {
      progress?(ProgressStep(stage: "drawing frames", done: step, total: stepCount))
      let isLast = step == stepCount - 1
      try writer.add(
        step == 0 ? first : image(step: step),
        delay: isLast ? hundredths * Self.lastStay : hundredths)
    }
    try writer.write(to: path)
  }

  /// Writes a PNG file for each window into a folder, which is made where there is none: `step-0001.png` and so on.
  ///
  /// - Returns: The files, in order.
  /// - Throws: `.cannotCreate`; `.unavailable` without Cairo.
  public func writeFrames(
    to folder: String, progress: ProgressHandler? = nil
  ) throws(InceptError) -> [String] {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw InceptError(
        .cannotCreate, subject: folder, expected: "expected a folder that can be written")
    }
    var files: [String] = []
    for step in 0..<stepCount {
      progress?(ProgressStep(stage: "drawing frames", done: step, total: stepCount))
      let path = "\(folder)/step-\(String(format: "%04d", step + 1)).png"
      try Image.encodePNG(image(step: step), to: path)
      files.append(path)
    }
    return files
  }

  /// Writes one window as a PNG, PDF or SVG file.
  ///
  /// - Parameters:
  ///   - step: The window from 0, row by row; it is there (``stepCount``).
  ///   - file: The file, which appears whole or not at all.
  public func write(step: Int, to file: PlotFile) throws(InceptError) {
    try canvas(step: step).write(to: file.path)
  }

  /// One window as a picture.
  public func picture(step: Int) throws(InceptError) -> Picture { Picture(try image(step: step)) }

  private func image(step: Int) throws(InceptError) -> Image {
    let canvas = try canvas(step: step)
    return try canvas.image(scale: min(2, max(1, Self.frameWidth / canvas.width)))
  }

  /// Pixels of an animation's row, where that makes its text readable.
  private static let frameWidth = 1280.0

  private func canvas(step: Int) throws(InceptError) -> Canvas {
    precondition((0..<stepCount).contains(step), "ConvolutionArithmetic: no such step")
    return try ArithmeticPainter(self).canvas(step: step)
  }
}
