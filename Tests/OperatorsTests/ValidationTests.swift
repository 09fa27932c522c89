import GraphIR
import Operators
import TensorCore
import Testing

/// An operator with inputs that it must refuse, and the words it must do it with.
struct Refusal: Sendable, CustomStringConvertible {
  let op: any Operator
  let inputs: [TensorType]
  let message: String

  init(_ op: any Operator, _ shapes: [Shape], _ message: String) {
    self.op = op
    inputs = shapes.map { TensorType($0) }
    self.message = message
  }

  init(_ op: any Operator, types inputs: [TensorType], _ message: String) {
    self.op = op
    self.inputs = inputs
    self.message = message
  }

  var description: String { message }
}

@Suite("Operator validation")
struct ValidationTests {
  static let convolutions: [Refusal] = [
    Refusal(Conv2D(), [[1, 4, 4, 3]], "conv2d: expected 2 to 3 inputs, found 1"),
    Refusal(
      Conv2D(), [[4, 4, 3], [1, 1, 3, 2]],
      "conv2d: expected an image [N, H, W, C], found [4, 4, 3]"),
    Refusal(
      Conv2D(), [[1, 4, 4, 3], [1, 3, 2]],
      "conv2d: expected weights [KH, KW, I/groups, O] (HWIO), found [1, 3, 2]"),
    Refusal(
      Conv2D(), [[1, 4, 4, 3], [1, 0, 3, 2]],
      "conv2d: expected weights [KH, KW, I/groups, O] (HWIO), found [1, 0, 3, 2]"),
    Refusal(
      Conv2D(), [[1, 35, 35, 192], [1, 1, 128, 64]],
      "conv2d: expected weights [1, 1, 192, 64] (HWIO) for an image [1, 35, 35, 192], "
        + "found [1, 1, 128, 64]"),
    Refusal(
      Conv2D(groups: 2), [[1, 4, 4, 3], [1, 1, 1, 2]],
      "conv2d: expected groups that divide 3 input and 2 output channels, found 2"),
    Refusal(
      Conv2D(groups: 2), [[1, 4, 4, 4], [1, 1, 2, 3]],
      "conv2d: expected groups that divide 4 input and 3 output channels, found 2"),
    Refusal(
      Conv2D(groups: 0), [[1, 4, 4, 4], [1, 1, 4, 3]],
      "conv2d: expected groups that divide 4 input and 3 output channels, found 0"),
    Refusal(
      Conv2D(), [[1, 4, 4, 3], [1, 1, 3, 2], [3]], "conv2d: expected bias [2], found [3]"),
    Refusal(
      Conv2D(), [[1, 4, 4, 3], [1, 1, 3, 2], [1, 2]], "conv2d: expected bias [2], found [1, 2]"),
    Refusal(
      Conv2D(strides: Spatial(0, 1)), [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv2d: expected strides between 1 and 1048576, found 0x1"),
    Refusal(
      Conv2D(dilations: Spatial(1, -2)), [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv2d: expected dilations between 1 and 1048576, found 1x-2"),
    Refusal(
      Conv2D(padding: .symmetric(-1, 0)), [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv2d: expected pads between 0 and 1048576, found [-1, 0, -1, 0]"),
    Refusal(
      Conv2D(dilations: Spatial(2)), [[1, 4, 8, 3], [3, 3, 3, 2]],
      "conv2d: expected an image of at least 5x5 with its padding, found [1, 4, 8, 3]"),
    Refusal(
      Conv2D(splits: [.init(channels: 1, activation: nil)]), [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv2d: expected splits of 2 channels, activations in the splits only, found [1]"),
    Refusal(
      Conv2D(activation: .relu, splits: [.init(channels: 2, activation: nil)]),
      [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv2d: expected splits of 2 channels, activations in the splits only, found [2]"),
    Refusal(
      Conv2D(splits: [.init(channels: 3, activation: nil), .init(channels: -1, activation: nil)]),
      [[1, 4, 4, 3], [1, 1, 3, 2]],
      "conv2d: expected splits of 2 channels, activations in the splits only, found [3, -1]"),
  ]

  private static func maxPool(_ window: Window) -> Pool2D { Pool2D(.max, window: window) }

  static let pools: [Refusal] = [
    Refusal(
      maxPool(Window(kernel: Spatial(2))), [[4, 4, 3]],
      "pool2d: expected an image [N, H, W, C], found [4, 4, 3]"),
    Refusal(
      maxPool(Window(kernel: Spatial(2))), [[1, 4, 4, 3], [4]],
      "pool2d: expected bias [3], found [4]"),
    Refusal(
      maxPool(Window(kernel: Spatial(0))), [[1, 4, 4, 3]],
      "pool2d: expected kernel_shape between 1 and 1048576, found 0x0"),
    Refusal(
      maxPool(Window(kernel: Spatial(2), padding: .symmetric(2, 0))), [[1, 4, 4, 3]],
      "pool2d: expected pads smaller than the window 2x2, found [2, 0, 2, 0]"),
    Refusal(
      maxPool(Window(kernel: Spatial(5))), [[1, 4, 4, 3]],
      "pool2d: expected an image of at least 5x5 with its padding, found [1, 4, 4, 3]"),
    Refusal(
      GlobalPool(.average, keepsAxes: true), [[1, 0, 4, 3]],
      "global_pool: expected an image [N, H, W, C] of at least one pixel, found [1, 0, 4, 3]"),
  ]

  static let others: [Refusal] = [
    Refusal(
      Input(TensorType([1, -1])), [],
      "input: expected a shape of non-negative extents within 2^40, found [1, -1]"),
    Refusal(
      Input(TensorType([1 << 21, 1 << 21])), [],
      "input: expected a shape of non-negative extents within 2^40, found [2097152, 2097152]"),
    Refusal(
      BiasAdd(), [[2, 3], [2]],
      "bias_add: expected a bias of the last axis of [2, 3], found [2]"),
    Refusal(
      BatchNormalization(epsilon: -1), [[1], [1], [1], [1], [1]],
      "batch_normalization: expected a finite epsilon ≥ 0, found -1.0"),
    Refusal(
      BatchNormalization(epsilon: 0), [[], [1], [1], [1], [1]],
      "batch_normalization: expected an input with channels, found []"),
    Refusal(
      BatchNormalization(epsilon: 0), [[2, 3], [3], [3], [2], [3]],
      "batch_normalization: expected mean [3], found [2]"),
    Refusal(Unary(.relu), [], "unary: expected 1 inputs, found 0"),
    Refusal(
      Binary(.add), [[2, 3], [2]],
      "binary: expected shapes that broadcast, found [2, 3] and [2]"),
    Refusal(Concat(axis: 2), [[2, 3]], "concat: expected an axis of [2, 3], found 2"),
    Refusal(
      Concat(axis: 1), [[2, 3], [3, 3]],
      "concat: expected input 1 to agree with [2, 3] but for axis 1, found [3, 3]"),
    Refusal(
      Dense(), [[], [3, 2]], "dense: expected an input with at least one axis, found []"),
    Refusal(Dense(), [[2, 3], [2, 3]], "dense: expected weights [3, N], found [2, 3]"),
    Refusal(Dense(), [[2, 3], [3, 5], [3]], "dense: expected bias [5], found [3]"),
    Refusal(
      MatMul(), [[2, 3], [2, 3]],
      "matmul: expected shapes […, M, K] and […, K, N], found [2, 3] and [2, 3]"),
    Refusal(
      MatMul(), [[2, 2, 3], [3, 3, 2]],
      "matmul: expected shapes […, M, K] and […, K, N], found [2, 2, 3] and [3, 3, 2]"),
    Refusal(Softmax(axis: -3), [[2, 3]], "softmax: expected an axis of [2, 3], found -3"),
    Refusal(
      LRN(size: 0, alpha: 1, beta: 1, bias: 1), [[2]], "lrn: expected a size ≥ 1, found 0"),
    Refusal(
      LRN(size: 1, alpha: 1, beta: 1, bias: 1), [[]],
      "lrn: expected an input with channels, found []"),
    Refusal(
      Pad(before: [1], after: [1]), [[2, 3]],
      "pad: expected 2 paddings before and after, within 16777216, found [1] and [1]"),
    Refusal(
      Pad(before: [-2], after: [-1]), [[2]],
      "pad: expected at least 3 elements along axis 0, found 2"),
    Refusal(
      Pad(before: [-2], after: [1], mode: .wrap), [[2]],
      "pad: expected at least 3 elements along axis 0, found 2"),
    Refusal(
      Pad(before: [0], after: [1], mode: .edge), [[0]],
      "pad: expected at least 1 elements along axis 0, found 0"),
    Refusal(
      Reshape([2, 2]), [[2, 3]], "reshape: expected 6 elements, as in [2, 3], found [2, 2]"),
    Refusal(Reshape([-1, -1]), [[2, 3]], "reshape: expected at most one -1, found [-1, -1]"),
    Refusal(
      Reshape([4, -1]), [[2, 3]],
      "reshape: expected extents that divide 6 elements, found [4, -1]"),
    Refusal(
      Reshape([6, 1, 0]), [[2, 3]],
      "reshape: expected extents ≥ -1, 0 only for axes of [2, 3], found [6, 1, 0]"),
    Refusal(Flatten(axis: 3), [[2, 3]], "flatten: expected an axis from 0 to 2, found 3"),
    Refusal(
      Transpose([0, 0]), [[2, 3]],
      "transpose: expected a permutation of the axes of [2, 3], found [0, 0]"),
    Refusal(
      Slice([.init(axis: 0, start: 0, end: 1, step: 0)]), [[2]],
      "slice: expected one range an axis of [2], with a step other than 0, found [[0, 0, 1, 0]]"),
    Refusal(
      Slice([.init(axis: 0, start: 0, end: 1), .init(axis: -1, start: 0, end: 1)]), [[2]],
      "slice: expected one range an axis of [2], with a step other than 0, "
        + "found [[0, 0, 1, 1], [-1, 0, 1, 1]]"),
    Refusal(Identity(), [[1], [1]], "identity: expected 1 inputs, found 2"),
    Refusal(Dropout(ratio: 0.5), [], "dropout: expected 1 inputs, found 0"),
    Refusal(
      Constant(HostTensor(shape: [1], floats: [1])), [[1]],
      "constant: expected 0 inputs, found 1"),
  ]

  @Test(
    "Operators refuse what they can't compute, in the error form",
    arguments: convolutions + pools + others + reductions + resizes + training)
  func refuses(refusal: Refusal) {
    let error = #expect(throws: InceptError.self) {
      try refusal.op.inferOutputs(refusal.inputs)
    }
    #expect(error?.description == refusal.message)
    #expect(error?.category == .badData)
  }

  @Test("Every operator of the catalog is refused something")
  func coversCatalog() {
    let refusing = Set(
      (Self.convolutions + Self.pools + Self.others + Self.reductions + Self.resizes
        + Self.training).map { type(of: $0.op).mnemonic }
        + TypedOperatorTests.refusals.map { type(of: $0.op).mnemonic })
    #expect(Set(OperatorCatalog.all.map { $0.mnemonic }) == refusing)
  }

  @Test("Real functions take float32 only")
  func elementTypes() {
    let error = #expect(throws: InceptError.self) {
      try Unary(.exp).inferOutputs([TensorType([2], .int64)])
    }
    #expect(error?.description == "unary: expected float32 for input 0, found int64")
  }

  @Test("Weights of another architecture come with advice")
  func hint() {
    let error = #expect(throws: InceptError.self) {
      try Conv2D().inferOutputs([TensorType([1, 4, 4, 3]), TensorType([1, 1, 4, 2])])
    }
    #expect(error?.hint == "are these the weights of another architecture?")
  }
}
