import TensorCore

/// How data is read.
package struct DatasetOptions: Sendable {
  /// Where lines of a CSV file have the class.
  package enum LabelColumn: String, Sendable, CaseIterable {
    /// Where the title line says, else last.
    case auto
    /// Before the pixels.
    case first
    /// Behind the pixels.
    case last
  }

  /// Where lines of a CSV file have the class.
  package var labelColumn: LabelColumn
  /// The number that stands for full brightness in a CSV file; nil guesses: 1 where there are fractions and nothing is
  /// above 1, 16 for 8x8 where nothing is above 16, else 255.
  package var maximum: Float?
  /// The size that pictures of a folder are resized to; nil expects them to be of one size.
  package var size: (height: Int, width: Int)?
  /// How many channels pictures of a folder get, 1 or 3; nil keeps them grey where all of them are.
  package var channels: Int?

  /// Creates options.
  package init(
    labelColumn: LabelColumn = .auto, maximum: Float? = nil,
    size: (height: Int, width: Int)? = nil, channels: Int? = nil
  ) {
    self.labelColumn = labelColumn
    self.maximum = maximum
    self.size = size
    self.channels = channels
  }

  /// Refuses options that mean nothing for a source, and sizes that no picture may have.
  ///
  /// - Parameter name: What the caller calls the data.
  /// - Throws: `.usage` that names the option.
  package func check(fits source: DatasetReader.Source, _ name: String) throws(InceptError) {
    func refuse(_ option: String, _ expected: String) throws(InceptError) {
      throw InceptError(
        .usage, subject: option, expected: "expected \(expected)",
        found: "\(name), which is \(source.kind)")
    }
    let isCSV = if case .csv = source { true } else { false }
    if !isCSV {
      if labelColumn != .auto { try refuse("--label", "a CSV file") }
      if maximum != nil { try refuse("--maximum", "a CSV file") }
    }
    guard let size else { return }
    guard case .folder = source else { return try refuse("--size", "a folder of pictures") }
    let sides = 1...DatasetLimits.side
    guard sides.contains(size.height), sides.contains(size.width) else {
      throw InceptError(
        .usage, subject: "--size", expected: "expected sides of 1 to \(DatasetLimits.side) pixels",
        found: "\(size.height)x\(size.width)")
    }
  }
}

extension DatasetReader.Source {
  /// What it is in words.
  fileprivate var kind: String {
    switch self {
    case .folder: "a folder of pictures"
    case .idx: "IDX files"
    case .csv: "a CSV file"
    }
  }
}

/// What is refused, so that a small or hostile file can't ask for much memory or time.
package enum DatasetLimits {
  /// Most images of a set.
  package static let images = 20_000_000
  /// Most classes of a set.
  package static let classes = 65_536
  /// Longest side of an image in pixels.
  package static let side = 8_192
  /// Largest set in memory, in bytes of pixels.
  package static let bytes = 4 << 30
  /// Longest line of a CSV file, in bytes.
  package static let lineBytes = 4 << 20
  /// Largest list of rows, in bytes.
  package static let listBytes = 64 << 20
}
