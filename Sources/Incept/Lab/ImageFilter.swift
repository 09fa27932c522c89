import Filters

/// A filter for grey pictures: a matrix that is moved over a picture, with a name.
///
/// Filters have names (`gabor`, `identity:3,-2`, `random:7`), are written as numbers (`0 1 0; 1 -4 1; 0 1 0`), or are
/// in a CSV or NPY file; `docs/filters.md` has their formulas.
public struct ImageFilter: Sendable, Hashable {
  /// What it is called in pictures and reports.
  public private(set) var name: String
  /// Degrees by which it was turned in all.
  public private(set) var rotation = 0.0
  /// What it was multiplied by in all.
  public private(set) var scale = 1.0
  private var matrix: FilterMatrix

  /// The size of filters that have any size.
  public static let defaultSize = 30
  /// The names that filters have.
  public static var names: [String] { NamedFilter.names }

  /// A filter by its name, by its numbers or from a file.
  ///
  /// - Parameters:
  ///   - text: A name (``names``), rows of numbers (`0 1 0; 1 -4 1; 0 1 0`), or a CSV or NPY file.
  ///   - size: Rows and columns of a filter with a name, 1 to 1,024; nil is ``defaultSize``, or the filter's own.
  /// - Throws: `.usage` for what is neither name nor numbers nor a file, or has no such size; `.badData` for a file
  ///   without a matrix of finite numbers.
  public init(_ text: String, size: Int? = nil) throws(InceptError) {
    if let named = try NamedFilter(text) {
      if let fixed = named.fixedSize, let size, size != fixed {
        throw Self.fixed(text, "\(fixed)x\(fixed)", size)
      }
      self.init(try named.matrix(size: size ?? Self.defaultSize), name: text)
      return
    }
    let isInline = FilterMatrix.isInline(text)
    let found = try isInline ? FilterMatrix(inline: text) : Self.read(text)
    if let size { throw Self.fixed(text, "\(found.columns)x\(found.rows)", size) }
    let file = text.split(separator: "/").last.map(String.init) ?? text
    self.init(found, name: isInline ? "matrix" : file)
  }

  /// A filter of given numbers, row by row. There must be `rows × columns` of them.
  ///
  /// - Throws: `.usage` for another number of values, for more than 1,024 rows or columns, and for values that are not
  ///   finite.
  public init(
    rows: Int, columns: Int, values: [Double], name: String = "matrix"
  ) throws(InceptError) {
    let sides = 1...FilterMatrix.largestSide
    guard sides.contains(rows), sides.contains(columns), values.count == rows * columns,
      values.allSatisfy({ Float($0).isFinite })
    else {
      throw InceptError(
        .usage, subject: "filter '\(name)'",
        expected: "expected 1 to \(FilterMatrix.largestSide) rows and columns of finite numbers",
        found: "\(values.count) for \(rows)x\(columns)")
    }
    self.init(FilterMatrix(rows: rows, columns: columns, values: values), name: name)
  }

  init(_ matrix: FilterMatrix, name: String) {
    self.matrix = matrix
    self.name = name
  }

  private static func read(_ text: String) throws(InceptError) -> FilterMatrix {
    do throws(InceptError) {
      return try FilterMatrix(path: text)
    } catch {
      // A misspelt name is no file; a misspelt file has an ending or a folder.
      guard error.category == .noInput, !text.contains("/"), !text.contains(".") else {
        throw error
      }
      let name = text.split(separator: ":").first.map(String.init) ?? text
      let close = CloseMatches.of(name, among: names)
      throw InceptError(
        .usage, subject: "filter '\(text)'",
        expected:
          "expected \(names.joined(separator: ", ")), a CSV or NPY file, or rows of numbers",
        hint: close.isEmpty
          ? "rows of numbers look so: \"0 1 0; 1 -4 1; 0 1 0\""
          : "did you mean \(close.joined(separator: ", "))?")
    }
  }

  private static func fixed(_ text: String, _ own: String, _ size: Int) -> InceptError {
    InceptError(
      .usage, subject: "filter '\(text)'", expected: "expected no size, as the filter is \(own)",
      found: "\(size)")
  }

  /// Number of rows.
  public var rows: Int { matrix.rows }
  /// Number of columns.
  public var columns: Int { matrix.columns }
  /// The numbers, row by row from the top.
  public var values: [Double] { matrix.values }
  /// The numbers as a convolution takes them: `[rows, columns, 1, 1]`.
  public var tensor: HostTensor {
    HostTensor(shape: [rows, columns, 1, 1], floats: values.map { Float($0) })
  }

  /// The filter turned counterclockwise, in the same rows and columns: a cubic spline between the numbers, zeros
  /// outside, as `scipy.ndimage.rotate(reshape=False)` does it.
  ///
  /// - Throws: `.usage` for an angle that is not finite.
  public func rotated(by degrees: Double) throws(InceptError) -> ImageFilter {
    guard degrees.isFinite else {
      throw InceptError(
        .usage, subject: "rotation", expected: "expected a finite angle", found: "\(degrees)")
    }
    guard degrees != 0 else { return self }
    var copy = self
    copy.matrix = matrix.rotated(byDegrees: degrees)
    copy.rotation += degrees
    return copy
  }

  /// The filter times a number, which may be negative.
  ///
  /// - Throws: `.usage` for a factor beyond what float32 holds.
  public func scaled(by factor: Double) throws(InceptError) -> ImageFilter {
    guard values.allSatisfy({ Float($0 * factor).isFinite }), factor.isFinite else {
      throw InceptError(
        .usage, subject: "scale", expected: "expected a factor that float32 can hold",
        found: "\(factor)")
    }
    guard factor != 1 else { return self }
    var copy = self
    copy.matrix = matrix.scaled(by: factor)
    copy.scale *= factor
    return copy
  }

  /// `gabor 30x30, rotated 45°, times -1`: columns and rows, as sizes of pictures are told.
  public var summary: String {
    var text = "\(name) \(columns)x\(rows)"
    if rotation != 0 { text += ", rotated \(NumberWords.short(rotation))°" }
    if scale != 1 { text += ", times \(NumberWords.short(scale))" }
    return text
  }
}
