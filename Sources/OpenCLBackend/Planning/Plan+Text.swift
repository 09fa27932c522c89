extension Plan {
  /// The plan as text: launches in order, then the memory's regions, then totals.
  ///
  ///     plan 'digits_cnn' (registerTiles, accuracy high)
  ///       0 conv1 = conv2d [direct 10x32, error x1.0] conv2d_direct<7x1> -> r1+176 [1, 8, 8, 16] strides [1600, 160, 16, 1]
  ///     memory, in bytes; lives from launch to launch; zeros around it in elements
  ///     REGION  OFFSET  BYTES  FROM      TO  ZEROS                      VALUE
  ///     r1           0   6400     0       1  [0, 1, 1, 0] [0, 1, 1, 0]  conv1
  ///
  /// - Parameter verbose: whether it is told what each launch waits for where launches may overlap, and the variants
  ///   that were not chosen, with the reasons.
  package func text(verbose: Bool = false) -> String {
    let summary = PlanSummary(self)
    var lines = [
      "plan '\(summary.name)' (\(summary.style), accuracy \(summary.accuracy)"
        + (options.precision == .fp32 ? ")" : ", \(summary.precision))"),
      "launches: NODE = OP [VARIANT, ERROR NEXT TO DIRECT SUMMATION'S] KERNEL<WORK-ITEMS> "
        + "-> REGION+ELEMENTS SHAPE STRIDES",
    ]
    for launch in summary.launches {
      lines.append("  " + launch.text)
      guard verbose else { continue }
      if summary.queue == QueueMode.outOfOrder.rawValue, launch.index > 0 {
        let waits = launch.waits.map { "\($0) \(launches[$0].label)" }.joined(separator: ", ")
        lines.append("      after \(waits.isEmpty ? "nothing" : waits)")
      }
      lines += launch.rejected.map { "      not \($0.variant): \($0.reason)" }
    }
    lines.append("memory, in bytes; lives from launch to launch; zeros around it in elements")
    lines += aligned(
      [["REGION", "OFFSET", "BYTES", "FROM", "TO", "ZEROS", "VALUE"]]
        + summary.regions.map { $0.cells(launches: summary.launches.count) })
    let regions = summary.regions.count { $0.offsetBytes != nil }
    lines.append("queue: \(summary.queue)")
    lines.append("arena: \(summary.arenaBytes) bytes in \(regions) regions")
    lines.append("weights: \(summary.weightsBytes) bytes")
    lines.append("largest buffer: \(summary.largestBufferBytes) bytes")
    lines.append(
      "launches: \(summary.launches.count) of \(summary.kernels) kernels, \(summary.copies) copies")
    return lines.joined(separator: "\n") + "\n"
  }

  /// Rows with their columns below each other: numbers to the right, names and zeros to the left.
  private func aligned(_ rows: [[String]]) -> [String] {
    let leftAligned: Set = [0, 5]
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        if column == row.count - 1 { return cell }
        return leftAligned.contains(column) ? cell + padding : padding + cell
      }
      return "  " + cells.joined(separator: "  ")
    }
  }
}

extension PlanSummary.Kernel {
  fileprivate var text: String {
    let size = global.map(String.init).joined(separator: "x")
    let error = problem == nil ? "" : ", error x\(Double((errorGrowth * 10).rounded() / 10))"
    var line = "\(index) \(name) = \(op) [\(variant)\(error)] \(kernel)<\(size)>"
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
  /// The region's line of the table, for a plan of so many launches.
  fileprivate func cells(launches: Int) -> [String] {
    [
      "r\(index)", offsetBytes.map(String.init) ?? "own", "\(bytes)",
      first < 0 ? "upload" : "\(first)", last >= launches ? "download" : "\(last)",
      border.map { "\($0.before) \($0.after)" } ?? "", name,
    ]
  }
}
