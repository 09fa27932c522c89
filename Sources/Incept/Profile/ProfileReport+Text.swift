import Profiling

extension ProfileReport {
  /// The report for people: a table of the layers, then the totals, the memory, and what would help the slowest.
  ///
  /// - Parameter width: Characters that a line may have: names are shortened, then columns left out, which is told; nil
  ///   for any number.
  public func text(width: Int? = nil) -> String {
    let columns = Self.columns.filter { peaks != nil || !$0.needsPeaks }
    var kept = columns
    var left: [String] = []
    var text = table(kept).text(width: width)
    for title in Self.leastNeeded {
      guard let width, text.split(separator: "\n").contains(where: { $0.count > width }) else {
        break
      }
      kept.removeAll { $0.title == title }
      left.append(title)
      text = table(kept).text(width: width)
    }
    if !left.isEmpty {
      text += TextTable.wrapped(
        "left out for the width: \(left.joined(separator: ", ")); --format csv has all", to: width)
    }
    return text + "\n" + totals(width: width, explaining: Set(kept.map(\.title)))
  }

  private func table(_ columns: [Column]) -> TextTable {
    var table = TextTable(
      columns.map { TextTable.Column($0.title, $0.alignment, fit: $0.fit, least: $0.least) })
    let largest = layers.map(\.share).max() ?? 0
    for layer in layers { table.add(columns.map { [$0.cell(layer, largest)] }) }
    return table
  }

  /// A column of the table.
  private struct Column {
    let title: String
    var alignment = TextTable.Alignment.right
    var fit = TextTable.Fit.whole
    var least = 0
    var needsPeaks = false
    /// The text for a layer, where the largest share of any is known.
    let cell: @Sendable (Layer, Double) -> String
  }

  private static let columns: [Column] = [
    Column(title: "LAYER", alignment: .left, fit: .middle, least: 18) { layer, _ in layer.shortName
    },
    Column(title: "OP", alignment: .left, fit: .end, least: 8) { layer, _ in layer.op },
    Column(title: "VARIANT", alignment: .left, fit: .end, least: 12) { layer, _ in layer.variant },
    Column(title: "OUTPUT", alignment: .left) { layer, _ in "\(Shape(layer.output))" },
    Column(title: "MACS") { layer, _ in NumberText.count(layer.macs) },
    Column(title: "MIN us") { layer, _ in NumberText.fixed(layer.time.min, 1) },
    Column(title: "MEDIAN us") { layer, _ in
      NumberText.fixed(layer.time.median, 1) + (layer.clock == "host" ? "*" : "")
    },
    Column(title: "P90 us") { layer, _ in NumberText.fixed(layer.time.p90, 1) },
    Column(title: "QUEUE us") { layer, _ in
      NumberText.fixed(layer.queue, 1) + (layer.queueFlaw == nil ? "" : "?")
    },
    Column(title: "GFLOP/s") { layer, _ in layer.rates },
    Column(title: "GB/s") { layer, _ in NumberText.fixed(layer.gigabytesPerSecond, 2) },
    Column(title: "BOUND", alignment: .left, needsPeaks: true) { layer, _ in
      layer.roofline?.bound ?? ""
    },
    Column(title: "OF IT", needsPeaks: true) { layer, _ in
      layer.roofline.map { percent($0.fraction) + ($0.isBeyond ? "^" : "") } ?? ""
    },
    Column(title: "SHARE") { layer, _ in NumberText.percent(layer.share) },
    Column(title: "", alignment: .left) { layer, largest in Bar.text(layer.share, of: largest) },
  ]

  /// Titles of columns in the order in which they are left out.
  private static let leastNeeded = [
    "GB/s", "QUEUE us", "MIN us", "P90 us", "MACS", "OUTPUT", "OP", "GFLOP/s", "VARIANT", "",
  ]

