extension Plan {
  /// The plan as text: launches in order, then the arena's regions, then totals.
  ///
  ///     plan 'digits_cnn' (registerTiles)
  ///       0 conv1 = conv2d [direct 10x32] conv2d_direct<7x1> -> r1+11 [1, 8, 8, 16] strides [1600, 160, 16, 1]
  ///
  /// - Parameter verbose: whether the variants that were not chosen are told, with the reasons.
  package func text(verbose: Bool = false) -> String {
    let summary = PlanSummary(self)
    var lines = ["plan '\(summary.name)' (\(summary.style))"]
    for launch in summary.launches {
      lines.append("  " + launch.text)
      guard verbose else { continue }
      lines += launch.rejected.map { "      not \($0.variant): \($0.reason)" }
    }
    lines.append("arena")
    lines += summary.regions.map { "  " + $0.text }
    let regions = summary.regions.count { $0.offsetBytes != nil }
    lines.append("arena: \(summary.arenaBytes) bytes in \(regions) regions")
    lines.append("weights: \(summary.weightsBytes) bytes")
    lines.append("largest buffer: \(summary.largestBufferBytes) bytes")
    lines.append(
      "launches: \(summary.launches.count) of \(summary.kernels) kernels, \(summary.copies) copies")
    return lines.joined(separator: "\n") + "\n"
  }
}

extension PlanSummary.Kernel {
  fileprivate var text: String {
    let size = global.map(String.init).joined(separator: "x")
    var line = "\(index) \(name) = \(op) [\(variant)] \(kernel)<\(size)>"
    if let output { line += " -> \(output.text)" }
    return line
  }
}

extension PlanSummary.View {
  fileprivate var text: String {
    let place = region.map { "r\($0)" } ?? "constant"
    return "\(place)+\(offset) \(shape) strides \(strides)"
  }
}

extension PlanSummary.Region {
  fileprivate var text: String {
    let place = offsetBytes.map { "\($0)..<\($0 + bytes)" } ?? "own buffer of \(bytes)"
    var line = "r\(index) \(place) launches \(first)...\(last) \(name)"
    if let border { line += " zeros \(border.before) \(border.after)" }
    return line
  }
}
