import GraphIR
import Operators
import Passes
import TensorCore
import Testing

@Suite struct FuseBiasAndActivationTests {
  @Test func producersTakeBiasesAndActivations() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 4, 4, 2])
    let bias = try b.constant([2], name: "bias")
    let conv = try b.add(BiasAdd(), b.conv(x, to: 2, name: "conv"), bias, name: "conv.biased")
    let active = try b.add(Unary(.leakyRelu(alpha: 0.1)), conv, name: "conv.active")
    let window = Window(kernel: Spatial(2))
    let pool = try b.add(
      BiasAdd(), b.add(Pool2D(.average, window: window), active, name: "pool"), bias,
      name: "pool.biased")
    let pooled = try b.add(Unary(.tanh), pool, name: "pool.active")
    let sum = try b.add(
      Unary(.relu), b.add(Binary(.add), pooled, bias, name: "sum"), name: "sum.active")
    let dense = try b.add(
      Unary(.sigmoid), b.add(Dense(), sum, b.constant([2, 3], name: "w"), name: "dense"),
      name: "dense.active")
    b.results(dense)
    try expect(
      FuseBiasAndActivation(), on: b,
      before: """
        conv = conv2d(x, conv.w) {strides=[1, 1], auto_pad=valid} : float32[1, 4, 4, 2]
        conv.biased = bias_add(conv, bias) : float32[1, 4, 4, 2]
        conv.active = leaky_relu(conv.biased) {alpha=0.1} : float32[1, 4, 4, 2]
        pool = average_pool(conv.active) {kernel_shape=[2, 2]} : float32[1, 3, 3, 2]
        pool.biased = bias_add(pool, bias) : float32[1, 3, 3, 2]
        pool.active = tanh(pool.biased) : float32[1, 3, 3, 2]
        sum = add(pool.active, bias) : float32[1, 3, 3, 2]
        sum.active = relu(sum) : float32[1, 3, 3, 2]
        dense = dense(sum.active, w) : float32[1, 3, 3, 3]
        dense.active = sigmoid(dense) : float32[1, 3, 3, 3]
        return dense.active = dense.active
        """,
      after: """
        conv.active = conv2d(x, conv.w, bias) {strides=[1, 1], auto_pad=valid, \
        activation=leaky_relu(0.1)} : float32[1, 4, 4, 2]
        pool.active = average_pool(conv.active, bias) {kernel_shape=[2, 2], activation=tanh} : \
        float32[1, 3, 3, 2]
        sum.active = add(pool.active, bias) {activation=relu} : float32[1, 3, 3, 2]
        dense.active = dense(sum.active, w) {activation=sigmoid} : float32[1, 3, 3, 3]
        return dense.active = dense.active
        """)
  }

  @Test func valuesNeededElsewhereAndSecondActivationsStay() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 2, 2, 2])
    let bias = try b.constant([2], name: "bias")
    let asked = try b.conv(x, to: 2, name: "asked")
    let full = try b.conv(x, to: 2, bias: true, name: "full")
    let active = try b.conv(Conv2D(activation: .relu), x, to: 2, name: "active")
    b.results(
      asked, try b.add(Unary(.relu), asked, name: "relu"),
      try b.add(BiasAdd(), full, bias, name: "twice"),
      try b.add(Unary(.tanh), active, name: "tanh"))
    try expectNothing(of: FuseBiasAndActivation(), on: b)
  }
}

@Suite struct MovePointwiseBeforeAveragePoolTests {
  private let window = Window(kernel: Spatial(3), padding: .symmetric(1, 1))

  @Test(arguments: [true, false])
  func convolutionComesFirst(countsPadding: Bool) throws {
    var b = GraphBuilder()
    let pool = try b.add(
      Pool2D(.average, window: window, countIncludePad: countsPadding), b.input([1, 4, 4, 3]),
      name: "pool")
    b.results(try b.conv(Conv2D(activation: .relu), pool, to: 2, bias: true, name: "branch_pool"))
    let count = countsPadding ? ", count_include_pad=true" : ""
    try expect(
      MovePointwiseBeforeAveragePool(), on: b,
      before: """
        pool = average_pool(x) {kernel_shape=[3, 3], pads=[1, 1, 1, 1]\(count)} : \
        float32[1, 4, 4, 3]
        branch_pool = conv2d(pool, branch_pool.w, branch_pool.b) {strides=[1, 1], \
        auto_pad=valid, activation=relu} : float32[1, 4, 4, 2]
        return branch_pool = branch_pool
        """,
      after: """
        branch_pool.pointwise = conv2d(x, branch_pool.w) {strides=[1, 1], auto_pad=valid} : \
        float32[1, 4, 4, 2]
        branch_pool = average_pool(branch_pool.pointwise, branch_pool.b) {kernel_shape=[3, 3], \
        pads=[1, 1, 1, 1]\(count), activation=relu} : float32[1, 4, 4, 2]
        return branch_pool = branch_pool
        """)
  }

