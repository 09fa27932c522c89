import TensorCore

extension FilterMatrix {
  /// Largest file of numbers as text, in bytes.
  static let largestTextFile = 32 << 20

  /// The filter that text has: rows between `;` or line ends, numbers between spaces or commas.
  /// `"0 1 0; 1 -4 1; 0 1 0"`.
  ///
  /// - Throws: `.usage` for anything else, naming row and number.
  package init(inline text: String) throws(InceptError) {
    let shown = text.count > 60 ? text.prefix(60) + "…" : text[...]
    let lines = text.split(omittingEmptySubsequences: false) { $0 == ";" || $0.isNewline }
    let reader = NumberRows(
      subject: "filter '\(shown)'", category: .usage, unit: "row",
      isSeparator: { ",\t ".contains($0) })
    self = try reader.matrix(lines.map(String.init))
  }

  /// Whether text is meant as numbers rather than a name or a file: it has rows, or starts as a number does.
  package static func isInline(_ text: String) -> Bool {
    let words = text.split { " ,;\t\n\r".contains($0) }
    guard let first = words.first else { return false }
    return Double(first) != nil && (words.count > 1 || text.contains(";")) || Double(text) != nil
  }

  /// The filter in a file: an NPY array with two axes (or four, as `[rows, columns, 1, 1]`), or else text with a
  /// row a line and numbers between commas, semicolons, tabs or spaces; `#` starts a remark.
  ///
  /// - Throws: `.noInput` or `.ioError` for an unreadable file; `.badData` for other content, naming the line.
  package init(path: String) throws(InceptError) {
    let storage = try FileAccess.read(path: path, limit: Self.largestTextFile)
    defer { withExtendedLifetime(storage) {} }
    try self.init(
      bytes: UnsafeRawBufferPointer(start: storage.baseAddress, count: storage.byteCount),
      name: path)
  }

  /// The filter that the bytes of such a file hold; `name` is the subject of errors.
  package init(bytes: UnsafeRawBufferPointer, name path: String) throws(InceptError) {
    if bytes.prefix(6).elementsEqual([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) {
      self = try Self.array(NPY.decode(Array(bytes), name: path), path)
      return
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw InceptError(
        .badData, subject: path, expected: "expected an NPY array, or numbers as text",
        found: "other content")
    }
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
      String($0.prefix { $0 != "#" })
    }
    let reader = NumberRows(
      subject: path, category: .badData, unit: "line", isSeparator: { ",;\t ".contains($0) })
    self = try reader.matrix(lines)
  }

  private static func array(_ tensor: HostTensor, _ path: String) throws(InceptError)
    -> FilterMatrix
  {
    let shape = tensor.shape
    let isMatrix = shape.rank == 2 || (shape.rank == 4 && shape[2] == 1 && shape[3] == 1)
    guard isMatrix, (1...largestSide).contains(shape[0]), (1...largestSide).contains(shape[1])
    else {
      throw InceptError(
        .badData, subject: path,
        expected: "expected an array of 1 to \(largestSide) rows and columns", found: "\(shape)")
    }
    let values = tensor.floats().map(Double.init)
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw InceptError(
        .badData, subject: path, expected: "expected finite numbers",
        found: "\(values[place]) in row \(place / shape[1] + 1), column \(place % shape[1] + 1)")
    }
    return FilterMatrix(rows: shape[0], columns: shape[1], values: values)
  }
}

/// Numbers as text, row by row.
private struct NumberRows {
  let subject: String
  let category: InceptError.Category
  /// What a row is called: `line`, `row`.
  let unit: String
  let isSeparator: (Character) -> Bool

  /// The numbers of all rows that have any.
  func matrix(_ lines: [String]) throws(InceptError) -> FilterMatrix {
    var values: [Double] = []
    var columns = 0
    var rows = 0
    for (number, line) in lines.enumerated() {
      let words = line.split(whereSeparator: isSeparator)
      guard !words.isEmpty else { continue }
      if rows == 0 { columns = words.count }
      guard words.count == columns else {
        throw bad(number, "expected \(columns) numbers, as in the first", "\(words.count)")
      }
      guard columns <= FilterMatrix.largestSide, rows < FilterMatrix.largestSide else {
        throw bad(
          number, "expected at most \(FilterMatrix.largestSide) rows and columns", "more")
      }
      for word in words {
        guard !word.utf8.contains(0), let value = Double(word), Float(value).isFinite else {
          throw bad(number, "expected numbers", "'\(word.prefix(40))'")
        }
        values.append(value)
      }
      rows += 1
    }
    guard rows > 0 else {
      throw InceptError(category, subject: subject, expected: "expected numbers", found: "none")
    }
    return FilterMatrix(rows: rows, columns: columns, values: values)
  }

  private func bad(_ index: Int, _ expectation: String, _ found: String) -> InceptError {
    InceptError(
      category, subject: "\(subject), \(unit) \(index + 1)", expected: expectation, found: found)
  }
}
