import Profiling

extension CompareReport {
  /// The report for people: a table of the layers, then what was compared, then the verdict.
  public func text() -> String {
    var table = TextTable([
      ("LAYER", .left), ("OP", .left), ("SHAPE", .left), ("ERROR", .right), ("OWN", .right),
      ("MAX", .right), ("MEAN", .right), ("ULP", .right), ("1-COS", .right), ("", .left),
    ])
    for (number, layer) in layers.enumerated() {
      let error = layer.error
      let mark = layer.isWithin ? "" : number == firstBad?.index ? "<-- first bad" : "bad"
      table.add([
        Self.short(layer.name) + (layer.isApart ? " *" : ""), layer.op, "\(Shape(layer.shape))",
        Self.number(error.relativeError), layer.own.map { Self.number($0.relativeError) } ?? "",
        Self.number(error.maxError), Self.number(error.meanError), NumberText.count(error.maxULP),
        Self.number(1 - error.cosine),
        (Self.notes(layer) + [mark]).filter { !$0.isEmpty }.joined(separator: ", "),
      ])
    }
    var text = table.text()
    if layers.contains(where: \.isApart) {
      text += "* kept apart because it was asked for; `incept run` fuses it with others\n"
    }
    text += "\n" + facts()
    return text + "\n" + verdict()
  }

  private static func number(_ value: Double) -> String {
    // Rounding of the cosine's sums must not look like a difference.
    abs(value) < 1e-15 ? "0" : NumberText.scientific(value)
  }

  private static func short(_ name: String) -> String {
    name.count <= 44 ? name : "\(name.prefix(21))…\(name.suffix(22))"
  }

  /// What numbers do not say.
  private static func notes(_ layer: Layer) -> [String] {
    let error = layer.error
    var notes: [String] = []
    for (what, count, expected) in [
      ("NaN", error.nanCount, error.expectedNaNCount),
      ("infinite", error.infinityCount, error.expectedInfinityCount),
    ] where count > 0 || expected > 0 {
      notes.append(
        "\(count) \(what)" + (count == expected ? " as expected" : ", expected \(expected)"))
    }
    if layer.type != "float32" {
      notes.append(
        error.mismatchCount == 0
          ? "\(layer.type), equal"
          : "\(layer.type), \(error.mismatchCount) of \(error.count) differ")
    }
    return notes
  }

  private func facts() -> String {
    var table = TextTable([("", .left), ("", .left)])
    table.add(["model", model.line])
    table.add(["device", device.line])
    table.add(["against", against.name])
    for input in inputs {
      table.add(["input", "\(input.name) \(Shape(input.shape)): \(input.source)"])
    }
    table.add(["accuracy", accuracy.rawValue + precision.remark])
    let own = Self.number(ownTolerance)
    table.add([
      "ERROR",
      "the largest, as a part of the layer's largest value"
        + (isIsolated ? "" : "; accepted: \(Self.number(tolerance))"),
    ])
    table.add(["OWN", "the same on the inputs that are expected; accepted: \(own)"])
    table.add(["MAX, MEAN", "errors as they are; ULP: the largest in steps of float32"])
    if !missing.isEmpty {
      table.add(["not in file", Self.list(missing, "layers")])
    }
    if !unmatched.isEmpty {
      table.add(["not layers", Self.list(unmatched, "names in the file")])
    }
    return table.text()
  }

  private static func list(_ names: [String], _ what: String) -> String {
    let shown = names.prefix(6).joined(separator: ", ")
    return names.count <= 6 ? shown : "\(names.count) \(what): \(shown), …"
  }

  /// Longest line of an explanation.
  private static let lineWidth = 88

  // MARK: The verdict

