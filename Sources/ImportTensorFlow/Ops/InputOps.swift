import GraphIR
import Operators
import ProtobufMessages
import TensorCore

/// Inputs, constants and what leaves values as they are.
enum InputOps {
  /// Rows and columns of an image input whose size the graph leaves open, until another is fed.
  static let openExtent = 224

  @Sendable static func placeholder(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let type = try scope.type("dtype") ?? .dtFloat
    guard type.elementType?.isFloatingPoint == true else {
      throw .refused("its values are \(type.name)")
    }
    let shape = try inputShape(scope)
    return [.tensor(try scope.emit(Input(TensorType(shape)), []))]
  }

  @Sendable static func placeholderWithDefault(_ scope: NodeScope) throws(ImportFailure) -> [Value]
  {
    // One number is a setting, as a dropout's rate; anything larger is what the network is fed.
    let isSetting =
      switch scope.inputs.first {
      case .tensor(let value)?: scope.shape(value).elementCount == 1
      case .integers?: true
      case .missing?, nil: throw scope.invalid("an input", "none")
      }
    return isSetting ? try identity(scope) : try placeholder(scope)
  }

  /// What callers or the file say, the batch being 1 where neither does.
  private static func inputShape(_ scope: NodeScope) throws(ImportFailure) -> Shape {
    let proto = try scope.shapeAttribute("shape")
    let given = scope.emitter.inputShapes[scope.node.name]
    // Old files have an empty shape where it isn't known.
    let isKnown = proto.map { !$0.unknownRank && !$0.dim.isEmpty } ?? false
    guard let proto, isKnown else {
      scope.emitter.hasOpenBatch = true
      scope.emitter.hasOpenExtents = true
      guard let shape = given ?? scope.emitter.defaultShape else {
        throw .invalid(
          InceptError(
            .usage, subject: "input '\(scope.node.name)'",
            expected: "expected an input shape, as the file leaves it open", found: "none"))
      }
      return shape
    }
    guard proto.dim.count <= FlatNode.rankLimit else { throw .refused("it has too many axes") }
    let extents = proto.dim.map { $0.size < 0 ? nil : Int($0.size) }
    if extents[0] == nil { scope.emitter.hasOpenBatch = true }
    if extents.dropFirst().contains(nil) { scope.emitter.hasOpenExtents = true }
    if let given {
      guard given.rank == extents.count,
        zip(extents, given.dimensions).allSatisfy({ $0 == nil || $0 == $1 })
      else {
        let text = extents.map { $0.map(String.init) ?? "?" }.joined(separator: ", ")
        throw .invalid(
          InceptError(
            .usage, subject: "input '\(scope.node.name)'",
            expected: "expected a shape like [\(text)]", found: "\(given)"))
      }
      return given
    }
    let isImage = extents.count == 4
    return Shape(
      extents.enumerated().map { axis, extent in
        extent ?? (axis == 0 || !isImage ? 1 : openExtent)
      })
  }

  @Sendable static func constant(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    switch try scope.emitter.constants.read(try scope.tensorAttribute("value")) {
    case .floats(let tensor): return [.tensor(try scope.emit(Constant(tensor), []))]
    case .integers(let value): return [.integers(value)]
    }
  }

  @Sendable static func fill(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    let shape = Shape(try scope.fixedIntegers(0))
    guard let count = shape.checkedElementCount, count <= ConstantReader.madeLimit else {
      throw .refused("its shape is \(shape)")
    }
    if case .integers(let value)? = scope.inputs.dropFirst().first, let first = value.values.first {
      guard count <= IntegerOps.limit else { throw .refused("its shape is \(shape)") }
      return [.integers(IntegerTensor(shape, Array(repeating: first, count: count)))]
    }
    guard let value = scope.constant(try scope.tensor(1))?.floats().first else {
      throw .refused("its value is computed")
    }
    return [.tensor(try scope.emit(Constant(.filled(shape, with: value)), []))]
  }

  @Sendable static func identity(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    [try passed(scope, 0)]
  }

  @Sendable static func identityN(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    var values: [Value] = []
    for index in scope.inputs.indices { values.append(try passed(scope, index)) }
    return values
  }

  private static func passed(_ scope: NodeScope, _ index: Int) throws(ImportFailure) -> Value {
    if scope.inputs.indices.contains(index), case .integers = scope.inputs[index] {
      return scope.inputs[index]
    }
    let value = try scope.tensor(index)
    if let tensor = scope.constant(value) {
      return .tensor(try scope.emit(Constant(tensor), [], output: index))
    }
    let result = try scope.emit(Identity(), [value], output: index)
    if let twin = scope.emitter.twins[value] { scope.emitter.setTwin(of: result, twin) }
    return .tensor(result)
  }

  /// Floating-point numbers of any width are float32; whole numbers become them where they are known.
  @Sendable static func cast(_ scope: NodeScope) throws(ImportFailure) -> [Value] {
    guard let type = try scope.type("DstT")?.elementType else {
      throw .refused("it makes values that Incept doesn't compute with")
    }
    guard case .integers(let value)? = scope.inputs.first else {
      guard type.isFloatingPoint else { throw .refused("it makes \(type.rawValue) of floats") }
      return try identity(scope)
    }
    guard type.isFloatingPoint else {
      let range: ClosedRange<Int> =
        switch type {
        case .int8: Int(Int8.min)...Int(Int8.max)
        case .uint8: 0...Int(UInt8.max)
        case .int16: Int(Int16.min)...Int(Int16.max)
        case .int32: Int(Int32.min)...Int(Int32.max)
        case .bool: 0...1
        default: Int.min...Int.max
        }
      guard value.values.allSatisfy(range.contains) else {
        throw .refused("its values don't fit \(type.rawValue)")
      }
      return [.integers(value)]
    }
    guard !value.isOpen.contains(true) else {
      throw .refused("its input depends on an extent that the graph leaves open")
    }
    let tensor = HostTensor(shape: value.shape, floats: value.values.map { Float($0) })
    return [.tensor(try scope.emit(Constant(tensor), []))]
  }
}
