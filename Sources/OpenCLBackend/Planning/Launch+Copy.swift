extension Launch {
  /// Whether the launch only moves elements: a copy between views, or padding.
  package var isCopy: Bool {
    if kernel.file == "pad.cl" { return true }
    guard kernel.file == "elementwise.cl" else { return false }
    return kernel.defines.allSatisfy { define in
      switch define.name {
      case "EXPR(a, b, c, d, e)": define.value == "(a)"
      case "ACT0(x)": define.value == "(x)"
      default: true
      }
    }
  }
}
