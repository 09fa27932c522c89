import GraphIR
import TensorCore

/// An elementwise function of one value: the activations, and the arithmetic that exporters write.
///
/// Adding one: a case and its name here; the compiler then points at the formula in `Reference` and the
/// expression in `OpenCLBackend`.
public enum UnaryFunction: Hashable, Sendable, Codable {
  /// max(x, 0), and min(max(x, 0), 6).
  case relu, relu6
  /// 1 / (1 + e⁻ˣ), and the hyperbolic tangent.
  case sigmoid, tanh
  /// log(1 + eˣ), and x / (1 + |x|).
  case softplus, softsign
  /// Klambauer et al.'s scaled elu, and x · tanh(log(1 + eˣ)).
  case selu, mish
  /// x for x ≥ 0, alpha·x below.
  case leakyRelu(alpha: Float)
  /// x for x ≥ 0, alpha·(eˣ − 1) below.
  case elu(alpha: Float)
  /// min(max(x, lower), upper).
  case clip(lower: Float, upper: Float)
  /// min(max(alpha·x + beta, 0), 1).
  case hardSigmoid(alpha: Float, beta: Float)
  /// x · min(max(x/6 + 1/2, 0), 1).
  case hardSwish
  /// x · sigmoid(x).
  case silu
  /// x/2 · (1 + erf(x/√2)), or its tanh approximation.
  case gelu(approximate: Bool)
  /// eˣ, the natural logarithm, √x, −x, |x|, 1/x, and the error function.
  case exp, log, sqrt, negate, absolute, reciprocal, erf
  /// Rounding down, up, and to the nearest integer, halves to the even one.
  case floor, ceil, round
  /// −1, 0 or 1.
  case sign
  /// The trigonometric and hyperbolic functions of angles in radians, and their inverses.
  case sin, cos, tan, asin, acos, atan, sinh, cosh, asinh, acosh, atanh
  /// eˣ − 1 and log(1 + x), exact for small x.
  case expm1, log1p
  /// max(x, 0) + min(alpha·(e^(x/alpha) − 1), 0).
  case celu(alpha: Float)
  /// x for x > alpha, else 0.
  case thresholdedRelu(alpha: Float)
  /// x · sigmoid(alpha·x).
  case swish(alpha: Float)
  /// x + bias for x < −lambda, x − bias for x > lambda, else 0.
  case shrink(lambda: Float, bias: Float)

  /// One of each function, for tests and tables.
  public static let samples: [UnaryFunction] = [
    .relu, .relu6, .sigmoid, .tanh, .softplus, .softsign, .selu, .mish, .leakyRelu(alpha: 0.1),
    .elu(alpha: 0.7), .clip(lower: -0.5, upper: 0.75), .hardSigmoid(alpha: 0.2, beta: 0.5),
    .hardSwish, .silu, .gelu(approximate: false), .gelu(approximate: true), .exp, .log, .sqrt,
    .negate, .absolute, .reciprocal, .erf, .floor, .ceil, .round, .sign, .sin, .cos, .tan, .asin,
    .acos, .atan, .sinh, .cosh, .asinh, .acosh, .atanh, .expm1, .log1p, .celu(alpha: 0.6),
    .thresholdedRelu(alpha: 0.3), .swish(alpha: 1.5), .shrink(lambda: 0.4, bias: 0.1),
  ]

  /// The function's name in text forms, ONNX's in snake case.
  public var name: String {
    switch self {
    case .relu: "relu"
    case .relu6: "relu6"
    case .sigmoid: "sigmoid"
    case .tanh: "tanh"
    case .softplus: "softplus"
    case .softsign: "softsign"
    case .selu: "selu"
    case .mish: "mish"
    case .leakyRelu: "leaky_relu"
    case .elu: "elu"
    case .clip: "clip"
    case .hardSigmoid: "hard_sigmoid"
    case .hardSwish: "hard_swish"
    case .silu: "silu"
    case .gelu: "gelu"
    case .exp: "exp"
    case .log: "log"
    case .sqrt: "sqrt"
    case .negate: "neg"
    case .absolute: "abs"
    case .reciprocal: "reciprocal"
    case .erf: "erf"
    case .floor: "floor"
    case .ceil: "ceil"
    case .round: "round"
    case .sign: "sign"
    case .sin: "sin"
    case .cos: "cos"
    case .tan: "tan"
    case .asin: "asin"
    case .acos: "acos"
    case .atan: "atan"
    case .sinh: "sinh"
    case .cosh: "cosh"
    case .asinh: "asinh"
    case .acosh: "acosh"
    case .atanh: "atanh"
    case .expm1: "expm1"
    case .log1p: "log1p"
    case .celu: "celu"
    case .thresholdedRelu: "thresholded_relu"
    case .swish: "swish"
    case .shrink: "shrink"
    }
  }

  /// Whether the function is one of integers too.
  public var takesIntegers: Bool { [.relu, .negate, .absolute].contains(self) }

  /// The function's parameters, with ONNX's names.
  public var parameters: [Attribute] {
    switch self {
    case .leakyRelu(let alpha), .elu(let alpha), .celu(let alpha), .thresholdedRelu(let alpha),
      .swish(let alpha):
      [Attribute("alpha", .float(Double(alpha)))]
    case .clip(let lower, let upper):
      [Attribute("min", .float(Double(lower))), Attribute("max", .float(Double(upper)))]
    case .hardSigmoid(let alpha, let beta):
      [Attribute("alpha", .float(Double(alpha))), Attribute("beta", .float(Double(beta)))]
    case .shrink(let lambda, let bias):
      [Attribute("lambd", .float(Double(lambda))), Attribute("bias", .float(Double(bias)))]
    case .gelu(let approximate):
      approximate ? [Attribute("approximate", .text("tanh"))] : []
    default: []
    }
  }

  /// `relu`, `leaky_relu(0.1)`.
  public var summary: String {
    parameters.isEmpty
      ? name : "\(name)(\(parameters.map(\.value.description).joined(separator: ", ")))"
  }
}

/// Applies a function to every element; one input of any shape, float32, or int32 and int64 where
/// ``UnaryFunction/takesIntegers``.
public struct Unary: Operator, Codable {
  /// The name in text forms; ``attributes`` tell the function.
  public static let mnemonic = "unary"
  /// What is applied.
  public let function: UnaryFunction

  /// Applies `function`.
  public init(_ function: UnaryFunction) { self.function = function }

  /// The function's own name: people look for `relu`, not for `unary`.
  public var mnemonic: String { function.name }

  /// The input's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(
      inputs, 1...1, of: function.takesIntegers ? [.float32, .int32, .int64] : [.float32])
    return inputs
  }

  /// The function's parameters.
  public var attributes: [Attribute] { function.parameters }
}
