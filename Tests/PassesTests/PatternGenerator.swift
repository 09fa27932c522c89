import GraphIR
import Operators
import TensorCore
import TestSupport

/// Random graphs made of what each pass looks for, and of near misses: complements the general generator, which
/// seldom meets a pass's whole precondition.
struct PatternGenerator {
  private var builder = GraphBuilder()
  private var random: RandomSource
  private var serial = 0

  /// The graph of a seed, with tensors to feed it.
  static func graph(seed: UInt64) throws -> GraphBuilder {
    var generator = PatternGenerator(random: RandomSource(seed: seed ^ 0x5EED))
    try generator.build()
    return generator.builder
  }

  private init(random: RandomSource) { self.random = random }

  private mutating func build() throws {
    var image = try builder.input([
      random.int(in: 1...2), random.int(in: 4...7), random.int(in: 4...7), random.int(in: 1...4),
    ])
    for _ in 0..<random.int(in: 2...4) { image = try pattern(image) }
    builder.results(random.oneIn(2) ? try classifier(image) : image)
  }

  private mutating func pattern(_ x: ValueID) throws -> ValueID {
    switch random.int(in: 0...7) {
    case 0: return try conv(try affineChain(x))
    case 1: return try affineChain(try conv(x))
    case 2: return try nestedConcats(x)
    case 3: return try transposedResidual(x)
    case 4: return try foldedParameters(x)
    case 5: return try pooledBias(x)
    case 6: return try paddedSiblings(x)
    default: return try poolThenPointwise(x)
    }
  }

  private mutating func name(_ stem: String) -> String {
    serial += 1
    return "\(stem)\(serial)"
  }

  private mutating func add(_ op: any Operator, _ inputs: ValueID...) throws -> ValueID {
    try builder.graph.add(op, inputs, name: name(op.mnemonic))
  }

  private mutating func constant(_ shape: Shape, in range: ClosedRange<Float> = 0.5...1.5) throws
    -> ValueID
  {
    try builder.constant(shape, name: name("c"), in: range)
  }

  private func channels(_ x: ValueID) -> Int {
    builder.graph.type(of: x).shape.dimensions.last ?? 1
  }

  private mutating func conv(_ x: ValueID, kernel: Int? = nil, valid: Bool = false) throws
    -> ValueID
  {
    let shape = builder.graph.type(of: x).shape
    let fits = shape[1] >= 3 && shape[2] >= 3
    let kernel = kernel ?? (fits ? random.pick([1, 2, 3]) : 1)
    let groups = random.oneIn(3) ? shape[3] : 1
    let op = Conv2D(
      strides: Spatial(random.oneIn(4) ? 2 : 1),
      padding: valid ? .valid : random.pick([.valid, .same, .symmetric(kernel / 2, 0)]),
      groups: groups)
    return try builder.conv(
      op, x, kernel: kernel, to: groups * random.int(in: 1...2), bias: random.oneIn(2),
      name: name("conv"))
  }

  private mutating func affineChain(_ x: ValueID) throws -> ValueID {
    var y = x
    for _ in 0..<random.int(in: 1...3) {
      let width = channels(x)
      let operand = try constant(random.pick([[width], [], [1, 1, 1, width], [1, 1]]))
      switch random.int(in: 0...6) {
      case 0, 1: y = try builder.batchNorm(y, name: name("bn"))
      case 2: y = try add(BiasAdd(), y, constant([width]))
      case 3: y = try add(Binary(random.pick([.add, .mul, .sub])), operand, y)
      case 4: y = try add(Binary(.div, activation: random.oneIn(3) ? .relu : nil), y, operand)
      default: y = try add(Binary(random.pick([.add, .mul, .sub, .max])), y, operand)
      }
    }
    return y
  }

