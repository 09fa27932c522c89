/// Kinds of operators that a picture colours alike.
package enum OpFamily: Int, Sendable, CaseIterable {
  case convolution, dense, normalisation, activation, pool, join, shape, reduction, other, border

  /// The name in the legend.
  package var name: String {
    switch self {
    case .convolution: "convolution"
    case .dense: "dense, matmul"
    case .normalisation: "normalisation"
    case .activation: "activation"
    case .pool: "pooling"
    case .join: "arithmetic, concat"
    case .shape: "data movement"
    case .reduction: "softmax, reduction"
    case .other: "other"
    case .border: "input, output"
    }
  }

  /// Colour of the head of its boxes; white text on it has a contrast of at least 4.5 (WCAG 2).
  package var colour: String {
    switch self {
    case .convolution: "#2b62a8"
    case .dense: "#6a4aa3"
    case .normalisation: "#66702a"
    case .activation: "#b0413a"
    case .pool: "#1f7a55"
    case .join: "#8d5a0f"
    case .shape: "#5c6873"
    case .reduction: "#a03678"
    case .other: "#45506b"
    case .border: "#30363d"
    }
  }

  /// Colour of the body of its boxes, light enough for black text.
  package var tint: String {
    switch self {
    case .convolution: "#e8f0fa"
    case .dense: "#f0ebf8"
    case .normalisation: "#f3f4e4"
    case .activation: "#fbebe9"
    case .pool: "#e5f4ed"
    case .join: "#faf0de"
    case .shape: "#eff1f3"
    case .reduction: "#f9e9f3"
    case .other: "#eceef4"
    case .border: "#eceef0"
    }
  }

  /// The family of a node.
  package init(_ node: PictureGraph.Node) {
    guard node.kind == .op else {
      self = .border
      return
    }
    self.init(op: node.op)
  }

  /// The family of an operator.
  package init(op: String) {
    // The gradient of a function belongs to the function.
    let suffix = "_gradient"
    let base = op.hasSuffix(suffix) ? String(op.dropLast(suffix.count)) : op
    self = Self.families[base] ?? Self.guess(base)
  }

  private static func guess(_ op: String) -> OpFamily {
    if op.contains("conv") { return .convolution }
    if op.contains("pool") { return .pool }
    if op.contains("norm") || op == "lrn" { return .normalisation }
    if op.hasPrefix("reduce_") || op.contains("softmax") || op.hasPrefix("arg_") {
      return .reduction
    }
    if op.contains("lu") || op.contains("sigmoid") || op.contains("tanh") { return .activation }
    return .other
  }

  private static let families: [String: OpFamily] = {
    var table: [String: OpFamily] = [:]
    let groups: [(OpFamily, String)] = [
      (.dense, "dense matmul gemm"),
      (.join, "add sub mul div min max pow mod concat where sum mean bias scale"),
      (.activation, "relu clip prelu hard_swish mish erf softplus softsign exp sqrt abs neg elu"),
      (
        .shape,
        "reshape flatten transpose slice split pad squeeze unsqueeze expand tile gather identity"
          + " resize cast space_to_depth depth_to_space shape dropout"
      ),
      (.reduction, "softmax log_softmax top_k hardmax"),
      (.normalisation, "lrn"),
    ]
    for (family, names) in groups {
      for name in names.split(separator: " ") { table[String(name)] = family }
    }
    return table
  }()
}
