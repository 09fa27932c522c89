import Operators

/// The same convolution several times, one after the other: `x`, `y1 = x * filter`, `y2 = y1 * filter`, …
public struct FilterChain: Sendable, Hashable {
  /// What is around a picture where the filter reaches beyond its edge.
  public enum Padding: Sendable, Hashable, CustomStringConvertible {
    /// So many zeros at each side.
    case pixels(Int)
    /// As many zeros as make the result `ceil(size / stride)`; an odd rest goes below and right (TensorFlow's SAME).
    case same
    /// Nothing: the filter stays inside.
    case valid

    /// The padding that text names: `same`, `valid` in any case, or a number of pixels; nil for other text.
    public init?(_ text: String) {
      switch text.lowercased() {
      case "same": self = .same
      case "valid": self = .valid
      default:
        guard let pixels = Int(text), (0...FilterChain.largestPadding).contains(pixels) else {
          return nil
        }
        self = .pixels(pixels)
      }
    }

    /// `same`, `valid`, `3`
    public var description: String {
      switch self {
      case .pixels(let count): "\(count)"
      case .same: "same"
      case .valid: "valid"
      }
    }
  }

  /// How often the picture goes through the convolution.
  public var count: Int
  /// Steps from one place of the filter to the next.
  public var stride: Int
  /// Steps from one pixel under the filter to the next.
  public var dilation: Int
  /// What is around the picture.
  public var padding: Padding

  /// Largest padding in pixels.
  static let largestPadding = 1024
  /// Most pixels that a filter may span with its dilation.
  private static let largestExtent = 4096
  private static let largestCount = 32
  private static let largestStride = 1024
  /// Most multiply-adds of a run: some minutes of a slow processor.
  private static let costLimit = 1 << 38

  /// Four convolutions that keep the picture's size, by default.
  public init(count: Int = 4, stride: Int = 1, dilation: Int = 1, padding: Padding = .same) {
    self.count = count
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
  }

  /// `4 convolutions, stride 1, dilation 1, padding same`
  public var summary: String {
    "\(count) convolution\(count == 1 ? "" : "s"), stride \(stride), dilation \(dilation), padding \(padding)"
  }

  /// The graph: inputs `x` `[1, rows, columns, 1]` and `filter` `[rows, columns, 1, 1]`, outputs `x`, `y1`, `y2`, ….
  /// The filter is an input, so that another one needs no new graph.
  ///
  /// - Throws: `.usage` for numbers out of range, for pictures that the filter doesn't fit, and for more work than a
  ///   run should be.
  public func graph(
    picture: (rows: Int, columns: Int), filter: (rows: Int, columns: Int)
  ) throws(InceptError) -> Graph {
    try check(picture: picture, filter: filter)
    var graph = Graph(name: "filter")
    let x = try graph.add(
      Input(TensorType([1, picture.rows, picture.columns, 1])), name: "x")
    let weights = try graph.add(
      Input(TensorType([filter.rows, filter.columns, 1, 1])), name: "filter")
    graph.outputs.append(GraphOutput(name: "x", value: x))
    var value = x
    for number in 1...count {
      value = try graph.add(convolution, [value, weights], name: "y\(number)")
      graph.outputs.append(GraphOutput(name: "y\(number)", value: value))
    }
    return graph
  }

  private var convolution: Conv2D {
    let padding: Operators.Padding =
      switch padding {
      case .pixels(let count): .symmetric(count, count)
      case .same: .same
      case .valid: .valid
      }
    return Conv2D(strides: Spatial(stride), dilations: Spatial(dilation), padding: padding)
  }

  private func check(
    picture: (rows: Int, columns: Int), filter: (rows: Int, columns: Int)
  ) throws(InceptError) {
    try Self.check("repeat", count, 1...Self.largestCount)
    try Self.check("stride", stride, 1...Self.largestStride)
    try Self.check("dilation", dilation, 1...Self.largestExtent)
    if case .pixels(let pixels) = padding {
      try Self.check("padding", pixels, 0...Self.largestPadding)
    }
    let window = convolution.window(weights: [filter.rows, filter.columns, 1, 1])
    let extent = window.extent
    guard max(extent.height, extent.width) <= Self.largestExtent else {
      throw InceptError(
        .usage, subject: "filter \(filter.rows)x\(filter.columns), dilation \(dilation)",
        expected: "expected at most \(Self.largestExtent) pixels from end to end",
        found: "\(max(extent.height, extent.width))")
    }
    var size = Spatial(picture.rows, picture.columns)
    var cost = 0.0
    for number in 1...count {
      guard let next = window.positions(over: size) else {
        throw InceptError(
          .usage, subject: "convolution \(number)",
          expected: "expected a picture of at least \(extent) with its padding", found: "\(size)",
          hint: "choose --padding same, a smaller filter, or fewer convolutions with --repeat")
      }
      size = next
      cost += Double(size.height) * Double(size.width) * Double(filter.rows * filter.columns)
    }
    guard cost <= Double(Self.costLimit) else {
      throw InceptError(
        .usage, subject: "filter \(filter.rows)x\(filter.columns)",
        expected: "expected at most \(Self.costLimit >> 30)·2^30 multiply-adds",
        found: "\(Int(min(cost, 1e18)) >> 30)·2^30",
        hint: "choose a smaller filter, or a smaller part of the picture with --crop")
    }
  }

  private static func check(
    _ name: String, _ value: Int, _ range: ClosedRange<Int>
  ) throws(InceptError) {
    guard range.contains(value) else {
      throw InceptError(
        .usage, subject: name, expected: "expected \(range.lowerBound) to \(range.upperBound)",
        found: "\(value)")
    }
  }
}
