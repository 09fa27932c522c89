import GraphIR
import TensorCore

/// How one class of Keras layers becomes operators.
///
/// Reading the configuration and emitting operators are apart, so that all layers that can't be expressed are
/// known before the first operator is made.
protocol LayerConversion: LayerEmission {
  /// Reads the layer's configuration; says why where it can't be expressed.
  init(_ config: LayerConfig) throws(Refusal)
}

/// What makes operators of the calls of a layer that was read.
protocol LayerEmission: Sendable {
  /// Emits the layer's operators for one call and returns its value.
  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID
}

/// The layer classes that can become operators.
enum LayerTable {
  /// What converts a class, by its Keras name.
  static let conversions: [String: any LayerConversion.Type] = [
    "Conv2D": ConvolutionLayer.self, "Convolution2D": ConvolutionLayer.self,
    "DepthwiseConv2D": DepthwiseConvolutionLayer.self,
    "SeparableConv2D": SeparableConvolutionLayer.self,
    "SeparableConvolution2D": SeparableConvolutionLayer.self,
    "Dense": DenseLayer.self,
    "BatchNormalization": BatchNormalizationLayer.self,
    "BatchNormalizationV1": BatchNormalizationLayer.self,
    "BatchNormalizationV2": BatchNormalizationLayer.self,
    "SyncBatchNormalization": BatchNormalizationLayer.self,
    "LayerNormalization": LayerNormalizationLayer.self,
    "Activation": ActivationLayer.self, "ReLU": ReLULayer.self, "LeakyReLU": LeakyReLULayer.self,
    "ELU": ELULayer.self, "Softmax": SoftmaxLayer.self, "PReLU": PReLULayer.self,
    "MaxPooling2D": MaxPoolingLayer.self, "MaxPool2D": MaxPoolingLayer.self,
    "AveragePooling2D": AveragePoolingLayer.self, "AvgPool2D": AveragePoolingLayer.self,
    "GlobalAveragePooling2D": GlobalAveragePoolingLayer.self,
    "GlobalAvgPool2D": GlobalAveragePoolingLayer.self,
    "GlobalMaxPooling2D": GlobalMaxPoolingLayer.self,
    "GlobalMaxPool2D": GlobalMaxPoolingLayer.self,
    "ZeroPadding2D": ZeroPaddingLayer.self, "Cropping2D": CroppingLayer.self,
    "Add": AddLayer.self, "Subtract": SubtractLayer.self, "Multiply": MultiplyLayer.self,
    "Average": AverageLayer.self, "Maximum": MaximumLayer.self, "Minimum": MinimumLayer.self,
    "Concatenate": ConcatenateLayer.self, "CustomScaleLayer": CustomScaleLayer.self,
    "LayerScale": LayerScaleLayer.self, "StochasticDepth": TrainingOnlyLayer.self,
    "UpSampling2D": UpSamplingLayer.self,
    "Conv2DTranspose": TransposedConvolutionLayer.self,
    "Convolution2DTranspose": TransposedConvolutionLayer.self,
    "Conv1D": Convolution1DLayer.self, "Convolution1D": Convolution1DLayer.self,
    "Flatten": FlattenLayer.self, "Reshape": ReshapeLayer.self, "Permute": PermuteLayer.self,
    "Dropout": DropoutLayer.self, "SpatialDropout1D": DropoutLayer.self,
    "SpatialDropout2D": DropoutLayer.self, "GaussianDropout": DropoutLayer.self,
    "AlphaDropout": DropoutLayer.self, "GaussianNoise": TrainingOnlyLayer.self,
    "ActivityRegularization": TrainingOnlyLayer.self, "RandomFlip": TrainingOnlyLayer.self,
    "RandomRotation": TrainingOnlyLayer.self, "RandomZoom": TrainingOnlyLayer.self,
    "RandomTranslation": TrainingOnlyLayer.self, "RandomContrast": TrainingOnlyLayer.self,
    "RandomBrightness": TrainingOnlyLayer.self, "Identity": TrainingOnlyLayer.self,
    "Rescaling": RescalingLayer.self, "Normalization": NormalizationLayer.self,
  ]

  /// Why a class that isn't in ``conversions`` is refused.
  static func reason(_ className: String) -> String {
    switch className {
    case "Lambda": "it holds Python code, which Incept never runs"
    case "TFOpLambda", "SlicingOpLambda": "it calls a TensorFlow function"
    case let name where name.contains(">"): "it is a custom class"
    default: "Incept has no operator for it"
    }
  }
}
