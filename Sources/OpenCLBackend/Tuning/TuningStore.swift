import Foundation
import TensorCore

/// Results of tuning in the cache folder: one file for each device (with driver, kernels and engine) and accuracy.
///
/// A file that is missing, damaged, too large or about something else counts as empty.
package struct TuningStore: Sendable {
  /// Where files are; nil where the user has no cache folder.
  package let cache: CacheDirectory?
  /// What results hold for.
  package let identity: TuningIdentity

  /// The part of the cache that is used.
  package static let folder = "tuning"
  /// The most bytes of a file.
  static let byteLimit = 4 << 20
  /// The most problems of a file.
  static let problemLimit = 4096
  /// The most variants of a problem.
  static let variantLimit = 256
  /// The longest key or name, in bytes.
  static let nameLimit = 512

  /// A store.
  package init(cache: CacheDirectory?, identity: TuningIdentity) {
    self.cache = cache
    self.identity = identity
  }

  /// The file for an accuracy; nil where there is no cache folder.
  package func path(_ accuracy: Accuracy) -> String? {
    cache.map {
      "\($0.folder(Self.folder))/\(identity.fingerprint)-\(accuracy.rawValue).json"
    }
  }

  /// What was measured, by problem.
  package func load(_ accuracy: Accuracy) -> [String: TuningRecord] {
    guard let path = path(accuracy),
      let bytes = try? FileAccess.read(path: path, limit: Self.byteLimit)
    else { return [:] }
    return withExtendedLifetime(bytes) {
      decode(UnsafeRawBufferPointer(start: bytes.baseAddress, count: bytes.byteCount), accuracy)
    }
  }

  /// The variants that tuning found to be better than, or as good as, the default, by problem.
  package func choices(_ accuracy: Accuracy) -> [String: String] {
    load(accuracy).filter { !$0.value.isEmpty }.mapValues(\.choice.variant)
  }

  /// Writes what was measured, whole or not at all.
  ///
  /// - Returns: Whether that succeeded.
  @discardableResult
  package func save(_ records: [String: TuningRecord], _ accuracy: Accuracy) -> Bool {
    guard let path = path(accuracy), cache?.makeFolder(Self.folder) != nil,
      let data = encode(records, accuracy), data.count <= Self.byteLimit
    else { return false }
    do throws(InceptError) {
      try [UInt8](data).withUnsafeBufferPointer { (bytes) throws(InceptError) in
        try FileAccess.write([UnsafeRawBufferPointer(bytes)], to: path)
      }
      return true
    } catch {
      return false
    }
  }

  /// Forgets what was measured for an accuracy.
  package func clear(_ accuracy: Accuracy) {
    if let path = path(accuracy) { unlink(path) }
  }

  // MARK: The file

  private struct Document: Codable {
    var schema: String
    var identity: TuningIdentity
    var accuracy: String
    var problems: [Problem]
  }

  private struct Problem: Codable {
    var problem: String
    var reference: String
    var candidates: [Candidate]
  }

  private struct Candidate: Codable {
    var variant: String
    var ratios: [Double]
  }

  private static let schema = "incept.tuning/1"

  func encode(_ records: [String: TuningRecord], _ accuracy: Accuracy) -> Data? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let problems = records.sorted { $0.key < $1.key }.map { key, record in
      Problem(
        problem: key, reference: record.reference,
        candidates: record.candidates.map {
          Candidate(variant: $0, ratios: record.ratios[$0] ?? [])
        })
    }
    return try? encoder.encode(
      Document(
        schema: Self.schema, identity: identity, accuracy: accuracy.rawValue, problems: problems))
  }

  func decode(_ bytes: UnsafeRawBufferPointer, _ accuracy: Accuracy) -> [String: TuningRecord] {
    guard bytes.count <= Self.byteLimit,
      let document = try? JSONDecoder().decode(Document.self, from: Data(bytes)),
      document.schema == Self.schema, document.identity == identity,
      document.accuracy == accuracy.rawValue, document.problems.count <= Self.problemLimit
    else { return [:] }
    var records: [String: TuningRecord] = [:]
    for problem in document.problems where problem.candidates.count <= Self.variantLimit {
      let names = problem.candidates.map(\.variant)
      guard ([problem.problem, problem.reference] + names).allSatisfy(Self.isName),
        Set(names).count == names.count
      else { continue }
      records[problem.problem] = TuningRecord(
        reference: problem.reference, candidates: names,
        ratios: Dictionary(
          problem.candidates.map { ($0.variant, $0.ratios) }, uniquingKeysWith: { first, _ in first
          }))
    }
    return records
  }

  private static func isName(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= nameLimit
  }
}
