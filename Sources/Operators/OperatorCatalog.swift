import GraphIR

/// Every operator there is. Tests use it to prove that none lacks a reference, a kernel or a test.
public enum OperatorCatalog {
  /// The operator types, in the order of the documentation.
  public static let all: [any Operator.Type] = [
    Input.self, Constant.self, Conv2D.self, ConvTranspose2D.self, BiasAdd.self,
    BatchNormalization.self, Unary.self, Binary.self, Concat.self, Pool2D.self, LpPool2D.self,
    GlobalPool.self, Dense.self, MatMul.self, Softmax.self, Hardmax.self, LRN.self,
    MeanVarianceNormalization.self, LpNormalization.self, Reduce.self, Pad.self, Expand.self,
    Tile.self, Resize.self, Reshape.self, Flatten.self, Transpose.self, Slice.self, Identity.self,
    Dropout.self, Cast.self, Comparison.self, Logical.self, Not.self, Where.self, Gather.self,
    ArgReduce.self, TopK.self, UnaryGradient.self, SoftmaxCrossEntropy.self,
    SoftmaxCrossEntropyGradient.self, Conv2DWeightGradient.self, Conv2DImageGradient.self,
    Pool2DGradient.self, MomentumStep.self, AdamStep.self, RandomUniform.self,
  ]
}
