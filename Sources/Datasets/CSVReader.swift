import TensorCore
import WireFormats

/// Reads images as comma-separated numbers, a line each: the pixels of a square grey image row by row, and its class in
/// front of them or behind them.
struct CSVReader {
  private let name: String
  private let options: DatasetOptions
  private var labelIsFirst: Bool
  /// Whether the file or the caller says where the class is.
  private var labelIsKnown: Bool
  private var columns = 0
  private var side = 0
  private var labels: [Int] = []
  private var lines: [Int32] = []
  private var bytes: [UInt8] = []
  private var floats: [Float]?
  private var hasFractions = false
  private var largest: Float = 0

  /// Whether a byte separates fields: a comma, a semicolon or a tab.
  private static func isSeparator(_ byte: UInt8) -> Bool {
    byte == 0x2C || byte == 0x3B || byte == 0x09
  }

  /// Reads a file.
  static func read(
    _ path: String, _ options: DatasetOptions
  ) throws(InceptError) -> LabelledImages {
    try read(ByteStream(path: path), options)
  }

  /// Reads what a stream has.
  static func read(
    _ stream: ByteStream, _ options: DatasetOptions
  ) throws(InceptError) -> LabelledImages {
    var reader = CSVReader(stream.name, options)
    var lines = LineReader(stream)
    var first: [Float] = []
    while try lines.next({ (line, number) throws(InceptError) in
      try reader.add(line, number, &first)
    }) {}
    return try reader.images()
  }

  private init(_ path: String, _ options: DatasetOptions) {
    name = path
    self.options = options
    labelIsFirst = options.labelColumn == .first
    labelIsKnown = options.labelColumn != .auto
  }

  // MARK: A line

  private mutating func add(
    _ line: UnsafeRawBufferPointer, _ number: Int, _ values: inout [Float]
  ) throws(InceptError) {
    var line = line
    if number == 1 {
      if line.starts(with: [0xEF, 0xBB, 0xBF]) {
        line = UnsafeRawBufferPointer(rebasing: line[3...])
      }
      if isTitle(line) { return try readTitle(line) }
    }
    guard line.contains(where: { $0 != 0x20 }) else { return }
    let place = "\(name), line \(number)"
    values.removeAll(keepingCapacity: true)
    var start = 0
    while start <= line.count {
      let rest = UnsafeRawBufferPointer(rebasing: line[start...])
      let length = rest.firstIndex(where: Self.isSeparator) ?? rest.count
      let field = UnsafeRawBufferPointer(rebasing: rest[..<length])
      guard let value = Self.number(field) else {
        throw bad("\(place), column \(values.count + 1)", "a number from 0", field)
      }
      guard values.count <= DatasetLimits.side * DatasetLimits.side else {
        throw InceptError(
          .badData, subject: place,
          expected: "expected at most \(DatasetLimits.side * DatasetLimits.side) pixels",
          found: "more")
      }
      values.append(value)
      start += length + 1
    }
    try setColumns(values.count, place)
    try append(values, place, number)
  }

  /// The first line sets how many columns every line has.
  private mutating func setColumns(_ count: Int, _ place: String) throws(InceptError) {
    if columns == 0 {
      side = Int(Double(count - 1).squareRoot().rounded())
      guard count > 1, side * side == count - 1 else {
        throw InceptError(
          .badData, subject: place,
          expected: "expected a class and the pixels of a square image, as 65 or 785 columns",
          found: "\(count)")
      }
      columns = count
    }
    guard count == columns else {
      throw InceptError(
        .badData, subject: place, expected: "expected \(columns) columns, as in the lines before",
        found: "\(count)")
    }
  }

  private mutating func append(
    _ values: [Float], _ place: String, _ number: Int
  ) throws(InceptError) {
    guard labels.count < DatasetLimits.images, let line = Int32(exactly: number) else {
      throw InceptError(
        .badData, subject: place, expected: "expected at most \(DatasetLimits.images) images",
        found: "more")
    }
    let labelColumn = labelIsFirst ? 0 : values.count - 1
    let label = values[labelColumn]
    guard label == label.rounded(), label < Float(DatasetLimits.classes) else {
      throw InceptError(
        .badData, subject: "\(place), column \(labelColumn + 1)",
        expected:
          "expected a class, a whole number from 0 to \(DatasetLimits.classes - 1), as \(labelIsFirst ? "first" : "last") column",
        found: "\(label)",
        hint: "--label first and --label last say where lines have the class")
    }
    let pixels = labelIsFirst ? values.dropFirst() : values.dropLast()
    let limit = options.maximum ?? 255
    for (offset, value) in pixels.enumerated() {
      guard value <= limit else {
        throw InceptError(
          .badData, subject: "\(place), column \(offset + (labelIsFirst ? 2 : 1))",
          expected: "expected pixels from 0 to \(Self.text(limit))", found: Self.text(value),
          hint: options.maximum == nil ? "--maximum says what full brightness is" : nil)
      }
      largest = max(largest, value)
      hasFractions = hasFractions || value != value.rounded()
    }
    labels.append(Int(label))
    lines.append(line)
    if floats == nil {
      if !hasFractions, largest <= 255 {
        for value in pixels { bytes.append(UInt8(value)) }
      } else {
        floats = bytes.map(Float.init)
        bytes = []
      }
    }
    floats?.append(contentsOf: pixels)
    let size = floats.map { 4 * $0.count } ?? bytes.count
    guard size <= DatasetLimits.bytes else {
      throw InceptError(
        .badData, subject: place,
        expected: "expected at most \(DatasetLimits.bytes) bytes of pixels", found: "more")
    }
  }

