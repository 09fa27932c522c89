import Operators

extension UnaryFunction {
  /// Where random arguments of the function lie: where it is defined and of moderate size.
  package var sampleRange: ClosedRange<Float> {
    switch self {
    case .log, .sqrt, .reciprocal: 0.05...8
    case .asin, .acos, .atanh: -0.95...0.95
    case .acosh: 1.05...8
    case .log1p: -0.9...8
    case .tan: -1.4...1.4
    default: -6...6
    }
  }

  /// Whether the function is defined everywhere and small errors of arguments are small errors of results.
  package var isSmoothEverywhere: Bool {
    switch self {
    case .log, .sqrt, .reciprocal, .asin, .acos, .atanh, .acosh, .log1p, .tan, .floor, .ceil,
      .round, .sign, .thresholdedRelu, .shrink:
      false
    default: true
    }
  }

  /// Whether networks apply the function after convolutions.
  package var isActivation: Bool {
    switch self {
    case .sin, .cos, .atan, .sinh, .cosh, .asinh, .expm1: false
    default: isSmoothEverywhere
    }
  }
}
