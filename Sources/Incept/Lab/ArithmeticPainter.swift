import Drawing
import Foundation

/// Draws one window of a convolution: input, kernel and output side by side, and below them the sum that it is.
struct ArithmeticPainter {
  private let arithmetic: ConvolutionArithmetic
  private let rows: SlidingAxis
  private let columns: SlidingAxis
  /// A cell's side in points.
  private let cell: Double

  private static let gap = 52.0
  private static let head = 66.0
  private static let caption = 20.0
  private static let cells = 20.0...44.0
  private static let leastWidth = 560.0
  /// Most rows and columns of a kernel whose sum is written out.
  private static let written = (rows: 5, columns: 7)

  private static let small = TextStyle(size: 9.5, colour: .faint)
  private static let label = TextStyle(size: 10.5, isBold: true)
  private static let sum = TextStyle(size: 11)

  private static let element = Colour(0xD6EAF6)
  private static let elementEdge = Colour(0x9CC7E2)
  private static let covered = Colour(0xFBD49B)
  private static let coveredZero = Colour(0xFDEBD0)
  private static let tap = Colour(0x8F3A00)
  private static let computed = Colour(0xD3EFE2)
  private static let computedEdge = Colour(0x8CCFB4)
  private static let current = Colour(0x83D3B2)

  init(_ arithmetic: ConvolutionArithmetic) {
    self.arithmetic = arithmetic
    rows = arithmetic.rows
    columns = arithmetic.columns
    let across = columns.cells.count + columns.kernel + columns.output
    let down = max(rows.cells.count, rows.kernel, rows.output)
    let fitting = min(900 / Double(across), 640 / Double(down))
    cell = min(max(fitting, Self.cells.lowerBound), Self.cells.upperBound)
  }

  /// The picture of window `step`.
  func canvas(step: Int) throws(InceptError) -> Canvas {
    let sizes = [columns.cells.count, columns.kernel, columns.output].map { Double($0) * cell }
    let content = sizes.reduce(2 * Self.gap, +)
    let tallest = Double(max(rows.cells.count, rows.kernel, rows.output)) * cell
    let lines = sumLines(step)
    let foot = 24 + Double(lines.count + 1) * 17
    var canvas = try Canvas(
      width: max(content, Self.leastWidth) + 2 * Canvas.margin,
      height: 2 * Canvas.margin + Self.head + Self.caption + tallest + foot, title: title)
    try drawHead(on: &canvas)
    var left = (canvas.width - content) / 2
    let middle = Canvas.margin + Self.head + Self.caption + tallest / 2
    func top(_ count: Int) -> Double { middle - Double(count) * cell / 2 }
    let (row, column) = step.quotientAndRemainder(dividingBy: columns.output)

    try drawInput(row, column, at: Point(left, top(rows.cells.count)), on: &canvas)
    left += sizes[0]
    try canvas.text("∗", at: Point(left + Self.gap / 2, middle + 8), Self.sign, .middle)
    left += Self.gap
    try drawKernel(at: Point(left, top(rows.kernel)), on: &canvas)
    left += sizes[1]
    try canvas.text("=", at: Point(left + Self.gap / 2, middle + 8), Self.sign, .middle)
    left += Self.gap
    try drawOutput(step, at: Point(left, top(rows.output)), on: &canvas)

    var baseline = Canvas.margin + Self.head + Self.caption + tallest + 30
    try canvas.text(
      "window \(step + 1) of \(arithmetic.stepCount): output row \(row + 1), column \(column + 1)",
      at: Point(canvas.width / 2, baseline), Self.label, .middle)
    for line in lines {
      baseline += 17
      try canvas.text(
        line, at: Point(canvas.width / 2, baseline), Self.sum, .middle,
        width: canvas.width - 2 * Canvas.margin)
    }
    return canvas
  }

  private static let sign = TextStyle(size: 22, colour: .faint)

  private var title: String {
    arithmetic.options.isTransposed ? "Transposed convolution" : "Convolution"
  }

