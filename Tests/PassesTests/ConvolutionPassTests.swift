import GraphIR
import Operators
import Passes
import TensorCore
import Testing

@Suite struct FoldPadIntoConvolutionTests {
  @Test func zerosBecomeTheConvolutionsOwnPadding() throws {
    var b = GraphBuilder()
    let pad = try b.add(
      Pad(before: [0, 1, 2, 0], after: [0, 3, 4, 0]), b.input([1, 5, 5, 2]), name: "pad")
    let first = try b.conv(pad, kernel: 3, to: 2, name: "first")
    let second = try b.conv(Conv2D(padding: .symmetric(1, 0)), pad, to: 2, name: "second")
    b.results(first, second)
    try expect(
      FoldPadIntoConvolution(), on: b,
      before: """
        pad = pad(x) {pads=[0, 1, 2, 0, 0, 3, 4, 0], value=0.0} : float32[1, 9, 11, 2]
        first = conv2d(pad, first.w) {strides=[1, 1], auto_pad=valid} : float32[1, 7, 9, 2]
        second = conv2d(pad, second.w) {strides=[1, 1], pads=[1, 0, 1, 0]} : float32[1, 11, 11, 2]
        return first = first
        return second = second
        """,
      after: """
        first = conv2d(x, first.w) {strides=[1, 1], pads=[1, 2, 3, 4]} : float32[1, 7, 9, 2]
        second = conv2d(x, second.w) {strides=[1, 1], pads=[2, 2, 4, 4]} : float32[1, 11, 11, 2]
        return first = first
        return second = second
        """)
  }

  @Test func otherPaddingStays() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 5, 5, 2])
    let ones = try b.add(
      Pad(before: [0, 1, 1, 0], after: [0, 1, 1, 0], mode: .constant(1)), x, name: "ones")
    let channels = try b.add(
      Pad(before: [0, 1, 1, 0], after: [0, 1, 1, 1]), x, name: "channels")
    let zeros = try b.add(Pad(before: [0, 1, 1, 0], after: [0, 0, 0, 0]), x, name: "zeros")
    b.results(
      try b.conv(ones, to: 2, name: "a"), try b.conv(channels, to: 2, name: "b"),
      try b.conv(Conv2D(padding: .same), zeros, kernel: 3, to: 2, name: "c"))
    try expectNothing(of: FoldPadIntoConvolution(), on: b)
  }
}

@Suite struct FoldBatchNormIntoConvolutionTests {
  @Test func normalisationGoesIntoTheWeights() throws {
    var b = GraphBuilder()
    let conv = try b.conv(b.input([1, 3, 3, 2]), kernel: 3, to: 4, name: "unit.conv")
    b.results(try b.add(Unary(.relu), b.batchNorm(conv, name: "unit.bn"), name: "unit"))
    try expect(
      FoldBatchNormIntoConvolution(), on: b,
      before: """
        unit.conv = conv2d(x, unit.conv.w) {strides=[1, 1], auto_pad=valid} : float32[1, 1, 1, 4]
        unit.bn = batch_normalization(unit.conv, unit.bn.0, unit.bn.1, unit.bn.2, unit.bn.3) \
        {epsilon=0.001} : float32[1, 1, 1, 4]
        unit = relu(unit.bn) : float32[1, 1, 1, 4]
        return unit = unit
        """,
      after: """
        unit.bn = conv2d(x, unit.bn.weights, unit.bn.bias) {strides=[1, 1], auto_pad=valid} : \
        float32[1, 1, 1, 4]
        unit = relu(unit.bn) : float32[1, 1, 1, 4]
        return unit = unit
        """)
    let folded = try PassPipeline([FoldBatchNormIntoConvolution()]).run(b.graph).graph
    #expect(folded.node(named: "unit.bn")?.sources == ["unit.conv", "unit.bn"])
  }

  @Test func productsAreRoundedOnce() throws {
    var b = GraphBuilder()
    let conv = try b.conv(b.input([1, 1, 1, 2]), to: 3, bias: true, name: "conv")
    b.results(try b.batchNorm(conv, name: "bn"))
    let folded = try PassPipeline([FoldBatchNormIntoConvolution()]).run(b.graph).graph
    func values(_ name: String, of graph: Graph) throws -> [Double] {
      let node = try #require(graph.node(named: name))
      return try #require(graph.constant(node.value)).floats().map(Double.init)
    }
    let (weights, bias) = try (values("conv.w", of: b.graph), values("conv.b", of: b.graph))
    let parameters = try (0..<4).map { try values("bn.\($0)", of: b.graph) }
    let factors = (0..<3).map {
      parameters[0][$0] / (parameters[3][$0] + Double(Float(1e-3))).squareRoot()
    }
    let wantedWeights = weights.indices.map { Float(weights[$0] * factors[$0 % 3]) }
    let wantedBias = (0..<3).map {
      Float(bias[$0] * factors[$0] + (parameters[1][$0] - parameters[2][$0] * factors[$0]))
    }
    #expect(try values("bn.weights", of: folded).map { Float($0) } == wantedWeights)
    #expect(try values("bn.bias", of: folded).map { Float($0) } == wantedBias)
  }

