import GraphIR
import Operators
import ProtobufMessages
import TensorCore
import WireFormats

/// One node while it is made into operators: its inputs, attributes and results.
final class NodeContext {
  /// The node.
  let node: Onnx_NodeProto
  /// Where its names are looked up.
  let scope: Scope
  /// What the operators are added to.
  let importer: GraphImporter
  /// Why the node can't be expressed, once that is known.
  private(set) var refusal: String?
  private let firstID: Int

  /// A node about to be made into operators.
  init(_ node: Onnx_NodeProto, _ scope: Scope, _ importer: GraphImporter) {
    self.node = node
    self.scope = scope
    self.importer = importer
    firstID = importer.nextNodeNumber
  }

  /// The operator's domain; ONNX's own is empty.
  var domain: String { node.domain == "ai.onnx" ? "" : node.domain }

  /// The version of the operator set that the node is written for.
  var version: Int { scope.versions[domain] ?? 1 }

  /// The node's name, or that of its first output.
  var name: String { node.name.isEmpty ? node.output.first ?? "" : node.name }

  /// How errors name the node.
  var subject: String {
    "\(node.opType.printable(limit: 60)) '\(name.printable(limit: 100))'"
  }

  /// The error of a node that can't be expressed, for a reason that is listed with those of other nodes.
  func refuse(_ reason: String) -> InceptError {
    refusal = reason
    return InceptError(.badData, subject: subject, expected: reason)
  }

  /// An error about the node's contents.
  func invalid(_ expected: String, _ found: String) -> InceptError {
    InceptError(.badData, subject: subject, expected: expected, found: found)
  }

  // MARK: Inputs

  /// Number of inputs.
  var inputCount: Int { node.input.count }

  /// An input that may be left out.
  func optional(_ index: Int) -> Value? {
    guard index < node.input.count, !node.input[index].isEmpty else { return nil }
    return scope.value(node.input[index])
  }

  /// An input that must be there.
  func value(_ index: Int) throws(InceptError) -> Value {
    guard let value = optional(index) else {
      throw invalid("expected input \(index)", "none")
    }
    return value
  }

  /// All inputs.
  func values() throws(InceptError) -> [Value] {
    var values: [Value] = []
    for index in 0..<inputCount { values.append(try value(index)) }
    return values
  }

  /// An input in ONNX's axis order.
  func plain(_ index: Int) throws(InceptError) -> ValueID { try importer.plain(value(index)) }

  /// An input of three or four axes as an image.
  func image(_ index: Int) throws(InceptError) -> ValueID {
    let value = try value(index)
    guard value.canBeImage else {
      throw refuse(
        value.shape.rank == 5 ? "3-D images" : "an input of \(value.shape.rank) axes, not 3 or 4")
    }
    return try importer.image(value)
  }

  /// An input in the form that costs nothing.
  func operand(_ index: Int) throws(InceptError) -> Operand { try importer.operand(value(index)) }

  /// The constant that an input is, if it is one.
  func constant(_ index: Int) -> HostTensor? {
    guard let value = optional(index), let id = value.plain else { return nil }
    return importer.graph.constant(id)
  }

  /// The value of an input that decides what the node becomes: a constant, or computed of inputs whose tensors were
  /// given.
  func known(_ index: Int) -> HostTensor? {
    if let tensor = constant(index) { return tensor }
    guard let value = optional(index), let id = value.plain, let known = importer.known[id] else {
      return nil
    }
    importer.decisive.formUnion(known.inputs)
    return known.tensor
  }

  /// Whole numbers of an input that must be known when the model is loaded; nil where it is left out.
  func knownInts(_ index: Int, _ role: String) throws(InceptError) -> [Int]? {
    guard optional(index) != nil else { return nil }
    guard let tensor = known(index) else { throw refuse("\(role) computed at run time") }
    guard !tensor.elementType.isFloatingPoint, tensor.elementCount <= 1 << 20 else {
      throw invalid("expected whole numbers as \(role)", "\(tensor.elementType)\(tensor.shape)")
    }
    return tensor.integers().map { Int($0) }
  }

  /// Numbers of an input that must be known when the model is loaded; nil where it is left out.
  func knownFloats(_ index: Int, _ role: String) throws(InceptError) -> [Float]? {
    guard optional(index) != nil else { return nil }
    guard let tensor = known(index) else { throw refuse("\(role) computed at run time") }
    guard tensor.elementCount <= 1 << 20 else {
      throw invalid("expected few \(role)", "\(tensor.shape)")
    }
    return tensor.floats()
  }

  // MARK: Attributes

  /// The attribute of a name, if the node has it. One of another type is remembered: ``checkAttributes()`` tells it.
  func attribute(
    _ name: String, _ type: Onnx_AttributeProto.AttributeType
  ) -> Onnx_AttributeProto? {
    guard let found = node.attribute.first(where: { $0.name == name }) else { return nil }
    // Files of the first versions don't say the type.
    if found.type != type, found.type != .undefined {
      mistyped = mistyped ?? (name, "\(type)", "\(found.type)")
    }
    return found
  }

  /// A whole number.
  func int(_ name: String, _ standard: Int = 0) -> Int {
    attribute(name, .int).map { Int($0.i) } ?? standard
  }

