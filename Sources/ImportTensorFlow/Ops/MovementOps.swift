import GraphIR
import Operators
import TensorCore

/// Padding, transposing and joining.
enum MovementOps {
  @Sendable static func pad(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...3)
    var value: Float = 0
    if scope.inputs.count == 3 {
      guard let number = ElementwiseOps.number(scope, try scope.tensor(2)) else {
        throw .refused("its value is computed")
      }
      value = number
    }
    return try pad(scope, .constant(value))
  }

  @Sendable static func mirrorPad(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let mode = try scope.text("mode")
    switch mode {
    case "REFLECT": return try pad(scope, .reflect)
    case "SYMMETRIC": return try pad(scope, .symmetric)
    default: throw .refused("its mode is \(mode)")
    }
  }

  private static func pad(_ scope: NodeScope, _ mode: Pad.Mode) throws(ImportFailure) -> [Value] {
    let x = try scope.tensor(0)
    let rank = scope.shape(x).rank
    let pads = try scope.fixedIntegers(1)
    guard pads.count == 2 * rank, try scope.integers(1).shape == [rank, 2] else {
      throw scope.invalid("paddings [\(rank), 2]", "\(try scope.integers(1).shape)")
    }
    var before = (0..<rank).map { pads[2 * $0] }
    var after = (0..<rank).map { pads[2 * $0 + 1] }
    guard let twin = scope.emitter.twins[x] else {
      return [.tensor(try scope.emit(Pad(before: before, after: after, mode: mode), [x]))]
    }
    before = Transpose.toNHWC.permutation.map { before[$0] }
    after = Transpose.toNHWC.permutation.map { after[$0] }
    let inner = try scope.part(Pad(before: before, after: after, mode: mode), [twin], "nhwc")
    return [.tensor(try scope.emitNCHW(inner))]
  }

  @Sendable static func tile(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let repeats = try scope.fixedIntegers(1)
    return [.tensor(try scope.emit(Tile(repeats), [try scope.tensor(0)]))]
  }

  @Sendable static func transpose(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let x = try scope.tensor(0)
    let rank = scope.shape(x).rank
    let order = try scope.fixedIntegers(1).map { $0 < 0 ? $0 + rank : $0 }
    guard order.sorted() == Array(0..<rank) else {
      throw scope.invalid("an order of \(rank) axes", "\(order)")
    }
    if Transpose(order) == .toNHWC, let twin = scope.emitter.twins[x] {
      return [.tensor(try scope.emit(Identity(), [twin]))]
    }
    let result = try scope.emit(Transpose(order), [x])
    if Transpose(order) == .toNCHW { scope.emitter.setTwin(of: result, x) }
    return [.tensor(result)]
  }

  /// The axis comes first.
  @Sendable static func concat(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...FlatGraph.inputLimit)
    return try concat(scope, Array(1..<scope.inputs.count), axis: 0)
  }

  /// The axis comes last.
  @Sendable static func concatV2(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...FlatGraph.inputLimit)
    return try concat(scope, Array(0..<scope.inputs.count - 1), axis: scope.inputs.count - 1)
  }

  private static func concat(
    _ scope: NodeScope, _ parts: [Int], axis axisInput: Int
  ) throws(ImportFailure) -> [Value] {
    let given = try scope.fixedInteger(axisInput)
    let known = parts.compactMap { index -> IntegerTensor? in
      if case .integers(let value) = scope.inputs[index] { value } else { nil }
    }
    if known.count == parts.count {
      guard known.allSatisfy({ $0.shape.rank == 1 }), given == 0 || given == -1 else {
        throw .refused("it joins tables of whole numbers")
      }
      let values = known.flatMap(\.values)
      return [.integers(IntegerTensor([values.count], values, isOpen: known.flatMap(\.isOpen)))]
    }
    var values: [ValueID] = []
    for index in parts { values.append(try scope.tensor(index)) }
    let shape = scope.shape(values[0])
    guard let axis = shape.normalizedAxis(given) else {
      throw scope.invalid("an axis of \(shape)", "\(given)")
    }
    let twins = values.compactMap { scope.emitter.twins[$0] }
    guard twins.count == values.count else {
      return [.tensor(try scope.emit(Concat(axis: axis), values))]
    }
    let inner = try scope.part(Concat(axis: NodeScope.nhwcAxis(axis)), twins, "nhwc")
    return [.tensor(try scope.emitNCHW(inner))]
  }
}
