import GraphIR
import Operators
import TensorCore

extension GraphGenerator {
  /// Appends a random pattern that reads `image`; returns its image.
  mutating func step(after image: ValueID) throws(InceptError) -> ValueID {
    switch random.int(in: 0...16) {
    case 0, 1: return try convolution(image)
    case 2, 3: return try convolutionNormalisation(image)
    case 4: return try inceptionBlock(image)
    case 5: return try siblings(image)
    case 6: return try residual(image)
    case 7: return try pool(image)
    case 8: return try poolThenPointwise(image)
    case 9: return try transposed(image)
    case 10: return try padded(image)
    case 11: return try splitAndJoin(image)
    case 12: return try depthwise(image)
    case 13: return try sharedWeights(image)
    case 14:
      return try add(random.pick([Identity(), Dropout(ratio: 0.3)] as [any Operator]), [image])
    case 15: return try scaled(image)
    default: return try add(Unary(randomFunction()), [image])
    }
  }

  /// A convolution with random window, groups and bias; SAME padding or none that could fail.
  mutating func convolution(
    _ image: ValueID, kernel: Spatial? = nil, to outer: Int? = nil, keepsSize: Bool = false
  ) throws(InceptError) -> ValueID {
    let kernel =
      kernel ?? random.pick([.one, Spatial(3), Spatial(1, 3), Spatial(5, 1), Spatial(2)])
    let inner = channels(image)
    let outer = outer ?? random.int(in: 1...8)
    let groups = inner % 2 == 0 && outer % 2 == 0 && random.oneIn(5) ? 2 : 1
    let dilation = random.oneIn(6) ? 2 : 1
    let stride = !keepsSize && random.oneIn(4) ? 2 : 1
    let op = Conv2D(
      strides: Spatial(stride), dilations: Spatial(dilation),
      padding: random.pick([.same, .same, .sameLower]), groups: groups,
      activation: random.oneIn(6) ? randomFunction() : nil)
    return try convolve(op, image, kernel: kernel, to: outer)
  }

  /// Adds `op` with weights (and sometimes a bias) of its own.
  mutating func convolve(_ op: Conv2D, _ image: ValueID, kernel: Spatial, to outer: Int)
    throws(InceptError) -> ValueID
  {
    let inner = channels(image) / op.groups
    let bound = 1.7 / Float(kernel.height * kernel.width * inner).squareRoot()
    var inputs = [
      image, try constant([kernel.height, kernel.width, inner, outer], in: -bound...bound),
    ]
    if random.oneIn(2) { inputs.append(try constant([outer])) }
    return try add(op, inputs)
  }

  private mutating func normalisation(_ image: ValueID) throws(InceptError) -> ValueID {
    let shape: Shape = [channels(image)]
    return try add(
      BatchNormalization(epsilon: random.pick([1e-3, 1e-5])),
      [
        image, try constant(shape, in: 0.5...1.5), try constant(shape), try constant(shape),
        try constant(shape, in: 0.25...2),
      ])
  }

  private mutating func convolutionNormalisation(_ image: ValueID) throws(InceptError) -> ValueID {
    var value = try convolution(image)
    if random.oneIn(4) { value = try add(BiasAdd(), [value, try constant([channels(value)])]) }
    if !random.oneIn(5) { value = try normalisation(value) }
    if random.oneIn(8) { images.append(value) }
    return random.oneIn(4) ? value : try add(Unary(randomFunction()), [value])
  }

  private mutating func inceptionBlock(_ image: ValueID) throws(InceptError) -> ValueID {
    let relu = Unary(.relu)
    func width(_ random: inout RandomSource) -> Int { random.int(in: 1...5) }
    let a = try convolution(image, kernel: .one, to: width(&random), keepsSize: true)
    var branches = [try add(relu, [a])]
    let b = try convolution(image, kernel: .one, to: width(&random), keepsSize: true)
    let c = try convolution(
      try add(relu, [b]), kernel: Spatial(3), to: width(&random), keepsSize: true)
    branches.append(try add(relu, [c]))
    let same = Window(kernel: Spatial(3), padding: .symmetric(1, 1))
    let pooled = try add(
      Pool2D(.average, window: same, countIncludePad: random.oneIn(2)), [image])
    branches.append(try convolution(pooled, kernel: .one, to: width(&random), keepsSize: true))
    if random.oneIn(2) { branches.append(try add(Pool2D(.max, window: same), [image])) }
    if random.oneIn(3) { branches.append(branches[0]) }
    return try add(Concat(axis: random.pick([3, -1])), branches)
  }

  /// 1x1 convolutions of one image, some with an activation after them.
  private mutating func siblings(_ image: ValueID) throws(InceptError) -> ValueID {
    var values: [ValueID] = []
    for _ in 0..<random.int(in: 2...4) {
      let op = Conv2D(padding: random.pick([.valid, .same]))
      var value = try convolve(op, image, kernel: .one, to: random.int(in: 1...6))
      if random.oneIn(2) { value = try normalisation(value) }
      if random.oneIn(2) { value = try add(Unary(randomFunction()), [value]) }
      values.append(value)
    }
    return try add(Concat(axis: 3), values)
  }

