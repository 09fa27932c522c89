/// How windows slide along one axis of an image, as V. Dumoulin and F. Visin draw it ("A guide to convolution arithmetic
/// for deep learning", 2016): a transposed convolution slides by 1 over the input with zeros between its elements, its
/// kernel turned around.
package struct SlidingAxis: Hashable {
  /// Elements of the input.
  package let input: Int
  /// Taps of the kernel.
  package let kernel: Int
  /// Steps between windows.
  package let stride: Int
  /// Padding before the first element.
  let before: Int
  /// Padding after the last element.
  let after: Int
  /// Steps between taps.
  let dilation: Int
  /// Whether the convolution is transposed.
  let isTransposed: Bool
  /// Elements that a transposed convolution adds at the end.
  let outputPadding: Int

  /// What a cell of the input's grid holds.
  enum Cell: Hashable {
    /// The input's element of that number.
    case element(Int)
    /// A zero between two elements.
    case between
    /// A zero around them.
    case around
  }

  /// Cells from a window's first to its last.
  var extent: Int { dilation * (kernel - 1) + 1 }

  /// Number of windows; 0 or less where none fits.
  package var output: Int {
    if isTransposed {
      return (input - 1) * stride + extent + outputPadding - before - after
    }
    let room = input + before + after - extent
    return room < 0 ? 0 : room / stride + 1
  }

  /// Cells of the input with zeros between its elements.
  private var stretched: Int { isTransposed ? (input - 1) * stride + 1 : input }

  /// The cell where window `index` starts; the input's first element is in cell 0.
  func origin(_ index: Int) -> Int {
    isTransposed ? index + before - (extent - 1) : index * stride - before
  }

  /// All cells that are there or that a window reaches.
  var cells: Range<Int> {
    guard isTransposed else { return -before..<(input + after) }
    return min(0, origin(0))..<max(stretched, origin(max(output, 1) - 1) + extent)
  }

  /// What a cell holds.
  func cell(_ place: Int) -> Cell {
    guard (0..<stretched).contains(place) else { return .around }
    guard isTransposed else { return .element(place) }
    return place % stride == 0 ? .element(place / stride) : .between
  }

  /// The tap over a cell of window `index`, by its number in the kernel; nil where there is none.
  func tap(of place: Int, window index: Int) -> Int? {
    let (tap, rest) = (place - origin(index)).quotientAndRemainder(dividingBy: dilation)
    guard rest == 0, (0..<kernel).contains(tap) else { return nil }
    return isTransposed ? kernel - 1 - tap : tap
  }

  /// The number of outputs as a formula of words.
  static func rule(_ isTransposed: Bool) -> String {
    isTransposed
      ? "(input − 1)·stride − 2·padding + dilation·(kernel − 1) + output padding + 1"
      : "floor((input + 2·padding − dilation·(kernel − 1) − 1) / stride) + 1"
  }

  /// The number of outputs as a formula of numbers, with its result.
  package var formula: String {
    let padding = before == after ? "2·\(before)" : "\(before + after)"
    let span = "\(dilation)·(\(kernel) − 1)"
    if isTransposed {
      return
        "(\(input) − 1)·\(stride) − \(padding) + \(span) + \(outputPadding) + 1 = \(Self.text(output))"
    }
    let room = input + before + after - extent
    let result = room < 0 ? -((-room + stride - 1) / stride) + 1 : output
    return "floor((\(input) + \(padding) − \(span) − 1) / \(stride)) + 1 = \(Self.text(result))"
  }

  private static func text(_ number: Int) -> String { number < 0 ? "−\(-number)" : "\(number)" }
}
