import Foundation
import GraphPictures
import TensorCore

/// A JSON document that `incept profile` wrote, as a whole or in parts.
protocol ProfileDocument: Decodable {
  /// `incept.profile/1`
  var schema: String { get }
}

extension ProfileReport: ProfileDocument {}

/// Reading of profiles from files, which anybody may have written.
enum ProfileFile {
  /// The largest file that is read.
  private static let byteLimit = 256 << 20

  /// The document in the file at `path`.
  ///
  /// - Throws: `.noInput` for no file, `.ioError`, `.badData` for another document, saying what is wrong with it.
  static func decode<Document: ProfileDocument>(
    _ path: String, as type: Document.Type
  ) throws(InceptError) -> Document {
    let storage = try FileAccess.read(path: path, limit: byteLimit)
    let document: Document
    do {
      document = try withExtendedLifetime(storage) {
        let bytes = Data(bytes: storage.baseAddress, count: storage.byteCount)
        return try JSONDecoder().decode(type, from: bytes)
      }
    } catch {
      throw refusal(path, found: describe(error))
    }
    guard document.schema == "incept.profile/1" else {
      throw refusal(path, found: "schema '\(TextFit.clean(document.schema, limit: 60))'")
    }
    return document
  }

  /// The error about a file that is no profile.
  static func refusal(_ path: String, found: String) -> InceptError {
    InceptError(
      .badData, subject: path, expected: "expected a profile as JSON", found: found,
      hint: "make one: incept profile MODEL --format json -o FILE.json")
  }

  private static func describe(_ error: any Error) -> String {
    func place(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
        .joined(separator: ".")
    }
    return switch error {
    case DecodingError.keyNotFound(let key, let context):
      "no '\(key.stringValue)'"
        + (context.codingPath.isEmpty ? "" : " in '\(place(context))'")
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "a value of another type at '\(place(context))'"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "an unknown value at '\(place(context))'"
    default: "no well-formed JSON"
    }
  }
}