  private mutating func nestedConcats(_ x: ValueID) throws -> ValueID {
    let axis = random.pick([1, 3])
    let inner = try add(Concat(axis: axis), x, add(Unary(.tanh), x))
    let other = try add(Concat(axis: random.pick([axis, axis - 4])), inner, x)
    return try add(Concat(axis: axis), random.oneIn(3) ? inner : x, other)
  }

  private mutating func transposedResidual(_ x: ValueID) throws -> ValueID {
    let permutation = random.pick([[0, 3, 1, 2], [0, 2, 1, 3], [3, 1, 0, 2]])
    let inverse = permutation.indices.compactMap { permutation.firstIndex(of: $0) }
    let left = try add(Transpose(permutation), x)
    let right = try add(Transpose(permutation), add(Unary(.tanh), x))
    var sum = try add(Binary(.add), add(Unary(.sigmoid), left), random.oneIn(4) ? left : right)
    if random.oneIn(2) { sum = try add(Binary(.mul), sum, constant(random.pick([[], [1]]))) }
    let back = try add(Transpose(random.oneIn(6) ? permutation : inverse), sum)
    return builder.graph.type(of: back).shape.rank == 4 ? back : x
  }

  private mutating func foldedParameters(_ x: ValueID) throws -> ValueID {
    let width = channels(x)
    let outputs = random.int(in: 1...3)
    let stored = try constant([outputs, width, 1, 1], in: -1...1)
    let weights = try add(Transpose([2, 3, 1, 0]), stored)
    let bias = try add(Reshape([outputs]), add(Unary(.exp), constant([1, outputs])))
    return try add(Conv2D(), x, weights, bias)
  }

  private mutating func pooledBias(_ x: ValueID) throws -> ValueID {
    let window = Window(kernel: Spatial(2), padding: .same)
    let pool = try add(Pool2D(random.pick(PoolKind.allCases), window: window), x)
    return try add(Unary(.relu), add(BiasAdd(), pool, constant([channels(x)], in: -1...1)))
  }

  private mutating func paddedSiblings(_ x: ValueID) throws -> ValueID {
    let pad = Pad(
      before: [0, 1, 0, 0], after: [0, 0, 1, 0],
      mode: random.pick([.constant(0), .constant(0), .constant(-1)]))
    let padded = try add(pad, x)
    let a = try conv(padded, kernel: 2)
    let b = try builder.conv(padded, to: 2, name: name("conv"))
    let c = try builder.conv(padded, to: 3, bias: true, name: name("conv"))
    let joined = try add(Concat(axis: 3), b, add(Unary(.tanh), c))
    return random.oneIn(2) ? a : joined
  }

  private mutating func poolThenPointwise(_ x: ValueID) throws -> ValueID {
    let wide = try builder.conv(x, to: 4, name: name("conv"))
    let window = Window(kernel: Spatial(3), padding: random.pick([.same, .symmetric(1, 2)]))
    let pool = try add(
      Pool2D(.average, window: window, countIncludePad: random.oneIn(2)), wide)
    let narrow = try builder.conv(
      pool, to: random.int(in: 1...5), bias: random.oneIn(2), name: name("conv"))
    let beside = try builder.conv(wide, to: 2, bias: random.oneIn(2), name: name("conv"))
    return random.oneIn(2)
      ? try add(Unary(.relu), narrow) : try add(Unary(.relu), try affineChain(beside))
  }

  private mutating func classifier(_ x: ValueID) throws -> ValueID {
    let permutation = random.pick([[0, 3, 1, 2], [0, 2, 3, 1], [0, 1, 2, 3], [0, 2, 1, 3]])
    let flat = try add(
      random.pick([Flatten(), Reshape([0, -1])] as [any Operator]), add(Transpose(permutation), x))
    let normalised = random.oneIn(3) ? try builder.batchNorm(flat, name: name("bn")) : flat
    let weights = try constant([channels(flat), 3], in: -1...1)
    let dense = try add(Dense(), normalised, weights)
    return random.oneIn(2) ? try affineChain(dense) : try add(Unary(.tanh), dense)
  }
}
