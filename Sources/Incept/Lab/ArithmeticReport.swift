import Profiling

/// A small convolution with all its numbers.
public struct ArithmeticReport: Report {
  /// `incept.arithmetic/1`
  public private(set) var schema = "incept.arithmetic/1"
  /// Where it was computed.
  public var device: ReportedDevice
  /// Whether the convolution is transposed.
  public var transposed: Bool
  /// Steps between windows.
  public var strides: [Int]
  /// Rows above, columns to the left, rows below, columns to the right.
  public var pads: [Int]
  /// Steps between taps.
  public var dilations: [Int]
  /// Rows and columns added below and right.
  public var outputPadding: [Int]
  /// How the number of output rows and columns follows.
  public var formula: Formula
  /// Rows of the input.
  public var input: [[Double]]
  /// Rows of the kernel.
  public var kernel: [[Double]]
  /// Rows of the result.
  public var output: [[Double]]
  /// The files that were written.
  public var files: [String]

  /// The formula with the numbers in it, for each axis.
  public struct Formula: Codable, Sendable, Hashable {
    /// Of the rows.
    public var rows: String
    /// Of the columns.
    public var columns: String
  }

  enum CodingKeys: String, CodingKey {
    case schema, device, transposed, strides, pads, dilations
    case outputPadding = "output_padding"
    case formula, input, kernel, output, files
  }

  /// The report for people.
  public func text() -> String {
    var text = ""
    for (name, rows) in [("input", input), ("kernel", kernel), ("output", output)] {
      text += "\(name) \(rows.count)x\(rows.first?.count ?? 0)\n"
      let columns = 1 + (rows.first?.count ?? 0)
      var table = TextTable(
        Array(repeating: (title: "", alignment: TextTable.Alignment.right), count: columns))
      for row in rows { table.add([""] + row.map(ArithmeticPainter.text)) }
      text += table.text()
    }
    text += "output rows = \(formula.rows)\n"
    if formula.rows != formula.columns { text += "output columns = \(formula.columns)\n" }
    text += "computed on \(device.line)\n"
    for file in files { text += "\(file)\n" }
    return text
  }
}

extension ConvolutionArithmetic {
  /// The numbers, and the files that were written.
  public func report(files: [String] = []) -> ArithmeticReport {
    ArithmeticReport(
      device: device, transposed: options.isTransposed, strides: [rows.stride, columns.stride],
      pads: [rows.before, columns.before, rows.after, columns.after],
      dilations: [rows.dilation, columns.dilation],
      outputPadding: [rows.outputPadding, columns.outputPadding],
      formula: .init(rows: rows.formula, columns: columns.formula), input: input, kernel: kernel,
      output: output, files: files)
  }
}
