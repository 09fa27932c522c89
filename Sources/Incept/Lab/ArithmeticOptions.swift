import Operators

/// The geometry of a convolution, or of a transposed one, over a picture of one channel.
public struct ArithmeticOptions: Sendable, Hashable {
  /// Two numbers: along the rows (y) and along the columns (x).
  public struct Pair: Sendable, Hashable, Codable {
    /// Along the rows.
    public var height: Int
    /// Along the columns.
    public var width: Int

    /// A pair.
    public init(_ height: Int, _ width: Int) {
      self.height = height
      self.width = width
    }

    /// The same number twice.
    public init(_ both: Int) { self.init(both, both) }
  }

  /// Zeros around the input; of a transposed convolution, what it takes away from its output.
  public enum Padding: Sendable, Hashable {
    /// So many on both sides.
    case by(Pair)
    /// As many as give `ceil(input / stride)` outputs, an odd one below and right.
    case same
    /// None.
    case valid
    /// Half of the kernel, rounded down.
    case half
    /// The kernel less 1, so that every window that touches the input counts.
    case full
  }

  /// The input's rows and columns.
  public var input: Pair
  /// The kernel's rows and columns.
  public var kernel: Pair
  /// Steps between windows.
  public var stride: Pair
  /// Zeros around.
  public var padding: Padding
  /// Steps between the taps of a window.
  public var dilation: Pair
  /// Whether the convolution is transposed.
  public var isTransposed: Bool
  /// Rows and columns that a transposed convolution adds below and right.
  public var outputPadding: Pair
  /// Chooses the numbers; nil for those of the guide where the sizes are its own, else 1.
  public var seed: UInt64?

  /// Creates options.
  public init(
    input: Pair = Pair(5), kernel: Pair = Pair(3), stride: Pair = Pair(1),
    padding: Padding = .valid, dilation: Pair = Pair(1), isTransposed: Bool = false,
    outputPadding: Pair = Pair(0), seed: UInt64? = nil
  ) {
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.isTransposed = isTransposed
    self.outputPadding = outputPadding
    self.seed = seed
  }
}

extension ArithmeticOptions {
  /// Largest numbers that still make a readable picture.
  enum Limit {
    static let input = 1...32
    static let kernel = 1...11
    static let steps = 1...16
    static let padding = 0...32
    /// Cells of a side of any grid.
    static let side = 48
    /// Windows in all.
    static let windows = 1024
  }

  /// The sliding along both axes.
  ///
  /// - Throws: `.usage` for numbers beyond what can be drawn, and where not one window fits, with the formula.
  package func axes() throws(InceptError) -> (rows: SlidingAxis, columns: SlidingAxis) {
    let numbers: [(String, Pair, ClosedRange<Int>)] = [
      ("input", input, Limit.input), ("kernel", kernel, Limit.kernel),
      ("stride", stride, Limit.steps), ("dilation", dilation, Limit.steps),
      ("output-padding", outputPadding, 0...Limit.steps.upperBound),
    ]
    for (name, pair, range) in numbers {
      for number in [pair.height, pair.width] where !range.contains(number) {
        throw InceptError(
          .usage, subject: "--\(name)",
          expected: "expected \(range.lowerBound) to \(range.upperBound), to be drawn",
          found: "\(number)")
      }
    }
    guard isTransposed || outputPadding == Pair(0) else {
      throw InceptError(
        .usage, subject: "--output-padding", expected: "expected --transposed with it",
        found: "none")
    }
    let axes = (rows: try axis("rows", \.height), columns: try axis("columns", \.width))
    let sides = [axes.rows, axes.columns].flatMap { [$0.cells.count, $0.output] }
    guard sides.allSatisfy({ $0 <= Limit.side }),
      axes.rows.output * axes.columns.output <= Limit.windows
    else {
      throw InceptError(
        .usage, subject: "arithmetic",
        expected:
          "expected grids of at most \(Limit.side) cells a side and \(Limit.windows) outputs,"
          + " to be drawn",
        found: "\(axes.rows.cells.count)x\(axes.columns.cells.count) cells,"
          + " \(axes.rows.output)x\(axes.columns.output) outputs")
    }
    return axes
  }

  private func axis(
    _ name: String, _ side: KeyPath<Pair, Int>
  ) throws(InceptError) -> SlidingAxis {
    let (before, after) = try padding(side)
    let axis = SlidingAxis(
      input: input[keyPath: side], kernel: kernel[keyPath: side], stride: stride[keyPath: side],
      before: before, after: after, dilation: dilation[keyPath: side], isTransposed: isTransposed,
      outputPadding: outputPadding[keyPath: side])
    guard axis.output >= 1 else {
      throw InceptError(
        .usage, subject: "arithmetic",
        expected: "expected a window that fits: output = \(SlidingAxis.rule(isTransposed))",
        found: "\(axis.formula) \(name)",
        hint: isTransposed
          ? "the padding of a transposed convolution is cut off its output: take less of it"
          : "take a larger input, more padding, or a kernel that spans less: it spans dilation·(kernel − 1) + 1"
      )
    }
    return axis
  }

  private func padding(_ side: KeyPath<Pair, Int>) throws(InceptError) -> (Int, Int) {
    let kernel = kernel[keyPath: side]
    switch padding {
    case .valid: return (0, 0)
    case .by(let pair):
      let number = pair[keyPath: side]
      guard Limit.padding.contains(number) else {
        throw InceptError(
          .usage, subject: "--padding",
          expected: "expected 0 to \(Limit.padding.upperBound), to be drawn", found: "\(number)")
      }
      return (number, number)
    case .half: return (kernel / 2, kernel / 2)
    case .full: return (kernel - 1, kernel - 1)
    case .same:
      guard !isTransposed else {
        throw InceptError(
          .usage, subject: "--padding same",
          expected: "expected a number of rows and columns for a transposed convolution",
          hint: "frameworks differ in what `same` takes away from its output")
      }
      let window = Window(
        kernel: Spatial(kernel), strides: Spatial(stride[keyPath: side]),
        dilations: Spatial(dilation[keyPath: side]), padding: .same)
      let border = window.border(for: Spatial(input[keyPath: side]))
      return (border.top, border.bottom)
    }
  }
}