  @Test(arguments: [1, 2, 4])
  func chainsGoInWhateverTheGroups(groups: Int) throws {
    var b = GraphBuilder()
    let x = try b.input([1, 5, 5, 4])
    let op = Conv2D(padding: .same, groups: groups)
    var y = try b.conv(op, x, kernel: 3, to: 8, bias: true, name: "conv")
    y = try b.add(BiasAdd(), y, b.constant([8], name: "bias"), name: "biased")
    y = try b.batchNorm(y, name: "bn")
    y = try b.add(Binary(.sub), b.constant([], name: "one"), y, name: "complement")
    y = try b.add(Binary(.div), y, b.constant([1, 1, 1, 8], name: "divisor"), name: "quotient")
    y = try b.add(Binary(.mul), y, b.constant([8], name: "factor"), name: "product")
    b.results(y)
    let group = groups == 1 ? "" : ", group=\(groups)"
    try expect(
      FoldBatchNormIntoConvolution(), on: b,
      before: """
        conv = conv2d(x, conv.w, conv.b) {strides=[1, 1], auto_pad=same_upper\(group)} : \
        float32[1, 5, 5, 8]
        biased = bias_add(conv, bias) : float32[1, 5, 5, 8]
        bn = batch_normalization(biased, bn.0, bn.1, bn.2, bn.3) {epsilon=0.001} : \
        float32[1, 5, 5, 8]
        complement = sub(one, bn) : float32[1, 5, 5, 8]
        quotient = div(complement, divisor) : float32[1, 5, 5, 8]
        product = mul(quotient, factor) : float32[1, 5, 5, 8]
        return product = product
        """,
      after: """
        product = conv2d(x, product.weights, product.bias) {strides=[1, 1], \
        auto_pad=same_upper\(group)} : float32[1, 5, 5, 8]
        return product = product
        """)
  }

  @Test func denseLayersTakeItToo() throws {
    var b = GraphBuilder()
    let dense = try b.add(
      Dense(), b.input([2, 3]), b.constant([3, 4], name: "w"), name: "dense")
    b.results(try b.batchNorm(dense, name: "bn"))
    try expect(
      FoldBatchNormIntoConvolution(), on: b,
      before: """
        dense = dense(x, w) : float32[2, 4]
        bn = batch_normalization(dense, bn.0, bn.1, bn.2, bn.3) {epsilon=0.001} : float32[2, 4]
        return bn = bn
        """,
      after: """
        bn = dense(x, bn.weights, bn.bias) : float32[2, 4]
        return bn = bn
        """)
  }

  @Test func biasesLeaveTheWeightsAlone() throws {
    var b = GraphBuilder()
    let conv = try b.conv(b.input([1, 2, 2, 2]), to: 4, name: "conv")
    b.results(try b.add(BiasAdd(), conv, b.constant([4], name: "bias"), name: "biased"))
    try expect(
      FoldBatchNormIntoConvolution(), on: b,
      before: """
        conv = conv2d(x, conv.w) {strides=[1, 1], auto_pad=valid} : float32[1, 2, 2, 4]
        biased = bias_add(conv, bias) : float32[1, 2, 2, 4]
        return biased = biased
        """,
      after: """
        biased = conv2d(x, conv.w, biased.bias) {strides=[1, 1], auto_pad=valid} : \
        float32[1, 2, 2, 4]
        return biased = biased
        """)
  }

  @Test func valuesNeededElsewhereAndOtherBroadcastsStay() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 4, 4, 2])
    let asked = try b.conv(x, to: 4, name: "asked")
    let shared = try b.conv(x, to: 4, name: "shared")
    let active = try b.conv(Conv2D(activation: .relu), x, to: 4, name: "active")
    let plain = try b.conv(x, to: 4, name: "plain")
    let rows = try b.constant([4, 1], name: "rows")
    let computed = try b.add(Conv2D(), x, b.input([1, 1, 2, 4], name: "k"), name: "computed")
    b.results(
      try b.batchNorm(asked, name: "bn1"), asked, try b.batchNorm(shared, name: "bn2"),
      try b.add(Unary(.relu), shared, name: "relu"), try b.batchNorm(active, name: "bn3"),
      try b.add(Binary(.mul), plain, rows, name: "mul"), try b.batchNorm(computed, name: "bn4"))
    try expectNothing(of: FoldBatchNormIntoConvolution(), on: b)
  }
}