  // MARK: The title line

  /// Whether a line has the names of columns: the first and the last are no numbers.
  private func isTitle(_ line: UnsafeRawBufferPointer) -> Bool {
    let fields = line.split(omittingEmptySubsequences: false, whereSeparator: Self.isSeparator)
    guard fields.count > 1, let first = fields.first, let last = fields.last else { return false }
    return [first, last].allSatisfy { field in
      let letters = String(decoding: field, as: UTF8.self).lowercased().filter { $0.isLetter }
      // These pass for numbers elsewhere.
      return !["", "e", "nan", "inf", "infinity"].contains(letters)
    }
  }

  private mutating func readTitle(_ line: UnsafeRawBufferPointer) throws(InceptError) {
    let fields = line.split(omittingEmptySubsequences: false, whereSeparator: Self.isSeparator)
    func isLabel(_ field: Slice<UnsafeRawBufferPointer>?) -> Bool {
      let text = String(decoding: field ?? line[..<0], as: UTF8.self)
        .lowercased().filter { $0.isLetter }
      return ["label", "labels", "class", "target", "digit"].contains(text)
    }
    guard options.labelColumn == .auto else { return }
    let (isFirst, isLast) = (isLabel(fields.first), isLabel(fields.last))
    if isFirst != isLast {
      labelIsFirst = isFirst
      labelIsKnown = true
    }
  }

  // MARK: The result

  private func images() throws(InceptError) -> LabelledImages {
    guard let most = labels.max() else {
      throw InceptError(
        .badData, subject: name, expected: "expected lines of numbers", found: "none")
    }
    if !labelIsKnown, labels.count > 1, labels.allSatisfy({ $0 == most }) {
      throw InceptError(
        .badData, subject: name, expected: "expected more than one class in the last column",
        found: "only \(most)",
        hint: "--label first says that lines start with the class; --label last, that they don't")
    }
    let maximum = options.maximum ?? guessedMaximum
    return LabelledImages(
      name: name, shape: ImageShape(height: side, width: side, channels: 1), labels: labels,
      classNames: (0...most).map(String.init), maximum: maximum,
      samples: floats.map { .floats($0) } ?? .bytes(bytes),
      origins: .lines(file: name, lines))
  }

  private var guessedMaximum: Float {
    if hasFractions, largest <= 1 { return 1 }
    return side == 8 && largest <= 16 ? 16 : 255
  }

  // MARK: Numbers

  /// A number that is not negative and finite; nil for everything else.
  private static func number(_ field: UnsafeRawBufferPointer) -> Float? {
    var (start, end) = (0, field.count)
    while start < end, field[start] == 0x20 { start += 1 }
    while end > start, field[end - 1] == 0x20 { end -= 1 }
    guard start < end, end - start <= 64 else { return nil }
    var whole = 0
    if end - start <= 7 {
      var isWhole = true
      for place in start..<end {
        let digit = field[place]
        guard (0x30...0x39).contains(digit) else {
          isWhole = false
          break
        }
        whole = 10 * whole + Int(digit - 0x30)
      }
      if isWhole { return Float(whole) }
    }
    let allowed: Set<UInt8> = [0x2B, 0x2D, 0x2E, 0x45, 0x65]
    let part = field[start..<end]
    guard part.allSatisfy({ (0x30...0x39).contains($0) || allowed.contains($0) }),
      let value = Float(String(decoding: part, as: UTF8.self)), value.isFinite, value >= 0
    else { return nil }
    return value
  }

  private static func text(_ value: Float) -> String {
    value == value.rounded() && value < 1e7 ? "\(Int(value))" : "\(value)"
  }

  private func bad(
    _ place: String, _ what: String, _ field: UnsafeRawBufferPointer
  ) -> InceptError {
    let text = String(decoding: field.prefix(80), as: UTF8.self).printable(limit: 40)
    return InceptError(
      .badData, subject: place, expected: "expected \(what)",
      found: text.isEmpty ? "nothing" : "'\(text)'")
  }
}
