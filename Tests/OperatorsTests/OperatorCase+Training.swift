import GraphIR
import Operators
import TensorCore

extension OperatorCase {
  /// The operator that a case of `gradient_operators.json` describes.
  func makeTrainingOperator() throws -> any Operator {
    switch op {
    case "unary_gradient": return UnaryGradient(try unaryFunction())
    case "softmax_cross_entropy_loss": return SoftmaxCrossEntropy()
    case "softmax_cross_entropy_gradient": return SoftmaxCrossEntropyGradient()
    case "conv2d_weight_gradient":
      return Conv2DWeightGradient(
        kernel: try spatial("kernel"), strides: try spatial("strides"),
        dilations: try spatial("dilations"), padding: try padding(), groups: try int("groups"))
    case "conv2d_image_gradient":
      return Conv2DImageGradient(
        image: try spatial("image"), strides: try spatial("strides"),
        dilations: try spatial("dilations"), padding: try padding(), groups: try int("groups"))
    case "pool2d_gradient":
      let window = Window(
        kernel: try spatial("kernel"), strides: try spatial("strides"), padding: try padding(),
        ceilMode: try int("ceil") == 1)
      return Pool2DGradient(
        Pool2D(try kind(), window: window, countIncludePad: try int("include") == 1))
    case "momentum":
      return MomentumStep(
        momentum: try number("momentum"), weightDecay: try number("decay"),
        nesterov: try int("nesterov") == 1)
    case "adam":
      return AdamStep(
        beta1: try number("beta1"), beta2: try number("beta2"), epsilon: try number("epsilon"),
        weightDecay: try number("decay"), isDecoupled: try int("decoupled") == 1)
    default: throw Problem.missing("operator", self)
    }
  }

  private func number(_ key: String) throws -> Double {
    guard let number = floats[key] else { throw Problem.missing(key, self) }
    return number
  }
}