  /// The report for people, a line per module: layers whose names begin alike, up to the first `.` or `/`.
  public func groupedText() -> String {
    var table = TextTable([
      ("MODULE", .left), ("KERNELS", .right), ("MACS", .right), ("MEDIAN us", .right),
      ("GFLOP/s", .right), ("SLOWEST", .left), ("SHARE", .right), ("", .left),
    ])
    let groups = ModuleGroups(layers.map(\.name)).groups.map { group in
      (name: group.name, layers: group.members.map { layers[$0] })
    }
    let shares = groups.map { $0.layers.reduce(0) { $0 + $1.share } }
    for (group, share) in zip(groups, shares) {
      let time = group.layers.reduce(0) { $0 + $1.time.median }
      let macs = group.layers.reduce(0) { $0 + $1.macs }
      let slowest = group.layers.max { $0.time.median < $1.time.median }
      table.add([
        group.name, "\(group.layers.count)", NumberText.count(macs), NumberText.fixed(time, 1),
        NumberText.fixed(time > 0 ? 2 * Double(macs) / time / 1e3 : 0, 2),
        group.layers.count > 1 ? slowest?.shortName ?? "" : "", NumberText.percent(share),
        Bar.text(share, of: shares.max() ?? 0),
      ])
    }
    return table.text() + "\n" + totals(width: nil, explaining: [])
  }

  static func percent(_ fraction: Double) -> String { NumberText.fixed(fraction * 100, 0) + "%" }

  private func totals(width: Int?, explaining titles: Set<String>) -> String {
    func ms(_ value: Double) -> String { NumberText.fixed(value, 3) + " ms" }
    var table = TextTable([("", .left), ("", .left)])
    table.add(["model", model.line])
    table.add(["device", device.line])
    table.add(["accuracy", accuracy.rawValue + precision.remark])
    table.add(["measured", "\(NumberText.medians(of: runs)) of batch \(batch)"])
    table.add([
      "run",
      "\(ms(total.unprofiledWall)) ± \(NumberText.fixed(total.noise, 3)): "
        + "kernels \(ms(total.corrected.kernel)), the rest \(ms(total.corrected.gap))",
    ])
    // Without the device's stamps nobody knows what was between kernels.
    let parts =
      layers.contains { $0.clock == "host" }
      ? "kernels \(ms(total.kernel)), some of them timed by the host"
      : "kernels \(ms(total.kernel)), gaps \(ms(total.gap)), "
        + "before the first \(ms(total.lead)), after the last \(ms(total.tail))"
    table.add(["profiled", "\(ms(total.wall)): \(parts)"])
    table.add(["profiling", cost(ms)])
    if let memory { table.add(["memory", memory.line]) }
    if let peaks { table.add(["peaks", peaks.line]) }
    return table.text() + notes() + legend(of: titles, width: width) + explanations(width: width)
  }

  /// What profiling adds to a run, and what the report does about it.
  private func cost(_ ms: (Double) -> String) -> String {
    let cost = total.wall - total.unprofiledWall
    // The two are timed one after the other, so a cost below their noise can come out negative.
    guard cost > 0 else { return "costs nothing measurable" }
    var text = "costs \(ms(cost)), \(NumberText.percent(total.overhead)) of a run"
    if let chained = total.unchainedWall, chained > total.unprofiledWall {
      let part = min(cost, chained - total.unprofiledWall)
      text += ", \(ms(part)) of it as kernels that run as one chain are launched one by one"
    }
    return text + "; the line `run` has it taken off"
  }

  private func notes() -> String {
    var text = ""
    let flaws = Set(layers.compactMap(\.flaw)).sorted()
    if !flaws.isEmpty {
      text +=
        "* the device's time stamps are \(flaws.joined(separator: ", ")): "
        + "timed one by one by the host instead\n"
    }
    let queueFlaws = Set(layers.compactMap(\.queueFlaw)).sorted()
    if !queueFlaws.isEmpty {
      text +=
        "? the device's stamps of waiting are \(queueFlaws.joined(separator: ", ")): "
        + "no time between queued and started\n"
    }
    if total.isDisturbed {
      let (best, median) = (total.unprofiledBest, total.unprofiledWall)
      text +=
        "disturbed: half of the runs took \(NumberText.fixed(median, 3)) ms or more, the fastest "
        + "\(NumberText.fixed(best, 3)) ms. Something else used the device, so that medians and what "
        + "they say of bounds are off: profile again on an idle machine\n"
    }
    if peaks == nil {
      text +=
        "what bounds a layer is told once `incept devices --measure` has measured the device\n"
    }
    if let disturbance = peaks?.disturbance {
      text += "the peaks are too low: \(disturbance)\n"
    } else if let layer = layers.first(where: \.exceedsPeak) {
      text +=
        "\(layer.shortName) is faster than the measured peak: "
        + "`incept devices --measure` on an idle machine measures it again\n"
    }
    return text
  }