  /// Whole numbers; nil where there is no such attribute.
  func ints(_ name: String) -> [Int]? { attribute(name, .ints).map { $0.ints.map { Int($0) } } }

  /// A number.
  func float(_ name: String, _ standard: Float) -> Float {
    attribute(name, .float)?.f ?? standard
  }

  /// Numbers; nil where there is no such attribute.
  func floats(_ name: String) -> [Float]? { attribute(name, .floats)?.floats }

  /// Text.
  func text(_ name: String, _ standard: String) -> String {
    guard let found = attribute(name, .string) else { return standard }
    guard let text = String(validating: found.s, as: UTF8.self) else {
      mistyped = mistyped ?? (name, "text", "other bytes")
      return standard
    }
    return text
  }

  /// Requires that the attributes that were asked for are of the types that ONNX gives them.
  func checkAttributes() throws(InceptError) {
    guard let mistyped else { return }
    throw invalid("expected \(mistyped.expected) as \(mistyped.name)", mistyped.found)
  }

  private var mistyped: (name: String, expected: String, found: String)?

  /// The axis of an attribute, from 0 on.
  func axis(_ name: String, _ standard: Int, of shape: Shape) throws(InceptError) -> Int {
    try normalized(int(name, standard), shape)
  }

  /// An axis from 0 on.
  func normalized(_ axis: Int, _ shape: Shape) throws(InceptError) -> Int {
    guard axis >= -shape.rank, let axis = shape.normalizedAxis(axis) else {
      throw invalid("expected an axis of \(shape)", "\(axis)")
    }
    return axis
  }

  // MARK: Results

  /// Whether anybody may read a result.
  func wants(_ output: Int) -> Bool {
    output < node.output.count && !node.output[output].isEmpty
  }

  /// Adds an operator.
  func add(_ op: any Operator, _ inputs: [ValueID]) throws(InceptError) -> ValueID {
    try importer.add(
      op, inputs, name: "\(scope.prefix)\(node.output.first ?? name).\(op.mnemonic)",
      sources: [name])
  }

  /// Adds a constant.
  func add(constant tensor: HostTensor) throws(InceptError) -> ValueID {
    try importer.add(
      constant: tensor, name: "\(scope.prefix)\(node.output.first ?? name).constant")
  }

  /// Adds a float32 scalar.
  func scalar(_ value: Float) throws(InceptError) -> ValueID {
    try add(constant: HostTensor(shape: [], floats: [value]))
  }

  /// Says what a result is, in ONNX's axis order.
  func set(_ output: Int = 0, plain id: ValueID) throws(InceptError) {
    guard wants(output) else { return }
    let id = try named(id, output)
    importer.graph.markFrameworkOrdered(id.node)
    let type = importer.graph.type(of: id)
    define(output, Value(name: node.output[output], type: type, plain: id, image: nil))
  }

  /// Says what a result of `rank` axes is, as an image.
  func set(_ output: Int = 0, image id: ValueID, rank: Int) throws(InceptError) {
    guard wants(output) else { return }
    let id = try named(id, output)
    let type = importer.graph.type(of: id)
    let shape = Value.shape(ofImage: type.shape, rank: rank)
    define(
      output,
      Value(
        name: node.output[output], type: TensorType(shape, type.elementType), plain: nil,
        image: id))
  }

  /// Says what a result is, in the form of an input it was made from.
  func set(at output: Int = 0, _ id: ValueID, like operand: Operand) throws(InceptError) {
    if operand.isImage {
      try set(output, image: id, rank: operand.shape.rank)
    } else {
      try set(output, plain: id)
    }
  }

  /// Says that a result is another value.
  func set(_ output: Int = 0, same value: Value) throws(InceptError) {
    try set(at: output, try passedOn(value), like: importer.operand(value))
  }

  private func passedOn(_ value: Value) throws(InceptError) -> ValueID {
    let operand = try importer.operand(value)
    if importer.graph.constant(operand.id) != nil { return operand.id }
    return try add(Identity(), [operand.id])
  }

  private func define(_ output: Int, _ value: Value) {
    scope.define(node.output[output], value)
  }

  /// The value under the result's name: nodes are named for the ONNX value that they compute.
  private func named(_ id: ValueID, _ output: Int) throws(InceptError) -> ValueID {
    let isOwn = id.node.rawValue >= firstID
    guard id.output == 0 else { return id }
    if isOwn, !named.contains(id.node) {
      named.insert(id.node)
      importer.rename(id.node, to: scope.prefix + node.output[output])
      return id
    }
    if let tensor = importer.graph.constant(id) {
      return try named(add(constant: tensor), output)
    }
    return try named(add(Identity(), [id]), output)
  }

  private var named: Set<NodeID> = []

  /// Requires that every result of the node that has a name was made.
  func checkOutputs() throws(InceptError) {
    for (index, name) in node.output.enumerated() where !name.isEmpty {
      guard scope.isDefined(name) else { throw refuse("its result \(index)") }
    }
  }
}

extension HostTensor {
  /// An int64 tensor.
  static func int64(_ values: [Int], shape: Shape? = nil) -> HostTensor {
    HostTensor(shape: shape ?? [values.count], int64s: values.map { Int64($0) })
  }
}