  private mutating func residual(_ image: ValueID) throws(InceptError) -> ValueID {
    let inner = try convolution(image, kernel: Spatial(3), to: channels(image), keepsSize: true)
    let function = random.pick([.add, .add, .sub, .max, .mul] as [BinaryFunction])
    let sum = try add(Binary(function), random.oneIn(2) ? [inner, image] : [image, inner])
    return random.oneIn(2) ? sum : try add(Unary(randomFunction()), [sum])
  }

  private mutating func pool(_ image: ValueID) throws(InceptError) -> ValueID {
    let size = Spatial(shape(image)[1], shape(image)[2])
    let kernel = Spatial(random.int(in: 2...3), random.int(in: 2...3))
    let fits = kernel.height <= size.height && kernel.width <= size.width
    let window = Window(
      kernel: kernel, strides: Spatial(random.int(in: 1...2)),
      padding: fits ? random.pick([.valid, .same, .symmetric(1, 1)]) : .same,
      ceilMode: random.oneIn(3))
    return try add(
      Pool2D(random.pick(PoolKind.allCases), window: window, countIncludePad: random.oneIn(2)),
      [image])
  }

  private mutating func poolThenPointwise(_ image: ValueID) throws(InceptError) -> ValueID {
    let window = Window(kernel: Spatial(3), padding: random.pick([.same, .symmetric(1, 1)]))
    let pooled = try add(
      Pool2D(.average, window: window, countIncludePad: random.oneIn(2)), [image])
    if random.oneIn(5) { images.append(pooled) }
    let value = try convolve(Conv2D(), pooled, kernel: .one, to: random.int(in: 1...6))
    return try add(Unary(.relu), [random.oneIn(2) ? try normalisation(value) : value])
  }

  /// Goes to NCHW, sometimes computes there, and comes back.
  private mutating func transposed(_ image: ValueID) throws(InceptError) -> ValueID {
    var value = try add(Transpose.toNCHW, [image])
    if random.oneIn(2) { value = try add(Unary(randomFunction()), [value]) }
    if random.oneIn(4) { value = try add(Concat(axis: 1), [value, value]) }
    if random.oneIn(4) { value = try add(Transpose([0, 1, 2, 3]), [value]) }
    return try add(Transpose.toNHWC, [value])
  }

  /// Explicit padding before a window without any, as Keras exports it.
  private mutating func padded(_ image: ValueID) throws(InceptError) -> ValueID {
    let fill: Pad.Mode = random.pick([.constant(0), .constant(0), .constant(0.5), .edge])
    let pad = Pad(before: [0, 1, 0, 0], after: [0, 1, 2, 0], mode: fill)
    let value = try add(pad, [image])
    guard shape(value)[1] >= 3, shape(value)[2] >= 3, !random.oneIn(4) else { return value }
    let op = Conv2D(strides: Spatial(random.int(in: 1...2)))
    return try convolve(op, value, kernel: Spatial(3), to: random.int(in: 1...6))
  }

  /// Cuts the channels in two, changes one part and joins them again.
  private mutating func splitAndJoin(_ image: ValueID) throws(InceptError) -> ValueID {
    let middle = channels(image) / 2
    guard middle > 0 else { return image }
    let first = try add(Slice([.init(axis: 3, start: 0, end: middle)]), [image])
    let second = try add(Slice([.init(axis: -1, start: middle, end: Int.max)]), [image])
    return try add(Concat(axis: 3), [try add(Unary(randomFunction()), [first]), second])
  }

  private mutating func depthwise(_ image: ValueID) throws(InceptError) -> ValueID {
    let inner = channels(image)
    let op = Conv2D(
      strides: Spatial(random.int(in: 1...2)), padding: random.pick([.same, .symmetric(1, 1)]),
      groups: inner)
    let value = try convolve(
      op, image, kernel: Spatial(3), to: inner * random.int(in: 1...2))
    return try add(Unary(.relu6), [random.oneIn(2) ? try normalisation(value) : value])
  }

  /// Two convolutions with one weights constant, one of them normalised.
  private mutating func sharedWeights(_ image: ValueID) throws(InceptError) -> ValueID {
    let weights = try constant([1, 1, channels(image), channels(image)], in: -0.5...0.5)
    let first = try add(Conv2D(), [image, weights])
    let second = try add(Conv2D(), [try normalisation(first), weights])
    return try add(Binary(.add), [first, second])
  }

  /// Arithmetic with constants that broadcast: per channel, scalar, or on the left.
  private mutating func scaled(_ image: ValueID) throws(InceptError) -> ValueID {
    let other: Shape = random.pick([[channels(image)], [], [1], [1, 1, 1, channels(image)]])
    let function = random.pick([.add, .sub, .mul, .div, .max, .min] as [BinaryFunction])
    let operand = try constant(other, in: 0.5...1.5)
    let reversed = function != .div && random.oneIn(3)
    let value = try add(Binary(function), reversed ? [operand, image] : [image, operand])
    guard random.oneIn(3) else { return value }
    return try add(
      LRN(size: random.int(in: 1...5), alpha: 0.1, beta: 0.75, bias: 1), [value])
  }
}