@Suite struct FoldInputAffineIntoConvolutionTests {
  @Test func colourNormalisationGoesIntoTheFirstWeights() throws {
    var b = GraphBuilder()
    var y = try b.input([1, 5, 5, 3])
    y = try b.add(Binary(.mul), y, b.constant([3], name: "scale"), name: "scaled")
    y = try b.add(Binary(.add), y, b.constant([1, 1, 1, 3], name: "shift"), name: "shifted")
    b.results(try b.conv(Conv2D(strides: Spatial(2)), y, kernel: 3, to: 4, name: "conv"))
    try expect(
      FoldInputAffineIntoConvolution(), on: b,
      before: """
        scaled = mul(x, scale) : float32[1, 5, 5, 3]
        shifted = add(scaled, shift) : float32[1, 5, 5, 3]
        conv = conv2d(shifted, conv.w) {strides=[2, 2], auto_pad=valid} : float32[1, 2, 2, 4]
        return conv = conv
        """,
      after: """
        conv = conv2d(x, conv.weights, conv.bias) {strides=[2, 2], auto_pad=valid} : \
        float32[1, 2, 2, 4]
        return conv = conv
        """)
  }

  @Test(arguments: [2, 4])
  func groupsReadTheirOwnChannels(groups: Int) throws {
    var b = GraphBuilder()
    let x = try b.batchNorm(b.input([1, 3, 3, 4]), name: "bn")
    let op = Conv2D(groups: groups)
    b.results(try b.conv(op, x, kernel: 3, to: 8, bias: true, name: "conv"))
    try expect(
      FoldInputAffineIntoConvolution(), on: b,
      before: """
        bn = batch_normalization(x, bn.0, bn.1, bn.2, bn.3) {epsilon=0.001} : float32[1, 3, 3, 4]
        conv = conv2d(bn, conv.w, conv.b) {strides=[1, 1], auto_pad=valid, group=\(groups)} : \
        float32[1, 1, 1, 8]
        return conv = conv
        """,
      after: """
        conv = conv2d(x, conv.weights, conv.bias) {strides=[1, 1], auto_pad=valid, \
        group=\(groups)} : float32[1, 1, 1, 8]
        return conv = conv
        """)
  }

  @Test func denseLayersTakeItToo() throws {
    var b = GraphBuilder()
    let x = try b.batchNorm(b.input([2, 3]), name: "bn")
    b.results(try b.add(Dense(), x, b.constant([3, 4], name: "w"), name: "dense"))
    try expect(
      FoldInputAffineIntoConvolution(), on: b,
      before: """
        bn = batch_normalization(x, bn.0, bn.1, bn.2, bn.3) {epsilon=0.001} : float32[2, 3]
        dense = dense(bn, w) : float32[2, 4]
        return dense = dense
        """,
      after: """
        dense = dense(x, dense.weights, dense.bias) : float32[2, 4]
        return dense = dense
        """)
  }

  @Test func paddedConvolutionsTakeScalesOnly() throws {
    var b = GraphBuilder()
    var y = try b.batchNorm(b.input([1, 3, 3, 2]), name: "bn")
    y = try b.add(Binary(.mul), y, b.constant([2], name: "scale"), name: "scaled")
    b.results(try b.conv(Conv2D(padding: .same), y, kernel: 3, to: 2, name: "conv"))
    try expect(
      FoldInputAffineIntoConvolution(), on: b,
      before: """
        bn = batch_normalization(x, bn.0, bn.1, bn.2, bn.3) {epsilon=0.001} : float32[1, 3, 3, 2]
        scaled = mul(bn, scale) : float32[1, 3, 3, 2]
        conv = conv2d(scaled, conv.w) {strides=[1, 1], auto_pad=same_upper} : float32[1, 3, 3, 2]
        return conv = conv
        """,
      after: """
        bn = batch_normalization(x, bn.0, bn.1, bn.2, bn.3) {epsilon=0.001} : float32[1, 3, 3, 2]
        conv = conv2d(bn, conv.weights) {strides=[1, 1], auto_pad=same_upper} : \
        float32[1, 3, 3, 2]
        return conv = conv
        """)
  }
}
