import GraphIR
import Operators
import TensorCore

extension MomentumStep: ReferenceEvaluable {
  /// Element by element.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let rate = inputs[3].values[0]
    var (parameters, velocity) = (inputs[0].values, inputs[2].values)
    for index in parameters.indices {
      let gradient = inputs[1].values[index] + weightDecay * parameters[index]
      velocity[index] = momentum * velocity[index] + gradient
      let step = nesterov ? gradient + momentum * velocity[index] : velocity[index]
      parameters[index] -= rate * step
    }
    return [parameters, velocity].map { ReferenceTensor(shape: shape, values: $0) }
  }
}

extension AdamStep: ReferenceEvaluable {
  /// Element by element.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let (rate, firstScale, secondScale) = (
      inputs[4].values[0], inputs[4].values[1], inputs[4].values[2]
    )
    var (parameters, first, second) = (inputs[0].values, inputs[2].values, inputs[3].values)
    for index in parameters.indices {
      var gradient = inputs[1].values[index]
      if isDecoupled {
        parameters[index] *= 1 - rate * weightDecay
      } else {
        gradient += weightDecay * parameters[index]
      }
      first[index] = beta1 * first[index] + (1 - beta1) * gradient
      second[index] = beta2 * second[index] + (1 - beta2) * gradient * gradient
      let divisor = (secondScale * second[index]).squareRoot() + epsilon
      parameters[index] -= rate * firstScale * first[index] / divisor
    }
    return [parameters, first, second].map { ReferenceTensor(shape: shape, values: $0) }
  }
}
