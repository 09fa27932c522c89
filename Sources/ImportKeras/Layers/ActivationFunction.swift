import GraphIR
import Operators
import WireFormats

/// An activation as a chain of operators; an empty chain is `linear`.
struct ActivationFunction: Sendable {
  /// What is applied, one after the other.
  let operators: [any Operator]
  /// Whether what the chain makes of x is subtracted from x.
  let isSubtracted: Bool

  /// A chain of elementwise functions.
  init(_ functions: UnaryFunction...) {
    operators = functions.map { Unary($0) }
    isSubtracted = false
  }

  private init(softmax: Softmax) {
    operators = [softmax]
    isSubtracted = false
  }

  /// x less a function of x.
  private init(subtracting function: UnaryFunction) {
    operators = [Unary(function)]
    isSubtracted = true
  }

  /// Whether the activation changes nothing.
  var isLinear: Bool { operators.isEmpty }

  /// The argument `activation` of a layer: a name, a serialised function or an activation layer.
  init(_ config: LayerConfig) throws(Refusal) {
    self = try ActivationFunction(config["activation"], config)
  }

  private init(_ value: ConfigValue?, _ config: LayerConfig) throws(Refusal) {
    guard let value else {
      self.init()
      return
    }
    if let name = value.text {
      self = try ActivationFunction(named: name, kerasMajor: config.kerasMajor)
      return
    }
    guard case .object(let object) = value, let className = object["class_name"]?.text else {
      throw Refusal("activation is \(value.summary)")
    }
    try CustomClass.refuse(object, what: "activation")
    if className == "function" || className == "builtin_function",
      let name = object["config"]?.text
    {
      self = try ActivationFunction(named: name, kerasMajor: config.kerasMajor)
      return
    }
    guard case .object(let arguments) = object["config"] ?? .null else {
      throw Refusal("activation is a \(className.printable(limit: 60)) without configuration")
    }
    let inner = LayerConfig(name: config.name, values: arguments, kerasMajor: config.kerasMajor)
    switch className {
    case "ReLU":
      let layer = try ReLULayer(inner)
      guard layer.threshold == 0 else { throw Refusal("activation is a ReLU with a threshold") }
      self = layer.function
    case "LeakyReLU": self = try LeakyReLULayer(inner).function
    case "ELU": self = try ELULayer(inner).function
    case "Activation": self = try ActivationFunction(named: inner)
    default: throw Refusal("activation is a \(className.printable(limit: 60))")
    }
  }

  /// An activation inside an activation may only be a name, which bounds the recursion.
  private init(named config: LayerConfig) throws(Refusal) {
    guard let name = config["activation"]?.text else {
      throw Refusal("activation is not a name")
    }
    self = try ActivationFunction(named: name, kerasMajor: config.kerasMajor)
  }

  /// An activation of `keras.activations`.
  init(named name: String, kerasMajor: Int?) throws(Refusal) {
    switch name {
    case "linear": self.init()
    case "relu": self.init(.relu)
    case "relu6": self.init(.relu6)
    case "leaky_relu": self.init(.leakyRelu(alpha: 0.2))
    case "sigmoid": self.init(.sigmoid)
    case "tanh": self.init(.tanh)
    case "tanh_shrink": self.init(subtracting: .tanh)
    case "soft_shrink": self.init(subtracting: .clip(lower: -0.5, upper: 0.5))
    case "sparse_sigmoid": self.init(.hardSigmoid(alpha: 0.5, beta: 0.5))
    case "hard_tanh": self.init(.clip(lower: -1, upper: 1))
    case "softplus": self.init(.softplus)
    case "softsign": self.init(.softsign)
    case "selu": self.init(.selu)
    case "elu", "celu": self.init(.elu(alpha: 1))
    case "gelu": self.init(.gelu(approximate: false))
    case "silu", "swish": self.init(.silu)
    case "hard_silu", "hard_swish": self.init(.hardSwish)
    case "mish": self.init(.mish)
    case "exponential": self.init(.exp)
    case "log_sigmoid": self.init(.negate, .softplus, .negate)
    case "softmax": self.init(softmax: Softmax(axis: -1))
    case "log_softmax": self.init(softmax: Softmax(axis: -1, isLogarithm: true))
    case "hard_sigmoid":
      // Keras 3 took over PyTorch's definition.
      let isNew = (kerasMajor ?? 2) >= 3
      self.init(.hardSigmoid(alpha: isNew ? 1 / 6 : 0.2, beta: 0.5))
    default: throw Refusal("activation is '\(name.printable(limit: 60))'")
    }
  }
}
