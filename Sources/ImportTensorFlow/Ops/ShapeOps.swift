import GraphIR
import Operators
import TensorCore

/// Shapes, and values under other ones.
enum ShapeOps {
  @Sendable static func reshape(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let target = try scope.integers(1)
    guard target.shape.rank == 1, target.values.count <= FlatNode.rankLimit,
      target.values.count(where: { $0 == -1 }) <= 1,
      target.values.allSatisfy({ $0 == -1 || $0 > 0 })
    else { throw scope.invalid("extents above 0, at most one of them -1", "\(target.values)") }
    if case .integers(let value) = scope.inputs[0] {
      return [.integers(try reshaped(scope, value, target.values))]
    }
    let x = try scope.tensor(0)
    return [.tensor(try scope.emitReshaped(x, to: opened(target, from: scope.shape(x))))]
  }

  /// Extents for other sizes of the input as well: one that depends on it is kept or left to be computed.
  private static func opened(_ target: IntegerTensor, from old: Shape) -> [Int] {
    var dimensions = target.values
    guard !dimensions.contains(-1), let open = target.isOpen.firstIndex(of: true),
      target.isOpen.lastIndex(of: true) == open || open == 0
    else { return dimensions }
    let isKept = open == 0 && old.dimensions.first == dimensions[0]
    if !isKept { dimensions[open] = -1 }
    return dimensions
  }

  private static func reshaped(
    _ scope: NodeScope, _ value: IntegerTensor, _ extents: [Int]
  ) throws(ImportFailure) -> IntegerTensor {
    var dimensions = extents
    if let open = extents.firstIndex(of: -1) {
      let known = Shape(extents.filter { $0 != -1 }).checkedElementCount ?? 0
      guard known > 0, value.values.count % known == 0 else {
        throw scope.invalid("extents that divide \(value.values.count)", "\(extents)")
      }
      dimensions[open] = value.values.count / known
    }
    guard Shape(dimensions).checkedElementCount == value.values.count else {
      throw scope.invalid("\(value.values.count) elements", "\(dimensions)")
    }
    return value.reshaped(Shape(dimensions))
  }

  /// The given axes of extent 1 go, or all of them.
  @Sendable static func squeeze(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(1...1)
    var given = try scope.ints("squeeze_dims")
    if given.isEmpty { given = try scope.ints("axis") }
    func squeezed(_ shape: Shape) throws(ImportFailure) -> [Int] {
      var axes: Set<Int> = []
      for axis in given {
        guard let axis = shape.normalizedAxis(axis), shape[axis] == 1 else {
          throw scope.invalid("axes of extent 1 of \(shape)", "\(given)")
        }
        axes.insert(axis)
      }
      return (0..<shape.rank).filter {
        given.isEmpty ? shape[$0] != 1 : !axes.contains($0)
      }.map { shape[$0] }
    }
    if case .integers(let value) = scope.inputs[0] {
      return [.integers(value.reshaped(Shape(try squeezed(value.shape))))]
    }
    let x = try scope.tensor(0)
    return [.tensor(try scope.emitReshaped(x, to: try squeezed(scope.shape(x))))]
  }

  @Sendable static func expandDims(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(2...2)
    let given = try scope.fixedInteger(1)
    func expanded(_ shape: Shape) throws(ImportFailure) -> [Int] {
      let axis = given < 0 ? given + shape.rank + 1 : given
      guard (0...shape.rank).contains(axis) else {
        throw scope.invalid("a place among the axes of \(shape)", "\(given)")
      }
      var dimensions = shape.dimensions
      dimensions.insert(1, at: axis)
      return dimensions
    }
    if case .integers(let value) = scope.inputs[0] {
      return [.integers(value.reshaped(Shape(try expanded(value.shape))))]
    }
    let x = try scope.tensor(0)
    return [.tensor(try scope.emitReshaped(x, to: try expanded(scope.shape(x))))]
  }

  /// Values along a new axis.
  @Sendable static func pack(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let given = try scope.int("axis", 0)
    if let values = scope.allIntegers {
      guard values.allSatisfy({ $0.shape.rank == 0 }), given == 0 || given == -1 else {
        throw .refused("it makes a table of whole numbers")
      }
      return [
        .integers(
          IntegerTensor(
            [values.count], values.flatMap(\.values), isOpen: values.flatMap(\.isOpen)))
      ]
    }
    let values = try scope.tensors()
    guard let first = values.first else { throw scope.invalid("at least one input", "none") }
    let rank = scope.shape(first).rank
    let axis = given < 0 ? given + rank + 1 : given
    guard (0...rank).contains(axis) else {
      throw scope.invalid("a place among the axes of \(scope.shape(first))", "\(given)")
    }
    var parts: [ValueID] = []
    for value in values {
      var dimensions = scope.shape(value).dimensions
      guard dimensions.count == rank else { throw scope.invalid("values of one shape", "others") }
      dimensions.insert(1, at: axis)
      let target = NodeScope.generalised(dimensions, from: scope.shape(value))
      parts.append(try scope.part(Reshape(target), [value], "part"))
    }
    return [.tensor(try scope.emit(Concat(axis: axis), parts))]
  }

  @Sendable static func shape(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    try scope.requireInputs(1...1)
    return try shapeN(scope)
  }

  @Sendable static func shapeN(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    var values: [Value] = []
    for index in scope.inputs.indices { values.append(.integers(try shape(scope, index))) }
    return values
  }

  @Sendable static func size(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let shape = try shape(scope, 0)
    return [
      .integers(
        IntegerTensor(
          [], [shape.values.reduce(1, *)], isOpen: [shape.isOpen.contains(true)]))
    ]
  }

  @Sendable static func rank(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    [.integers(IntegerTensor([], [try shape(scope, 0).values.count]))]
  }

  /// The shape of an input. Of values that aren't constants the first extent may be the batch.
  private static func shape(_ scope: NodeScope, _ index: Int) throws(ImportFailure)
    -> IntegerTensor
  {
    if case .integers(let value)? = scope.inputs.dropFirst(index).first {
      return IntegerTensor([value.shape.rank], value.shape.dimensions)
    }
    let x = try scope.tensor(index)
    let shape = scope.shape(x)
    let isFixed = scope.constant(x) != nil
    let isOpen = (0..<shape.rank).map { axis in
      !isFixed && (axis == 0 ? scope.emitter.hasOpenBatch : scope.emitter.hasOpenExtents)
    }
    return IntegerTensor([shape.rank], shape.dimensions, isOpen: isOpen)
  }
}
