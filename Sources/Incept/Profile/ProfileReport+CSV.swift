import Profiling

extension ProfileReport {
  /// The layers as comma-separated values.
  public func csv() -> String {
    var text = CSV.line([
      "name", "op", "variant", "input", "output", "macs", "bytes", "min_us", "median_us", "p90_us",
      "queue_us", "gflops", "gbytes_per_s", "share", "clock", "model", "weights", "accuracy",
      "error_growth", "precision", "index", "noise_us", "executed_gflops", "weights_bytes",
      "activation_bytes", "bound", "bound_us", "bound_fraction", "flop_per_byte", "queued_us",
      "submitted_us", "started_us", "ended_us",
    ])
    func shape(_ extents: [Int]) -> String { extents.map(String.init).joined(separator: "x") }
    func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }
    for layer in layers {
      text += CSV.line([
        layer.name, layer.op, layer.variant, layer.input.map(shape).joined(separator: ";"),
        shape(layer.output), "\(layer.macs)", "\(layer.bytes)", "\(layer.time.min)",
        "\(layer.time.median)", "\(layer.time.p90)", "\(layer.queue)", "\(layer.gflops)",
        "\(layer.gigabytesPerSecond)", "\(layer.share)", layer.clock, model.name, model.weights,
        accuracy.rawValue, "\(layer.errorGrowth)", precision.rawValue, "\(layer.index)",
        "\(layer.noise)", "\(layer.executedGflops)", "\(layer.weightsBytes)",
        "\(layer.activationBytes)", layer.roofline?.bound ?? "", number(layer.roofline?.boundTime),
        number(layer.roofline?.fraction), number(layer.roofline?.intensity),
        number(layer.timeline?.queued), number(layer.timeline?.submitted),
        number(layer.timeline?.started), number(layer.timeline?.ended),
      ])
    }
    return text
  }
}