  @Test func whatWouldNotPayStays() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 4, 4, 2])
    func pool(_ window: Window, _ kind: PoolKind = .average, name: String) throws -> ValueID {
      try b.add(Pool2D(kind, window: window), x, name: name)
    }
    let asked = try pool(window, name: "asked")
    b.results(
      try b.conv(pool(window, name: "p1"), to: 3, name: "wider"),
      try b.conv(pool(Window(kernel: Spatial(3)), name: "p2"), to: 2, name: "smaller"),
      try b.conv(pool(window, .max, name: "p3"), to: 2, name: "maximum"),
      try b.conv(asked, to: 2, name: "shared"), asked)
    try expectNothing(of: MovePointwiseBeforeAveragePool(), on: b)
  }
}

@Suite struct MergeSiblingConvolutionsTests {
  @Test func siblingsBecomeOneWithSeveralOutputs() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 3, 3, 2])
    let left = try b.conv(Conv2D(activation: .relu), x, to: 3, bias: true, name: "left")
    let right = try b.conv(Conv2D(padding: .same), x, to: 1, name: "right")
    let wide = try b.conv(Conv2D(padding: .same), x, kernel: 3, to: 1, name: "wide")
    let after = try b.conv(left, to: 2, name: "after")
    let beside = try b.conv(left, to: 2, name: "beside")
    b.results(try b.add(Concat(axis: 3), right, wide, after, beside, name: "joined"), right)
    try expect(
      MergeSiblingConvolutions(), on: b,
      before: """
        left = conv2d(x, left.w, left.b) {strides=[1, 1], auto_pad=valid, activation=relu} : \
        float32[1, 3, 3, 3]
        right = conv2d(x, right.w) {strides=[1, 1], auto_pad=same_upper} : float32[1, 3, 3, 1]
        wide = conv2d(x, wide.w) {strides=[1, 1], auto_pad=same_upper} : float32[1, 3, 3, 1]
        after = conv2d(left, after.w) {strides=[1, 1], auto_pad=valid} : float32[1, 3, 3, 2]
        beside = conv2d(left, beside.w) {strides=[1, 1], auto_pad=valid} : float32[1, 3, 3, 2]
        joined = concat(right, wide, after, beside) {axis=3} : float32[1, 3, 3, 6]
        return joined = joined
        return right = right
        """,
      after: """
        wide = conv2d(x, wide.w) {strides=[1, 1], auto_pad=same_upper} : float32[1, 3, 3, 1]
        left + right = conv2d(x, left + right.weights, left + right.bias) {strides=[1, 1], \
        auto_pad=valid, splits=[3, 1], split_activations=relu none} : float32[1, 3, 3, 3], \
        float32[1, 3, 3, 1]
        after + beside = conv2d(left + right, after + beside.weights) {strides=[1, 1], \
        auto_pad=valid, splits=[2, 2], split_activations=none none} : float32[1, 3, 3, 2], \
        float32[1, 3, 3, 2]
        joined = concat(left + right:1, wide, after + beside, after + beside:1) {axis=3} : \
        float32[1, 3, 3, 6]
        return joined = joined
        return right = left + right:1
        """)
    let merged = try PassPipeline([MergeSiblingConvolutions()]).run(b.graph).graph
    #expect(merged.node(named: "left + right")?.sources == ["left", "right"])
  }

  @Test func stridesGroupsAndComputedWeightsKeepThemApart() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 3, 3, 2])
    let computed = try b.add(Conv2D(), x, b.input([1, 1, 2, 2], name: "k"), name: "computed")
    b.results(
      try b.conv(x, to: 2, name: "plain"), computed,
      try b.conv(Conv2D(strides: Spatial(2)), x, to: 2, name: "strided"),
      try b.conv(Conv2D(groups: 2), x, to: 2, name: "grouped"),
      try b.conv(Conv2D(padding: .symmetric(1, 1)), x, to: 2, name: "padded"))
    try expectNothing(of: MergeSiblingConvolutions(), on: b)
  }
}
