import WireFormats

extension ProfileReport {
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
    let report = try ProfileFile.decode(path, as: ProfileReport.self)
    if let flaw = report.flaw { throw ProfileFile.refusal(path, found: flaw) }
    return report
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
    let whole = [
      total.kernel, total.gap, total.wall, total.unprofiledWall, total.noise, total.unprofiledBest,
    ]
    guard whole.allSatisfy({ $0.isFinite && $0 >= 0 && $0 < 1e15 }), batch > 0, runs > 0 else {
      return "totals that can't be"
    }
    return nil
  }
}
