import GraphIR
import Operators
import ProtobufMessages
import TensorCore

/// A value of a node.
enum Value: Sendable {
  /// Computed by the graph.
  case tensor(ValueID)
  /// Known already.
  case integers(IntegerTensor)
  /// Nothing: its node was refused.
  case missing
}

/// Where one node emits its operators.
///
/// The node's value carries its name, its further ones `name:1`, …; whatever else it takes is called `name/part`.
struct NodeScope {
  /// The graph.
  let emitter: GraphEmitter
  /// The node.
  let node: FlatNode
  /// The values it reads; none of them is missing.
  let inputs: [Value]

  /// Shape of a value.
  func shape(_ value: ValueID) -> Shape { emitter.graph.type(of: value).shape }

  /// The constant behind a value, if it is one.
  func constant(_ value: ValueID) -> HostTensor? { emitter.graph.constant(value) }

  /// An error about this node.
  func invalid(_ expected: String, _ found: String? = nil) -> ImportFailure {
    .invalid(
      InceptError(
        .badData, subject: "\(node.op) '\(node.name)'", expected: "expected \(expected)",
        found: found))
  }

  /// Requires a number of inputs.
  func requireInputs(_ range: ClosedRange<Int>) throws(ImportFailure) {
    guard range.contains(inputs.count) else {
      let wanted =
        range.lowerBound == range.upperBound
        ? "\(range.lowerBound)" : "at least \(range.lowerBound)"
      throw invalid("\(wanted) inputs", "\(inputs.count)")
    }
  }

  /// Input `index`, which must be of floating-point numbers; small whole numbers are taken as such.
  func tensor(_ index: Int) throws(ImportFailure) -> ValueID {
    guard inputs.indices.contains(index) else {
      throw invalid("at least \(index + 1) inputs", "\(inputs.count)")
    }
    switch inputs[index] {
    case .tensor(let value): return value
    case .integers: throw .refused("it computes with whole numbers")
    case .missing: throw .refused("its input was refused")
    }
  }

  /// All inputs, which must be of floating-point numbers.
  func tensors() throws(ImportFailure) -> [ValueID] {
    var values: [ValueID] = []
    for index in inputs.indices { values.append(try tensor(index)) }
    return values
  }

  /// Input `index`, which must be whole numbers that are known.
  func integers(_ index: Int) throws(ImportFailure) -> IntegerTensor {
    guard inputs.indices.contains(index) else {
      throw invalid("at least \(index + 1) inputs", "\(inputs.count)")
    }
    guard case .integers(let value) = inputs[index] else {
      throw .refused("its input \(index) is not a constant of whole numbers")
    }
    return value
  }

  /// Input `index`, which must be whole numbers that don't depend on what is fed.
  func fixedIntegers(_ index: Int) throws(ImportFailure) -> [Int] {
    let value = try integers(index)
    guard !value.isOpen.contains(true) else {
      throw .refused("its input \(index) depends on an extent that the graph leaves open")
    }
    return value.values
  }

  /// Input `index`, which must be one such number.
  func fixedInteger(_ index: Int) throws(ImportFailure) -> Int {
    let values = try fixedIntegers(index)
    guard let value = values.first, values.count == 1 else {
      throw invalid("one number as input \(index)", "\(values.count)")
    }
    return value
  }

  /// All inputs where they are known whole numbers, at least one of them; nil otherwise.
  var allIntegers: [IntegerTensor]? {
    var values: [IntegerTensor] = []
    for case .integers(let value) in inputs { values.append(value) }
    return values.count == inputs.count && !values.isEmpty ? values : nil
  }

  /// The operator that computes the node's value, or its output `index`.
  func emit(
    _ op: any Operator, _ inputs: [ValueID], output index: Int = 0
  ) throws(ImportFailure) -> ValueID {
    let name = index == 0 ? node.name : "\(node.name):\(index)"
    do {
      return try emitter.add(op, inputs, name: name, source: node.name)
    } catch {
      throw .invalid(error)
    }
  }

  /// An operator that computes part of the node: `name/part`.
  func part(
    _ op: any Operator, _ inputs: [ValueID], _ part: String
  ) throws(ImportFailure) -> ValueID {
    do {
      return try emitter.add(
        op, inputs, name: emitter.partName("\(node.name)/\(part)"), source: node.name)
    } catch {
      throw .invalid(error)
    }
  }

  /// The value under another shape, as the node's own. A first extent that stays is left open, so that batches
  /// of other sizes can be computed.
  func emitReshaped(_ value: ValueID, to dimensions: [Int], output index: Int = 0)
    throws(ImportFailure) -> ValueID
  {
    let old = shape(value)
    if let tensor = constant(value), !dimensions.contains(-1),
      Shape(dimensions).checkedElementCount == tensor.elementCount
    {
      return try emit(Constant(tensor.reshaped(Shape(dimensions))), [], output: index)
    }
    return try emit(Reshape(Self.generalised(dimensions, from: old)), [value], output: index)
  }

  /// Extents for `Reshape` that keep the first one where it stays.
  static func generalised(_ dimensions: [Int], from old: Shape) -> [Int] {
    guard let first = dimensions.first, first > 0, first == old.dimensions.first else {
      return dimensions
    }
    return [0] + dimensions.dropFirst()
  }
}