  private func drawHead(on canvas: inout Canvas) throws(InceptError) {
    let place = Canvas.margin
    let width = canvas.width - 2 * Canvas.margin
    try canvas.text(title, at: Point(place, place + 13), .heading, width: width)
    var parts = [
      "input \(rows.input)×\(columns.input)", "kernel \(rows.kernel)×\(columns.kernel)",
      "stride \(Self.pair(rows.stride, columns.stride))", "padding \(padding)",
      "dilation \(Self.pair(rows.dilation, columns.dilation))",
    ]
    if rows.outputPadding + columns.outputPadding > 0 {
      parts.append("output padding \(Self.pair(rows.outputPadding, columns.outputPadding))")
    }
    try canvas.text(
      parts.joined(separator: ", "), at: Point(place, place + 31), Self.small, width: width)
    let formulas = rows == columns ? [("output", rows)] : [("rows", rows), ("columns", columns)]
    for (index, (name, axis)) in formulas.enumerated() {
      try canvas.text(
        "\(name) = \(axis.formula)", at: Point(place, place + 45 + 14 * Double(index)), Self.small,
        width: width)
    }
  }

  private static func pair(_ height: Int, _ width: Int) -> String {
    height == width ? "\(height)" : "\(height)×\(width)"
  }

  private var padding: String {
    func text(_ axis: SlidingAxis) -> String {
      axis.before == axis.after ? "\(axis.before)" : "\(axis.before)+\(axis.after)"
    }
    let (down, across) = (text(rows), text(columns))
    return down == across ? down : "\(down)×\(across)"
  }

  // MARK: the three grids

  private func square(_ row: Int, _ column: Int, from corner: Point) -> Rectangle {
    Rectangle(
      x: corner.x + Double(column) * cell, y: corner.y + Double(row) * cell, width: cell,
      height: cell)
  }

  private func caption(
    _ text: String, over corner: Point, columns count: Int, on canvas: inout Canvas
  ) throws(InceptError) {
    try canvas.text(
      text, at: Point(corner.x + Double(count) * cell / 2, corner.y - 8), Self.label, .middle,
      width: Double(count) * cell + Self.gap - 6)
  }

  private func number(
    _ value: Double, in square: Rectangle, _ colour: Colour, isBold: Bool = false,
    on canvas: inout Canvas
  ) throws(InceptError) {
    let style = try style(for: value, isBold: isBold, colour, on: canvas)
    try canvas.text(
      Self.text(value), at: Point(square.x + cell / 2, square.y + cell / 2 + 0.36 * style.size),
      style, .middle)
  }

  /// As large as the cell allows.
  private func style(
    for value: Double, isBold: Bool, _ colour: Colour, on canvas: Canvas
  ) throws(InceptError) -> TextStyle {
    let usual = TextStyle(size: 0.42 * cell, isBold: isBold, colour: colour)
    let width = try canvas.width(of: Self.text(value), usual)
    guard width > 0.86 * cell else { return usual }
    return TextStyle(size: usual.size * 0.86 * cell / width, isBold: isBold, colour: colour)
  }

