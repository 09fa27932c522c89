import Foundation
import TensorCore
import WireFormats

/// Lists of rows of a set, counted from 0, in files.
package enum RowList {
  /// The rows that a file lists: whole numbers with commas, spaces or line ends between them, or a JSON document that is a
  /// list, or has one called `validation_rows`, `test_rows` or `rows`.
  ///
  /// - Throws: `.noInput`, `.ioError`; `.badData` that names the line of what is no row.
  package static func read(_ path: String) throws(InceptError) -> [Int] {
    let storage = try FileAccess.read(path: path, limit: DatasetLimits.listBytes)
    defer { withExtendedLifetime(storage) {} }
    let bytes = UnsafeRawBufferPointer(start: storage.baseAddress, count: storage.byteCount)
    let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
      return try json(Data(bytes), path)
    }
    var rows: [Int] = []
    for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
      .enumerated()
    {
      for field in line.split(whereSeparator: { [0x20, 0x09, 0x0D, 0x2C].contains($0) }) {
        let text = String(decoding: field, as: UTF8.self)
        guard let row = Int(text), row >= 0 else {
          throw InceptError(
            .badData, subject: "\(path), line \(number + 1)",
            expected: "expected whole numbers from 0", found: "'\(text.printable(limit: 40))'")
        }
        rows.append(row)
      }
    }
    guard !rows.isEmpty else {
      throw InceptError(.badData, subject: path, expected: "expected rows", found: "none")
    }
    return rows
  }

  /// The named lists of a JSON document, the first of them that is there.
  private struct Document: Decodable {
    var validationRows: [Int]?
    var testRows: [Int]?
    var rows: [Int]?

    enum CodingKeys: String, CodingKey {
      case validationRows = "validation_rows"
      case testRows = "test_rows"
      case rows
    }
  }

  private static func json(_ data: Data, _ path: String) throws(InceptError) -> [Int] {
    let decoder = JSONDecoder()
    let document = try? decoder.decode(Document.self, from: data)
    let list =
      document.flatMap { $0.validationRows ?? $0.testRows ?? $0.rows }
      ?? (try? decoder.decode([Int].self, from: data))
    guard let list, !list.isEmpty else {
      throw InceptError(
        .badData, subject: path,
        expected: "expected a JSON list of rows, or one called validation_rows, test_rows or rows",
        found: "none")
    }
    return list
  }
}
