import GraphIR
import Operators
import Passes
import TensorCore
import Testing

@Suite struct RemoveIdentitiesTests {
  @Test func nodesThatChangeNothingGo() throws {
    var b = GraphBuilder()
    var y = try b.add(Identity(), b.input([1, 2, 2, 3]), name: "same")
    y = try b.add(Dropout(ratio: 0.5), y, name: "drop")
    y = try b.add(Unary(.relu), y, name: "relu")
    y = try b.add(Reshape([1, 2, 2, 3]), y, name: "reshape")
    y = try b.add(Transpose([0, 1, 2, 3]), y, name: "transpose")
    y = try b.add(Pad(before: [0, 0, 0, 0], after: [0, 0, 0, 0]), y, name: "pad")
    y = try b.add(Slice([.init(axis: 1, start: 0, end: Int.max)]), y, name: "slice")
    y = try b.add(Concat(axis: 3), y, name: "concat")
    b.results(y)
    try expect(
      RemoveIdentities(), on: b,
      before: """
        same = identity(x) : float32[1, 2, 2, 3]
        drop = dropout(same) {ratio=0.5} : float32[1, 2, 2, 3]
        relu = relu(drop) : float32[1, 2, 2, 3]
        reshape = reshape(relu) {shape=[1, 2, 2, 3]} : float32[1, 2, 2, 3]
        transpose = transpose(reshape) {perm=[0, 1, 2, 3]} : float32[1, 2, 2, 3]
        pad = pad(transpose) {pads=[0, 0, 0, 0, 0, 0, 0, 0], value=0.0} : float32[1, 2, 2, 3]
        slice = slice(pad) {axes=[1], starts=[0], ends=[9223372036854775807], steps=[1]} : \
        float32[1, 2, 2, 3]
        concat = concat(slice) {axis=3} : float32[1, 2, 2, 3]
        return concat = concat
        """,
      after: """
        relu = relu(x) : float32[1, 2, 2, 3]
        return concat = relu
        """)
  }

  @Test func whatMovesElementsWithinTheSameShapeStays() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 2, 2, 3])
    let transpose = try b.add(Transpose([0, 2, 1, 3]), x, name: "transpose")
    let reverse = try b.add(
      Slice([.init(axis: 1, start: -1, end: -9, step: -1)]), x, name: "reverse")
    b.results(transpose, reverse)
    try expectNothing(of: RemoveIdentities(), on: b)
  }
}

@Suite struct CancelTransposesTests {
  @Test func inversePairsVanishAndOthersCompose() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 2, 3, 4])
    let there = try b.add(Transpose.toNCHW, x, name: "there")
    let back = try b.add(Transpose.toNHWC, there, name: "back")
    let composed = try b.add(Transpose([0, 1, 3, 2]), there, name: "composed")
    b.results(try b.add(Unary(.relu), back, name: "relu"), composed)
    try expect(
      CancelTransposes(), on: b,
      before: """
        there = transpose(x) {perm=[0, 3, 1, 2]} : float32[1, 4, 2, 3]
        back = transpose(there) {perm=[0, 2, 3, 1]} : float32[1, 2, 3, 4]
        composed = transpose(there) {perm=[0, 1, 3, 2]} : float32[1, 4, 3, 2]
        relu = relu(back) : float32[1, 2, 3, 4]
        return relu = relu
        return composed = composed
        """,
      after: """
        composed = transpose(x) {perm=[0, 3, 2, 1]} : float32[1, 4, 3, 2]
        relu = relu(x) : float32[1, 2, 3, 4]
        return relu = relu
        return composed = composed
        """)
  }

  @Test func elementwiseRegionsBetweenInversesAreComputedInPlace() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 2, 3, 4])
    let left = try b.add(Unary(.tanh), b.add(Transpose.toNCHW, x, name: "t1"), name: "tanh")
    let half = try b.constant([], name: "half")
    let right = try b.add(
      Binary(.mul), half, b.add(Transpose.toNCHW, x, name: "t2"), name: "scaled")
    let sum = try b.add(Binary(.sub), left, right, name: "difference")
    b.results(try b.add(Transpose.toNHWC, sum, name: "t3"))
    try expect(
      CancelTransposes(), on: b,
      before: """
        t1 = transpose(x) {perm=[0, 3, 1, 2]} : float32[1, 4, 2, 3]
        tanh = tanh(t1) : float32[1, 4, 2, 3]
        t2 = transpose(x) {perm=[0, 3, 1, 2]} : float32[1, 4, 2, 3]
        scaled = mul(half, t2) : float32[1, 4, 2, 3]
        difference = sub(tanh, scaled) : float32[1, 4, 2, 3]
        t3 = transpose(difference) {perm=[0, 2, 3, 1]} : float32[1, 2, 3, 4]
        return t3 = t3
        """,
      after: """
        tanh = tanh(x) : float32[1, 2, 3, 4]
        scaled = mul(half, x) : float32[1, 2, 3, 4]
        difference = sub(tanh, scaled) : float32[1, 2, 3, 4]
        return t3 = difference
        """)
  }

  @Test func whatIsAResultOrReadElsewhereStays() throws {
    var b = GraphBuilder()
    let t = try b.add(Transpose.toNCHW, b.input([1, 2, 3, 4]), name: "there")
    let relu = try b.add(Unary(.relu), t, name: "relu")
    b.results(try b.add(Transpose.toNHWC, relu, name: "back"), relu)
    try expectNothing(of: CancelTransposes(), on: b)
  }
}

