import Profiling

extension ProfileReport {
  /// The report for people: a table of the layers, then the totals, the memory, and what would help the slowest.
  public func text() -> String {
    var columns: [(String, TextTable.Alignment)] = [
      ("LAYER", .left), ("OP", .left), ("VARIANT", .left), ("OUTPUT", .left), ("MACS", .right),
      ("MIN us", .right), ("MEDIAN us", .right), ("P90 us", .right), ("QUEUE us", .right),
      ("GFLOP/s", .right), ("GB/s", .right),
    ]
    if peaks != nil { columns += [("BOUND", .left), ("OF IT", .right)] }
    columns += [("SHARE", .right), ("", .left)]
    var table = TextTable(columns)
    let largest = layers.map(\.share).max() ?? 0
    for layer in layers {
      var cells = [
        layer.shortName, layer.op, layer.variant, "\(Shape(layer.output))",
        NumberText.count(layer.macs), NumberText.fixed(layer.time.min, 1),
        NumberText.fixed(layer.time.median, 1) + (layer.clock == "host" ? "*" : ""),
        NumberText.fixed(layer.time.p90, 1),
        NumberText.fixed(layer.queue, 1) + (layer.queueFlaw == nil ? "" : "?"),
        layer.rates, NumberText.fixed(layer.gigabytesPerSecond, 2),
      ]
      if peaks != nil {
        cells += [
          layer.roofline?.bound ?? "", layer.roofline.map { Self.percent($0.fraction) } ?? "",
        ]
      }
      cells += [NumberText.percent(layer.share), Bar.text(layer.share, of: largest)]
      table.add(cells)
    }
    return table.text() + "\n" + totals()
  }

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
    return table.text() + "\n" + totals()
  }

  static func percent(_ fraction: Double) -> String { NumberText.fixed(fraction * 100, 0) + "%" }

  private func totals() -> String {
    func ms(_ value: Double) -> String { NumberText.fixed(value, 3) + " ms" }
    var table = TextTable([("", .left), ("", .left)])
    table.add(["model", model.line])
    table.add(["device", device.line])
    table.add(["accuracy", accuracy.rawValue + precision.remark])
    table.add(["measured", "medians of \(runs) runs of batch \(batch)"])
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
    return table.text() + notes() + explanations()
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
    if peaks == nil {
      text +=
        "what bounds a layer is told once `incept devices --measure` has measured the device\n"
    }
    return text
  }

  /// Why the slowest layers take their time; nothing without peaks.
  private func explanations() -> String {
    let slowest = sorted(by: .time, first: 3).layers.filter { $0.roofline != nil }
    guard !slowest.isEmpty else { return "" }
    var text = "\nthe slowest, and what would help\n"
    for layer in slowest {
      guard let roofline = layer.roofline else { continue }
      text += "  \(layer.shortName), \(NumberText.percent(layer.share)): \(roofline.advice)\n"
    }
    return text
  }
}

extension ProfileReport.Layer {
  /// The name as a table has room for it: of nodes merged into one, the first and how many more.
  var shortName: String {
    let longest = 40
    guard name.count > longest, let end = name.range(of: " + ") else { return name }
    let others = name[end.lowerBound...].split(separator: " ").count { $0 == "+" }
    return "\(name[..<end.lowerBound]) +\(others)"
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
