import Foundation
import Profiling

extension ProfileReport {
  /// The report for people: a table of the layers, then the totals.
  public func text() -> String {
    var table = TextTable([
      ("LAYER", .left), ("OP", .left), ("VARIANT", .left), ("ERROR", .right), ("OUTPUT", .left),
      ("MACS", .right),
      ("MIN us", .right), ("MEDIAN us", .right), ("P90 us", .right), ("QUEUE us", .right),
      ("GFLOP/s", .right), ("GB/s", .right), ("SHARE", .right),
    ])
    for layer in layers {
      let mark = layer.clock == "host" ? "*" : ""
      table.add([
        layer.shortName, layer.op, layer.variant, "x" + NumberText.fixed(layer.errorGrowth, 1),
        "\(Shape(layer.output))",
        NumberText.count(layer.macs), NumberText.fixed(layer.time.min, 1),
        NumberText.fixed(layer.time.median, 1) + mark, NumberText.fixed(layer.time.p90, 1),
        NumberText.fixed(layer.queue, 1), NumberText.fixed(layer.gflops, 2),
        NumberText.fixed(layer.gigabytesPerSecond, 2), NumberText.percent(layer.share),
      ])
    }
    return table.text() + "\n" + totals()
  }

  private func totals() -> String {
    func ms(_ value: Double) -> String { NumberText.fixed(value, 3) + " ms" }
    var table = TextTable([("", .left), ("", .left)])
    table.add(["model", model.line])
    table.add(["device", device.line])
    table.add([
      "accuracy",
      "\(accuracy.rawValue)\(precision.remark); ERROR estimates rounding next to direct summation's",
    ])
    table.add(["measured", "medians of \(runs) runs of batch \(batch)"])
    table.add(["kernels", ms(total.kernel)])
    table.add(["gaps", "\(ms(total.gap)) between kernels"])
    let cost = total.wall - total.unprofiledWall
    // The two are timed one after the other, so a cost below their noise can come out negative.
    let told = cost > 0 ? "profiling costs \(ms(cost))" : "profiling costs nothing measurable"
    table.add([
      "wall",
      "\(ms(total.wall)) profiled, \(ms(total.unprofiledWall)) not: \(told)",
    ])
    var text = table.text()
    let flaws = Set(layers.compactMap(\.flaw)).sorted()
    if !flaws.isEmpty {
      text +=
        "* the device's time stamps are \(flaws.joined(separator: ", ")): "
        + "timed one by one by the host instead\n"
    }
    return text
  }

  /// The layers as comma-separated values.
  public func csv() -> String {
    var text = CSV.line([
      "name", "op", "variant", "input", "output", "macs", "bytes", "min_us", "median_us", "p90_us",
      "queue_us", "gflops", "gbytes_per_s", "share", "clock", "model", "weights", "accuracy",
      "error_growth", "precision",
    ])
    func shape(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "x") }
    for layer in layers {
      text += CSV.line([
        layer.name, layer.op, layer.variant, layer.input.map(shape).joined(separator: ";"),
        shape(layer.output), "\(layer.macs)", "\(layer.bytes)", "\(layer.time.min)",
        "\(layer.time.median)", "\(layer.time.p90)", "\(layer.queue)", "\(layer.gflops)",
        "\(layer.gigabytesPerSecond)", "\(layer.share)", layer.clock, model.name, model.weights,
        accuracy.rawValue, "\(layer.errorGrowth)", precision.rawValue,
      ])
    }
    return text
  }
}

extension ProfileReport.Layer {
  /// The name as a table has room for it: of nodes merged into one, the first and how many more.
  fileprivate var shortName: String {
    let longest = 40
    guard name.count > longest, let end = name.range(of: " + ") else { return name }
    let others = name[end.lowerBound...].split(separator: " ").count { $0 == "+" }
    return "\(name[..<end.lowerBound]) +\(others)"
  }
}
