extension GraphReport.Node {
  /// The operator and what tells it from others of its kind, without defaults and what the shapes tell:
  /// `conv2d 3x3 /2 pad 1 group 8 relu`.
  var brief: String {
    var words = [op]
    if ["conv2d", "conv_transpose2d"].contains(op), let weights = weights.first, weights.count == 4
    {
      words.append("\(weights[0])x\(weights[1])")
    }
    if op == "slice" { words += ranges }
    return (words + attributes.list.compactMap(word)).joined(separator: " ")
  }

  /// An attribute as a word or two; nil where it is left out.
  private func word(_ attribute: Attribute) -> String? {
    switch (attribute.name, attribute.value) {
    case ("kernel_shape", .ints(let extents)): return Self.extent(extents)
    case ("strides", .ints(let steps)):
      return steps.allSatisfy { $0 == 1 } ? nil : "/" + Self.short(steps)
    case ("dilations", .ints(let steps)):
      return steps.allSatisfy { $0 == 1 } ? nil : "dilation " + Self.short(steps)
    case ("pads", .ints(let pads)): return padding(pads)
    case ("auto_pad", .text(let mode)):
      return mode == "valid" ? nil : mode == "same_upper" ? "same" : mode
    case ("group", .int(let count)): return count == 1 ? nil : "group \(count)"
    case ("splits", .ints(let parts)):
      return "splits " + parts.map(String.init).joined(separator: "+")
    case ("split_activations", .text(let names)):
      let words = Set(names.split(separator: " "))
      return words.count == 1 ? words.first.map(String.init) : names
    // The output's shape, and what hardly anyone asks for.
    case ("shape", .ints), ("epsilon", .float): return nil
    case ("value", .float(0)) where op == "pad": return nil
    case ("axes", .ints), ("starts", .ints), ("ends", .ints), ("steps", .ints):
      return op == "slice" ? nil : "\(attribute.name)=\(attribute.value)"
    case (_, .text(let text)): return text
    case (let name, .bool(let value)): return value ? name : "\(name)=false"
    case (let name, .int(let value)): return "\(name)=\(value)"
    case (let name, .ints(let values)):
      return "\(name)=" + values.map(String.init).joined(separator: ",")
    case (let name, .float(let value)):
      return value.isFinite ? "\(name)=\(Self.number(value))" : nil
    }
  }

  /// Zeros around an image: `pad 1`, `pad 1x0` for rows and columns, `pads 0,0,1,1` as ONNX lists them.
  private func padding(_ pads: [Int]) -> String? {
    guard op != "pad", pads.count == 4 else {
      return "pads=" + pads.map(String.init).joined(separator: ",")
    }
    if pads.allSatisfy({ $0 == 0 }) { return nil }
    if pads[0] == pads[2], pads[1] == pads[3] { return "pad " + Self.short([pads[0], pads[1]]) }
    return "pads " + pads.map(String.init).joined(separator: ",")
  }

  /// A slice's ranges: `axis 1 0:5`, with `:STEP` where that is not 1.
  private var ranges: [String] {
    func ints(_ name: String) -> [Int] {
      for attribute in attributes.list where attribute.name == name {
        if case .ints(let values) = attribute.value { return values }
      }
      return []
    }
    let (axes, starts, ends, steps) = (ints("axes"), ints("starts"), ints("ends"), ints("steps"))
    guard axes.count == starts.count, axes.count == ends.count, axes.count == steps.count else {
      return []
    }
    // Ends beyond every extent mean all the rest.
    func end(_ value: Int) -> String { abs(value >> 1) >= 1 << 29 ? "" : "\(value)" }
    return axes.indices.map { index in
      "axis \(axes[index]) \(end(starts[index])):\(end(ends[index]))"
        + (steps[index] == 1 ? "" : ":\(steps[index])")
    }
  }

  /// `3` for equal numbers, else `3x1`.
  private static func short(_ extents: [Int]) -> String {
    Set(extents).count == 1 ? "\(extents[0])" : extent(extents)
  }

  private static func extent(_ extents: [Int]) -> String {
    extents.map(String.init).joined(separator: "x")
  }

  private static func number(_ value: Double) -> String {
    let text = "\(Float(value))"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
