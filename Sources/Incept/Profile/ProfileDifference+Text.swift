import Profiling

extension ProfileDifference {
  /// The report for people: what changed, the largest changes first, then the whole.
  ///
  /// - Parameter showsAll: Whether layers that did not change are listed too.
  public func text(showsAll: Bool = false) -> String {
    let listed = layers.filter { showsAll || $0.verdict != .same }.sorted {
      (abs($0.difference), $1.name) > (abs($1.difference), $0.name)
    }
    var table = TextTable([
      ("LAYER", .left), ("OP", .left), ("BEFORE us", .right), ("NOW us", .right),
      ("CHANGE", .right), ("NOISE", .right), ("", .left), ("VARIANT", .left),
    ])
    for layer in listed {
      table.add([
        layer.name, layer.op, Self.time(layer.before), Self.time(layer.after),
        layer.change.map(Self.signed) ?? "",
        layer.noise.flatMap { noise in
          layer.before.map { $0 > 0 ? "±" + NumberText.percent(noise / $0) : "" }
        } ?? "",
        layer.verdict.rawValue, layer.variants,
      ])
    }
    var text = listed.isEmpty ? "" : table.text() + "\n"
    for line in remarks { text += "note: \(line)\n" }
    let count = layers.count { $0.verdict == .same }
    let (slower, faster) = (
      layers.count { $0.verdict == .slower }, layers.count { $0.verdict == .faster }
    )
    text += "layers: \(slower) slower, \(faster) faster, \(count) the same within the noise"
    let others = layers.count - slower - faster - count
    text += others > 0 ? ", \(others) in one profile only\n" : "\n"
    text +=
      "run: \(NumberText.fixed(total.before, 3)) ms before, \(NumberText.fixed(total.after, 3)) ms now, "
      + "\(Self.signed(total.change)) (noise ±\(NumberText.percent(total.before > 0 ? total.noise / total.before : 0))): "
      + "\(total.verdict.rawValue)\n"
    return text
  }

  /// The comparison as comma-separated values.
  public func csv() -> String {
    var text = CSV.line([
      "name", "op", "variant_before", "variant", "before_us", "after_us", "change", "noise_us",
      "share", "verdict",
    ])
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    for layer in layers {
      text += CSV.line([
        layer.name, layer.op, layer.variantBefore ?? "", layer.variant ?? "", number(layer.before),
        number(layer.after), number(layer.change), number(layer.noise), "\(layer.share)",
        layer.verdict.rawValue,
      ])
    }
    return text
  }

  /// How most layers changed, where they changed alike and by more than the noise of the whole; nil where not.
  private var drift: Double? {
    let changes = layers.filter { $0.share >= 0.002 }.compactMap(\.change).sorted()
    guard changes.count >= 8, total.verdict != .same else { return nil }
    let (low, middle) = (changes[changes.count / 4], changes[changes.count / 2])
    return low * changes[changes.count * 3 / 4] > 0 && abs(middle) > 0.02 ? middle : nil
  }

  /// In what the profiles were made differently.
  private var remarks: [String] {
    func remark(_ what: String, _ before: String, _ after: String) -> String? {
      before == after ? nil : "another \(what): \(before) before, \(after) now"
    }
    return [
      remark("model", before.model.name, after.model.name),
      remark("device", before.device.line, after.device.line),
      remark("accuracy", before.accuracy.rawValue, after.accuracy.rawValue),
      remark("precision", before.precision.rawValue, after.precision.rawValue),
      remark("batch", "\(before.batch)", "\(after.batch)"),
      drift.map {
        "most layers changed alike, by about \(Self.signed($0)): the machine, rather than the network? Repeat both in turns"
      },
    ].compactMap { $0 }
  }

  private static func time(_ value: Double?) -> String {
    value.map { NumberText.fixed($0, 1) } ?? "-"
  }

  private static func signed(_ change: Double) -> String {
    (change >= 0 ? "+" : "") + NumberText.percent(change)
  }
}

extension ProfileDifference.Layer {
  /// Microseconds more than before.
  fileprivate var difference: Double { (after ?? 0) - (before ?? 0) }

  /// The kernel, or both where it is another one.
  fileprivate var variants: String {
    let (old, new) = (variantBefore ?? "", variant ?? "")
    return old == new || old.isEmpty || new.isEmpty
      ? new + (new.isEmpty ? old : "") : "\(old) -> \(new)"
  }
}
