import OpenCLBackend
import Profiling

extension PlanReport {
  /// The plan for people: a kernel a line with the variant that was chosen and where its result lies, the memory, the
  /// totals.
  ///
  /// - Parameters:
  ///   - width: Characters that a line may have: long names are elided. Nil for whole ones.
  ///   - isVerbose: Whether it is told below each kernel which nodes it computes, how it is launched, how the result
  ///     lies in its region, what it waits for where launches may overlap, and which variants were not chosen, and why.
  public func text(width: Int? = nil, isVerbose: Bool = false) -> String {
    let precision = summary.precision == "fp32" ? "" : ", \(summary.precision)"
    var text = "plan '\(TextTable.printable(summary.name))' "
    text += "(\(summary.style), accuracy \(summary.accuracy)\(precision))\n"
    if !summary.launches.isEmpty {
      var table = launches(isBrief: false, isVerbose)
      if let width, !table.fits(width) { table = launches(isBrief: true, isVerbose) }
      text += table.text(width: width) + "\n"
    }
    text += "memory, in bytes; alive from launch to launch; zeros around it in elements\n"
    return text + memory().text(width: width) + "\n" + totals(width, isVerbose)
  }

  private func launches(isBrief: Bool, _ isVerbose: Bool) -> TextTable {
    let scope = isBrief ? BriefNames.sharedScope(summary.launches.map(\.name)) : nil
    let kernel: [TextTable.Column] = isBrief ? [] : [.init("KERNEL")]
    var table = TextTable(
      [
        .init("#", .right), .init("NAME", fit: .middle, least: 10, turn: 2), .init("OP"),
        .init("VARIANT", fit: .end, least: 14, turn: 1), .init("ERROR", .right),
      ] + kernel + [.init("OUTPUT", fit: .list, least: 16), .init("ARENA", .right)])
    for launch in summary.launches {
      let size = launch.global.map(String.init).joined(separator: "x")
      let error = launch.problem == nil ? "" : "x" + NumberText.fixed(launch.errorGrowth, 1)
      table.add(
        [
          ["\(launch.index)"],
          [isBrief ? BriefNames.brief(launch.name, in: scope) : launch.name], [launch.op],
          [launch.variant + (launch.isTuned ? " (tuned)" : "")], [error],
        ] + (isBrief ? [] : [["\(launch.kernel)<\(size)>"]]) + [
          launch.output.map { ["\(Shape($0.shape))"] } ?? [],
          [launch.output.flatMap(address).map(String.init) ?? ""],
        ], notes: isVerbose ? notes(launch) : [])
    }
    return table
  }

  /// First byte of a value in the arena; nil for what lies elsewhere.
  private func address(_ view: PlanSummary.View) -> Int? {
    guard let region = view.region, summary.regions.indices.contains(region) else { return nil }
    let bytes = summary.precision == "fp16" ? 2 : 4
    return summary.regions[region].offsetBytes.map { $0 + view.offset * bytes }
  }

  private func notes(_ launch: PlanSummary.Kernel) -> [String] {
    var notes: [String] = []
    if launch.sources != [launch.name] {
      notes.append("from " + launch.sources.joined(separator: ", "))
    }
    let local = launch.local.map { " in groups of " + $0.map(String.init).joined(separator: "x") }
    notes.append(
      "\(launch.kernel): \(launch.global.map(String.init).joined(separator: "x")) work-items\(local ?? ""), "
        + "\(NumberText.count(launch.macs)) multiply-adds, \(NumberText.bytes(launch.bytes))")
    if let output = launch.output {
      let place = output.region.map { "r\($0)" } ?? "a constant"
      notes.append("to \(place), element \(output.offset), strides \(output.strides)")
    }
    if summary.queue == "out-of-order", launch.index > 0 {
      let waits = launch.waits.map { "\($0) \(launchNames[$0])" }.joined(separator: ", ")
      notes.append("after " + (waits.isEmpty ? "nothing" : waits))
    }
    return notes + launch.rejected.map { "not \($0.variant): \($0.reason)" }
  }

  private func memory() -> TextTable {
    var table = TextTable([
      .init("REGION"), .init("OFFSET", .right), .init("BYTES", .right), .init("FROM", .right),
      .init("TO", .right), .init("VALUE", fit: .middle, least: 12),
      .init("ZEROS", fit: .end, least: 5),
    ])
    let used = Set(summary.launches.compactMap { $0.output?.region })
    for region in summary.regions where graph.unfilteredCount == nil || used.contains(region.index)
    {
      table.add([
        ["r\(region.index)"], [region.offsetBytes.map(String.init) ?? "own"], ["\(region.bytes)"],
        [region.first < 0 ? "upload" : "\(region.first)"],
        [region.last >= launchNames.count ? "download" : "\(region.last)"],
        [region.name], [region.border.map { "\($0.before) \($0.after)" } ?? ""],
      ])
    }
    return table
  }

  private func totals(_ width: Int?, _ isVerbose: Bool) -> String {
    let regions = summary.regions.count { $0.offsetBytes != nil }
    let of = graph.unfilteredCount == nil ? "" : " of \(launchNames.count)"
    var lines = [
      "queue: \(summary.queue)",
      "arena: \(summary.arenaBytes) bytes in \(regions) regions",
      "weights: \(summary.weightsBytes) bytes",
      "largest buffer: \(summary.largestBufferBytes) bytes",
      "launches: \(summary.launches.count)\(of), with \(summary.kernels) different kernels; "
        + "\(summary.copies) only copy",
    ]
    if !views.isEmpty {
      let names = isVerbose || graph.unfilteredCount != nil
      lines.append(
        "no launch: \(views.count) operators that are views of other values"
          + (names ? ": " + views.map(TextTable.printable).joined(separator: ", ") : ""))
    }
    return lines.map { TextTable.wrapped($0, to: width) }.joined()
  }
}
