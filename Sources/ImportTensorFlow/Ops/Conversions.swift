import Operators

/// Makes operators of one node; returns its values.
typealias Conversion = @Sendable (NodeScope) throws(ImportFailure) -> [Value]

/// TensorFlow's operations, and what becomes of them.
enum Conversions {
  /// The conversion of an operation, or nil where there is none.
  static func of(_ op: String) -> Conversion? {
    if let function = ElementwiseOps.unary[op] {
      return { (scope) throws(ImportFailure) in try ElementwiseOps.unary(scope, function) }
    }
    if let function = ElementwiseOps.binary[op] {
      return { (scope) throws(ImportFailure) in try ElementwiseOps.binary(scope, function) }
    }
    if let fold = IntegerOps.binary[op] {
      return { (scope) throws(ImportFailure) in try IntegerOps.binary(scope, fold) }
    }
    return table[op]
  }

  private static let table: [String: Conversion] = [
    "Placeholder": InputOps.placeholder, "PlaceholderV2": InputOps.placeholder,
    "PlaceholderWithDefault": InputOps.placeholderWithDefault, "Const": InputOps.constant,
    "Fill": InputOps.fill,
    "Identity": InputOps.identity, "Snapshot": InputOps.identity,
    "StopGradient": InputOps.identity, "PreventGradient": InputOps.identity,
    "CheckNumerics": InputOps.identity, "EnsureShape": InputOps.identity,
    "IdentityN": InputOps.identityN, FlatNode.call: InputOps.identityN, "Cast": InputOps.cast,

    "Conv2D": ConvolutionOps.conv2D, "DepthwiseConv2dNative": ConvolutionOps.depthwise,
    "MatMul": ConvolutionOps.matMul, "BatchMatMul": ConvolutionOps.batchMatMul,
    "BatchMatMulV2": ConvolutionOps.batchMatMul, "BatchMatMulV3": ConvolutionOps.batchMatMul,
    "BiasAdd": ConvolutionOps.biasAdd, "BiasAddV1": ConvolutionOps.biasAdd,

    "FusedBatchNorm": NormalizationOps.fusedBatchNorm,
    "FusedBatchNormV2": NormalizationOps.fusedBatchNorm,
    "FusedBatchNormV3": NormalizationOps.fusedBatchNorm,
    "BatchNormWithGlobalNormalization": NormalizationOps.oldBatchNorm,
    "LRN": NormalizationOps.lrn, "Softmax": NormalizationOps.softmax,
    "LogSoftmax": NormalizationOps.logSoftmax,

    "MaxPool": PoolingOps.maxPool, "MaxPoolV2": PoolingOps.maxPoolV2,
    "AvgPool": PoolingOps.averagePool,
    "Mean": ReductionOps.mean, "Max": ReductionOps.max, "Min": ReductionOps.min,
    "Sum": ReductionOps.sum, "Prod": ReductionOps.product,
    "ResizeNearestNeighbor": EnlargingOps.nearest, "ResizeBilinear": EnlargingOps.bilinear,
    "ResizeBicubic": EnlargingOps.bicubic,
    "Conv2DBackpropInput": EnlargingOps.transposedConvolution,
    "DepthToSpace": EnlargingOps.depthToSpace, "SpaceToDepth": EnlargingOps.spaceToDepth,
    "SpaceToBatchND": EnlargingOps.spaceToBatch, "BatchToSpaceND": EnlargingOps.batchToSpace,

    "Elu": ElementwiseOps.elu, "LeakyRelu": ElementwiseOps.leakyRelu,
    "Rsqrt": ElementwiseOps.rsqrt, "Square": ElementwiseOps.square,
    "SquaredDifference": ElementwiseOps.squaredDifference, "AddN": ElementwiseOps.addN,
    "ClipByValue": ElementwiseOps.clip,

    "Pad": MovementOps.pad, "PadV2": MovementOps.pad, "MirrorPad": MovementOps.mirrorPad,
    "Transpose": MovementOps.transpose, "Concat": MovementOps.concat,
    "ConcatV2": MovementOps.concatV2, "Slice": SliceOps.slice,
    "StridedSlice": SliceOps.stridedSlice, "Split": SliceOps.split, "SplitV": SliceOps.splitV,
    "Unpack": SliceOps.unpack, "Tile": MovementOps.tile,

    "Reshape": ShapeOps.reshape, "Squeeze": ShapeOps.squeeze,
    "ExpandDims": ShapeOps.expandDims, "Pack": ShapeOps.pack, "Shape": ShapeOps.shape,
    "ShapeN": ShapeOps.shapeN, "Size": ShapeOps.size, "Rank": ShapeOps.rank,
    "Range": IntegerOps.range,
    "GatherV2": IntegerOps.gather, "Gather": IntegerOps.gather,
  ]

  /// Why an operation without a conversion is refused.
  static func reason(_ op: String) -> String {
    switch op {
    case "Switch", "Merge", "Enter", "Exit", "NextIteration", "LoopCond", "If", "StatelessIf",
      "While", "StatelessWhile", "Case", "RefSwitch", "RefMerge":
      "the graph branches or loops while it runs"
    case "ReadVariableOp", "VarHandleOp", "Variable", "VariableV2", "AutoReloadVariable":
      "its values are not in the graph: freeze it first"
    case "RandomUniform", "RandomNormal", "RandomStandardNormal", "TruncatedNormal":
      "it makes random numbers, as in training"
    case "PartitionedCall", "StatefulPartitionedCall":
      "it calls a function that the graph doesn't define"
    case "DecodeJpeg", "DecodePng", "DecodeImage", "ParseExample", "ParseExampleV2":
      "it reads files; give the network's own input instead"
    default: "Incept has no operator for it"
    }
  }
}