  /// Whole numbers as such, others with two decimals.
  static func text(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "?" }
    let text = value == value.rounded() ? "\(Int(value))" : String(format: "%.2f", value)
    return text.replacingOccurrences(of: "-", with: "−")
  }

  private func drawInput(
    _ row: Int, _ column: Int, at corner: Point, on canvas: inout Canvas
  ) throws(InceptError) {
    let between = arithmetic.options.isTransposed && rows.stride * columns.stride > 1
    try caption(
      between ? "input, zeros between" : "input", over: corner, columns: columns.cells.count,
      on: &canvas)
    for (y, down) in rows.cells.enumerated() {
      for (x, across) in columns.cells.enumerated() {
        let square = square(y, x, from: corner)
        let taps = (rows.tap(of: down, window: row), columns.tap(of: across, window: column))
        let value = arithmetic.value(down, across)
        var fill = value == nil ? Colour.paper : Self.element
        if taps.0 != nil, taps.1 != nil {
          fill = value == nil ? Self.coveredZero : Self.covered
        }
        let isAround = rows.cell(down) == .around || columns.cell(across) == .around
        canvas.rectangle(
          square, fill: fill, stroke: isAround ? nil : value == nil ? .rule : Self.elementEdge,
          width: 0.8)
        if isAround { dashes(around: square, on: &canvas) }
        guard let tapRow = taps.0, let tapColumn = taps.1 else {
          try number(value ?? 0, in: square, value == nil ? Self.pale : .ink, on: &canvas)
          continue
        }
        // Up and left, to leave a corner to the weight.
        var moved = square
        moved.x -= 0.13 * cell
        moved.y -= 0.1 * cell
        try number(value ?? 0, in: moved, value == nil ? .faint : .ink, on: &canvas)
        try canvas.text(
          Self.text(arithmetic.kernel[tapRow][tapColumn]),
          at: Point(square.right - 0.09 * cell, square.bottom - 0.11 * cell),
          TextStyle(size: 0.3 * cell, isBold: true, colour: Self.tap), .end)
      }
    }
    let window = Rectangle(
      x: corner.x + Double(columns.origin(column) - columns.cells.lowerBound) * cell,
      y: corner.y + Double(rows.origin(row) - rows.cells.lowerBound) * cell,
      width: Double(columns.extent) * cell, height: Double(rows.extent) * cell)
    canvas.rectangle(window, stroke: .vermillion, width: 2)
  }

  private static let pale = Colour(0x8A8A8A)

  /// A broken line around a cell: what is in it was not in the input.
  private func dashes(around square: Rectangle, on canvas: inout Canvas) {
    let count = 4
    let part = cell / Double(count)
    let colour = Colour(0xB9B9B9)
    for index in 0..<count {
      let from = (Double(index) + 0.25) * part
      let to = from + part / 2
      for y in [square.y, square.bottom] {
        canvas.line([Point(square.x + from, y), Point(square.x + to, y)], colour, width: 0.6)
      }
      for x in [square.x, square.right] {
        canvas.line([Point(x, square.y + from), Point(x, square.y + to)], colour, width: 0.6)
      }
    }
  }

  private func drawKernel(at corner: Point, on canvas: inout Canvas) throws(InceptError) {
    try caption("kernel", over: corner, columns: columns.kernel, on: &canvas)
    for y in 0..<rows.kernel {
      for x in 0..<columns.kernel {
        let square = square(y, x, from: corner)
        canvas.rectangle(square, fill: Self.covered, stroke: .orange, width: 0.8)
        try number(
          arithmetic.kernel[y][x], in: square, Self.tap, isBold: true, on: &canvas)
      }
    }
    guard arithmetic.options.isTransposed else { return }
    try canvas.text(
      "slides turned by 180°",
      at: Point(
        corner.x + Double(columns.kernel) * cell / 2, corner.y + Double(rows.kernel) * cell + 14),
      Self.small, .middle)
  }

  private func drawOutput(
    _ step: Int, at corner: Point, on canvas: inout Canvas
  ) throws(InceptError) {
    try caption(
      "output \(rows.output)×\(columns.output)", over: corner, columns: columns.output, on: &canvas)
    for index in 0..<arithmetic.stepCount {
      let (y, x) = index.quotientAndRemainder(dividingBy: columns.output)
      let square = square(y, x, from: corner)
      let fill = index < step ? Self.computed : index == step ? Self.current : .paper
      canvas.rectangle(
        square, fill: fill, stroke: index <= step ? Self.computedEdge : .rule, width: 0.8)
      guard index <= step else { continue }
      try number(
        arithmetic.output[y][x], in: square, .ink, isBold: index == step, on: &canvas)
    }
    let (y, x) = step.quotientAndRemainder(dividingBy: columns.output)
    canvas.rectangle(square(y, x, from: corner), stroke: .green, width: 2)
  }

  // MARK: the sum

  /// The window's sum, a line for each row of the kernel.
  private func sumLines(_ step: Int) -> [String] {
    let (row, column) = step.quotientAndRemainder(dividingBy: columns.output)
    let result = Self.text(arithmetic.output[row][column])
    guard rows.kernel <= Self.written.rows, columns.kernel <= Self.written.columns else {
      return ["sum of \(rows.kernel * columns.kernel) products = \(result)"]
    }
    var lines = arithmetic.products(row, column).map { line in
      line.map { "\(Self.text($0.value))·\(Self.text($0.weight))" }.joined(separator: " + ")
    }
    for index in lines.indices.dropLast() { lines[index] += " +" }
    lines[lines.count - 1] += " = \(result)"
    return lines
  }
}

extension ConvolutionArithmetic {
  /// The input's element in a cell of its grid; nil for a zero that was put there.
  func value(_ row: Int, _ column: Int) -> Double? {
    guard case .element(let y) = rows.cell(row), case .element(let x) = columns.cell(column) else {
      return nil
    }
    return input[y][x]
  }

  /// What the window of an output multiplies, in rows.
  package func products(_ row: Int, _ column: Int) -> [[(value: Double, weight: Double)]] {
    rows.cells.compactMap { down in
      guard let y = rows.tap(of: down, window: row) else { return nil }
      return columns.cells.compactMap { across in
        guard let x = columns.tap(of: across, window: column) else { return nil }
        return (value(down, across) ?? 0, kernel[y][x])
      }
    }
  }
}