@Suite struct FoldTransposeIntoDenseTests {
  private func classifier(_ size: Int, _ flatten: any Operator) throws -> GraphBuilder {
    var b = GraphBuilder()
    let t = try b.add(Transpose.toNCHW, b.input([2, size, size, 3]), name: "nchw")
    let flat = try b.add(flatten, t, name: "flatten")
    let weights = try b.constant([3 * size * size, 4], name: "w")
    b.results(try b.add(Dense(), flat, weights, name: "fc"))
    return b
  }

  @Test(arguments: [Flatten() as any Operator, Reshape([0, -1]), Reshape([2, 27])])
  func weightsArePermutedInstead(flatten: any Operator) throws {
    let attribute = flatten.attributes[0]
    try expect(
      FoldTransposeIntoDense(), on: classifier(3, flatten),
      before: """
        nchw = transpose(x) {perm=[0, 3, 1, 2]} : float32[2, 3, 3, 3]
        flatten = \(flatten.mnemonic)(nchw) {\(attribute.name)=\(attribute.value)} : float32[2, 27]
        fc = dense(flatten, w) : float32[2, 4]
        return fc = fc
        """,
      after: """
        flatten = flatten(x) {axis=1} : float32[2, 27]
        fc = dense(flatten, fc.weights) : float32[2, 4]
        return fc = fc
        """)
  }

  @Test func weightsStayWhereOnlyAxesOfOneMove() throws {
    try expect(
      FoldTransposeIntoDense(), on: classifier(1, Flatten()),
      before: """
        nchw = transpose(x) {perm=[0, 3, 1, 2]} : float32[2, 3, 1, 1]
        flatten = flatten(nchw) {axis=1} : float32[2, 3]
        fc = dense(flatten, w) : float32[2, 4]
        return fc = fc
        """,
      after: """
        flatten = flatten(x) {axis=1} : float32[2, 3]
        fc = dense(flatten, w) : float32[2, 4]
        return fc = fc
        """)
  }

  @Test func flattenedValueThatIsAResultStays() throws {
    var b = try classifier(3, Flatten())
    let flat = try #require(b.graph.node(named: "flatten"))
    b.graph.outputs.append(GraphOutput(name: "flat", value: flat.value))
    try expectNothing(of: FoldTransposeIntoDense(), on: b)
  }
}

@Suite struct FlattenConcatsTests {
  @Test func concatsOfConcatsBecomeOne() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 2, 2, 3])
    let relu = try b.add(Unary(.relu), x, name: "relu")
    let inner = try b.add(Concat(axis: 3), x, relu, name: "inner")
    b.results(try b.add(Concat(axis: -1), relu, inner, inner, name: "outer"))
    try expect(
      FlattenConcats(), on: b,
      before: """
        relu = relu(x) : float32[1, 2, 2, 3]
        inner = concat(x, relu) {axis=3} : float32[1, 2, 2, 6]
        outer = concat(relu, inner, inner) {axis=-1} : float32[1, 2, 2, 15]
        return outer = outer
        """,
      after: """
        relu = relu(x) : float32[1, 2, 2, 3]
        outer = concat(relu, x, relu, x, relu) {axis=-1} : float32[1, 2, 2, 15]
        return outer = outer
        """)
  }

  @Test func otherAxesReadersAndResultsKeepTheInnerOne() throws {
    var b = GraphBuilder()
    let x = try b.input([1, 2, 2, 3])
    let rows = try b.add(Concat(axis: 1), x, x, name: "rows")
    let shared = try b.add(Concat(axis: 3), rows, rows, name: "shared")
    let asked = try b.add(Concat(axis: 3), shared, shared, name: "asked")
    let outer = try b.add(Concat(axis: 3), asked, rows, name: "outer")
    b.results(outer, asked, try b.add(Unary(.relu), shared, name: "relu"))
    try expectNothing(of: FlattenConcats(), on: b)
  }
}

@Suite struct FoldConstantsTests {
  @Test func constantArithmeticIsDoneOnce() throws {
    var b = GraphBuilder()
    let c = try b.constant([3], name: "c")
    let root = try b.add(Unary(.sqrt), c, name: "root")
    let shape = try b.add(Reshape([1, 3]), root, name: "row")
    let sum = try b.add(Binary(.add), b.input([2, 3]), shape, name: "sum")
    b.results(sum)
    try expect(
      FoldConstants(), on: b,
      before: """
        root = sqrt(c) : float32[3]
        row = reshape(root) {shape=[1, 3]} : float32[1, 3]
        sum = add(x, row) : float32[2, 3]
        return sum = sum
        """,
      after: """
        sum = add(x, row) : float32[2, 3]
        return sum = sum
        """)
    let folded = try PassPipeline([FoldConstants()]).run(b.graph).graph
    let row = try #require(folded.node(named: "row"))
    let original = try #require(b.graph.constant(c))
    #expect(folded.constant(row.value)?.floats() == original.floats().map { $0.squareRoot() })
  }

  @Test func resultsMuchLargerThanTheirInputsAreLeftToTheDevice() throws {
    var b = GraphBuilder()
    let c = try b.constant([1], name: "c")
    b.results(
      try b.add(Pad(before: [1 << 23], after: [1 << 24]), c, name: "large"))
    try expectNothing(of: FoldConstants(), on: b)
  }
}
