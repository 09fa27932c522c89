import Foundation
import TensorCore
import WireFormats

extension ProfileReport {
  /// The largest file that is read as a profile.
  private static let byteLimit = 256 << 20

  /// Whether a file begins like a profile's JSON. Anything that can't be read is none.
  public static func isProfile(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return false }
    let text = String(decoding: file.bytes.prefix(256), as: UTF8.self).filter { !$0.isWhitespace }
    return text.hasPrefix("{\"schema\":\"incept.profile/")
  }

  /// Reads a profile that `incept profile --format json` wrote.
  ///
  /// - Throws: `.noInput` for no file, `.badData` for another document, saying what is wrong with it.
  public static func read(_ path: String) throws(InceptError) -> ProfileReport {
    let storage = try FileAccess.read(path: path, limit: byteLimit)
    let report: ProfileReport
    do {
      report = try withExtendedLifetime(storage) {
        let bytes = Data(bytes: storage.baseAddress, count: storage.byteCount)
        return try JSONDecoder().decode(ProfileReport.self, from: bytes)
      }
    } catch {
      throw refusal(path, found: describe(error))
    }
    guard report.schema == "incept.profile/1" else {
      throw refusal(path, found: "schema '\(report.schema)'")
    }
    if let flaw = report.flaw { throw refusal(path, found: flaw) }
    return report
  }

  private static func refusal(_ path: String, found: String) -> InceptError {
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

  /// What makes a document no profile although it has its form; nil for nothing.
  private var flaw: String? {
    var seen: Set<Int> = []
    for layer in layers {
      let times = [layer.time.min, layer.time.median, layer.time.p90, layer.noise, layer.share]
      guard times.allSatisfy({ $0.isFinite && $0 >= 0 && $0 < 1e15 }) else {
        return "times of '\(layer.name)' that can't be"
      }
      guard (0..<layers.count * 1_000 + 1_000_000).contains(layer.index),
        seen.insert(layer.index).inserted
      else { return "'\(layer.name)' at position \(layer.index)" }
      guard layer.output.allSatisfy({ $0 >= 0 }), layer.macs >= 0, layer.executedMacs >= 0,
        layer.weightsBytes >= 0, layer.activationBytes >= 0
      else { return "negative sizes of '\(layer.name)'" }
      guard let timeline = layer.timeline else { continue }
      let moments = [timeline.queued, timeline.submitted, timeline.started, timeline.ended]
      guard (moments + [timeline.enqueue, timeline.enqueued]).allSatisfy({ abs($0 ?? 0) < 1e15 })
      else { return "moments of '\(layer.name)' that can't be" }
    }
    let whole = [total.kernel, total.gap, total.wall, total.unprofiledWall, total.noise]
    guard whole.allSatisfy({ $0.isFinite && $0 >= 0 && $0 < 1e15 }), batch > 0, runs > 0 else {
      return "totals that can't be"
    }
    return nil
  }
}
