import GraphIR
import TensorCore

/// What an elementwise function's gradient makes of the gradient of its result: `dy · f′(x)`.
///
/// Inputs: x and dy, of one shape, float32. With ``readsResult`` the first input is `f(x)` instead of x, which lets a
/// training step forget x: the optimiser can then fuse the function into what computes x. Where a function has a corner,
/// the derivative is the one to its left (relu: 0 at 0), as PyTorch has it.
public struct UnaryGradient: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "unary_gradient"
  /// The function.
  public let function: UnaryFunction
  /// Whether the first input is the function's result.
  public let readsResult: Bool

  /// The gradient of `function`.
  public init(_ function: UnaryFunction, readsResult: Bool = false) {
    self.function = function
    self.readsResult = readsResult
  }

  /// `relu_gradient` and so on.
  public var mnemonic: String { "\(function.name)_gradient" }

  /// The first input's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 2...2)
    guard inputs[0].shape == inputs[1].shape else {
      throw invalid(
        "expected a gradient \(inputs[0].shape)", found: "\(inputs[1].shape)")
    }
    guard !readsResult || function.hasGradientOfResult else {
      throw invalid(
        "expected a function whose result tells its derivative", found: function.summary)
    }
    return [inputs[0]]
  }

  /// The function's parameters.
  public var attributes: [Attribute] {
    function.parameters + (readsResult ? [Attribute("reads_result", .bool(true))] : [])
  }
}

extension UnaryFunction {
  /// Whether the derivative can be computed from the function's result alone, exactly.
  public var hasGradientOfResult: Bool {
    switch self {
    case .relu, .relu6, .sigmoid, .tanh, .exp: true
    case .clip(let lower, let upper): lower < upper
    case .leakyRelu(let alpha): alpha >= 0
    case .thresholdedRelu(let alpha): alpha >= 0
    default: false
    }
  }

  /// Whether the derivative is 0 wherever there is one.
  public var isStep: Bool { [.floor, .ceil, .round, .sign].contains(self) }
}