  private func verdict() -> String {
    let judged = isIsolated ? "own errors" : "errors"
    guard let firstBad else {
      let worst = layers.max { judgedError($0) < judgedError($1) }
      let last = worst.map { "; the largest is \(Self.number(judgedError($0))), in \($0.name)" }
      return "OK: \(judged) of all \(layers.count) layers are within the tolerance\(last ?? "")\n"
        + reproducerText()
    }
    let rest = layers.count { !$0.isWithin }
    var text = "BAD: \(rest) of \(layers.count) layers beyond the tolerance"
    guard layers.indices.contains(firstBad.index) else {
      return text + "; the results of a run as a whole differ\n" + resultsText() + reproducerText()
    }
    let layer = layers[firstBad.index]
    text += ", the first is \(layer.name)\n"
    var table = TextTable([("", .left), ("", .left)])
    func add(_ title: String, _ value: String) {
      for (number, line) in value.lines(upTo: Self.lineWidth).enumerated() {
        table.add([number == 0 ? "  " + title : "", line])
      }
    }
    add(
      "layer",
      "\(firstBad.index + 1) of \(layers.count): \(layer.op) \(Shape(layer.shape))"
        + (layer.variant.isEmpty ? ", a view" : ", kernel \(layer.variant)"))
    if layer.sources != [layer.name] { add("computes", layer.sources.joined(separator: ", ")) }
    add(
      "error",
      "\(Self.amount(layer.error, layer.type)) in the network"
        + (layer.own.map {
          ", \(Self.amount($0, layer.type)) on the inputs that are expected"
        } ?? ""))
    if let worst = (isIsolated ? layer.own : nil)?.worst ?? layer.error.worst {
      add(
        "worst",
        "\(Shape(worst.index)): \(Self.value(worst.actual)), expected \(Self.value(worst.expected))"
      )
    }
    if let cause = firstBad.cause { add("cause", explanation(cause, firstBad)) }
    return text + table.text() + resultsText() + reproducerText()
  }

  private func judgedError(_ layer: Layer) -> Double {
    isIsolated ? layer.own?.relativeError ?? 0 : layer.error.relativeError
  }

  /// An error in words.
  private static func amount(_ error: LayerDifference, _ type: String) -> String {
    if type != "float32" { return "\(error.mismatchCount) of \(error.count) elements differ" }
    let relative = number(error.relativeError)
    if error.mismatchCount == 0 { return relative }
    return
      "\(error.mismatchCount) of \(error.count) elements NaN or infinite on one side only (the rest: \(relative))"
  }

  private static func value(_ value: Double?) -> String {
    value.map { "\(Float($0))" } ?? "NaN or infinite"
  }

  private func explanation(_ cause: Cause, _ bad: FirstBad) -> String {
    let off = bad.kernelError.map { " (\(Self.number($0)) off)" } ?? ""
    switch cause {
    case .kernel:
      return "the kernel: on the same inputs it is"
        + (bad.kernelError.map { $0 > 0 ? " \(Self.number($0)) off" : " not" } ?? " not")
        + " what the layer says"
    case .inputs:
      return "not this layer: it is right on the inputs that are expected; errors add up before it"
    case .definition:
      let other =
        against.kind == "file"
        ? "the file is of a layer with other weights or attributes"
        : against.kind == "device" ? "the other device is off" : "a pass made another layer of it"
      return "the kernel computes what the layer says\(off): \(other)"
    case .before:
      return
        "the kernel computes what the layer says of what comes in\(off): other weights or attributes in this "
        + "layer, or in one before it that the file knows nothing of"
    case .memory:
      return "memory: the kernel is right by itself, but did not get what the layers before it gave"
    case .order: return "every layer is right by itself, but not in one run"
    }
  }

  private func resultsText() -> String {
    results.map {
      "  a run as a whole gives another \($0.name): error \(Self.number($0.error.relativeError))\n"
    }.joined()
  }

  private func reproducerText() -> String {
    guard let reproducer else { return "" }
    let outcome =
      reproducer.reproduces
      ? "alone it is beyond the tolerance too" : "alone it is within the tolerance"
    return
      "reproducer of \(reproducer.layer) in \(reproducer.folder): \(outcome)\n  \(reproducer.command)\n"
  }
}

extension String {
  /// The text's words in lines of at most `width` characters where words allow it.
  fileprivate func lines(upTo width: Int) -> [String] {
    var lines = [""]
    for word in split(separator: " ") {
      if lines[lines.count - 1].isEmpty {
        lines[lines.count - 1] = String(word)
      } else if lines[lines.count - 1].count + 1 + word.count <= width {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