  /// What the signs in the listed columns mean, as far as there are any.
  private func legend(of titles: Set<String>, width: Int?) -> String {
    var lines: [String] = []
    func explain(_ title: String, _ line: String, where isThere: (Layer) -> Bool) {
      if titles.contains(title), layers.contains(where: isThere) { lines.append(line) }
    }
    explain("LAYER", "+N behind a name: so many operators more, which the same kernel computes") {
      $0.shortName != $0.name
    }
    explain(
      "VARIANT",
      "F(R,K): Winograd's algorithm, which computes R results of a kernel of K at once; F(R,K)/2: of stride 2"
    ) { $0.variant.hasPrefix("F(") }
    explain(
      "VARIANT",
      "PxC: a work-item computes P pixels, or tiles of R, of C channels at once; xN: N times; /N: N work-items "
        + "share their channels"
    ) { $0.variant.contains(/^(F\(.*\)\S*|direct) \d+x\d+/) }
    explain(
      "GFLOP/s",
      "(…): the operations that the algorithm executes; in front of it those of the layer's definition"
    ) { $0.executedMacs < $0.macs }
    explain(
      "OF IT",
      "^ beyond the measured limit: values were in a nearer cache than sizes let expect, or the peaks "
        + "were measured while something else ran"
    ) { $0.roofline?.isBeyond ?? false }
    return lines.map { TextTable.wrapped($0, to: width) }.joined()
  }

  /// Why the slowest layers take their time; nothing without peaks.
  private func explanations(width: Int?) -> String {
    let slowest = sorted(by: .time, first: 3).layers.filter { $0.roofline != nil }
    guard !slowest.isEmpty else { return "" }
    var text = "\nthe slowest, and what would help\n"
    for layer in slowest {
      guard let roofline = layer.roofline else { continue }
      text += TextTable.wrapped(
        "- \(layer.shortName), \(NumberText.percent(layer.share)): \(roofline.advice)", to: width)
    }
    return text
  }
}

extension ProfileReport.Roofline {
  /// Whether the table shows more than 100 %.
  fileprivate var isBeyond: Bool { fraction >= 1.005 }
}

extension ProfileReport.Layer {
  /// The name as a table has room for it: of nodes merged into one, the first and how many more.
  var shortName: String {
    let longest = 40
    guard name.count > longest, let end = name.range(of: " + ") else { return name }
    let others = name[end.lowerBound...].split(separator: " ").count { $0 == "+" }
    return "\(name[..<end.lowerBound]) +\(others)"
  }

  /// Whether the device did more arithmetic than it is said to reach, beyond what measurements differ by.
  fileprivate var exceedsPeak: Bool {
    roofline.map { $0.bound == RooflineModel.Bound.arithmetic.name && $0.fraction > 1.05 } ?? false
  }

  /// The rate that the layer's definition would need in this time, and where its algorithm executes fewer operations what
  /// it executes: `842.24 (233.10)`.
  fileprivate var rates: String {
    let effective = NumberText.fixed(gflops, 2)
    return executedMacs < macs ? "\(effective) (\(NumberText.fixed(executedGflops, 2)))" : effective
  }
}

extension DevicePeaks {
  /// `234 GFLOP/s; L1 800, L2 210, memory 20 GB/s; launch 3.1 us`
  var line: String {
    let levels = memory.map { "\($0.name) \(NumberText.fixed($0.gigabytesPerSecond, 0))" }
    return "\(NumberText.fixed(gflops, 0)) GFLOP/s; \(levels.joined(separator: ", ")) GB/s; "
      + "a launch \(NumberText.fixed(launch, 1)) us"
  }
}
