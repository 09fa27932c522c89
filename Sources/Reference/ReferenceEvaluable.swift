import GraphIR
import TensorCore

/// An operator that can be computed in plain Swift, in double precision: the oracle of every test.
///
/// Every operator of the catalog conforms, but for those that a caller feeds.
package protocol ReferenceEvaluable: Operator {
  /// The outputs for inputs of accepted types.
  ///
  /// - Throws: what `inferOutputs` throws.
  func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor]
}

extension ReferenceEvaluable {
  /// Shapes of the outputs; validates the operator.
  func outputShapes(_ inputs: [ReferenceTensor]) throws(InceptError) -> [Shape] {
    try inferOutputs(inputs.map(\.type)).map(\.shape)
  }
}
