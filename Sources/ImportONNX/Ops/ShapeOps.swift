import GraphIR
import Operators
import ProtobufMessages
import TensorCore

extension OperatorTable {
  /// What is known when the model is loaded: constants, shapes, and branches that depend on them.
  static let shapes: [String: Lowering] = [
    "Constant": constant, "ConstantOfShape": constantOfShape, "Shape": shape, "Size": size,
    "If": branch, "Range": range, "EyeLike": eyeLike,
  ]

  private static func constant(_ context: NodeContext) throws(InceptError) {
    guard let attribute = context.node.attribute.first else {
      throw context.invalid("expected a value", "none")
    }
    let tensor: HostTensor
    switch attribute.name {
    case "value":
      _ = context.attribute("value", .tensor)
      tensor = try context.importer.model.reader.tensor(
        attribute.t, name: context.node.output.first ?? "")
    case "value_float": tensor = HostTensor(shape: [], floats: [attribute.f])
    case "value_floats":
      tensor = HostTensor(shape: [attribute.floats.count], floats: attribute.floats)
    case "value_int": tensor = .int64([Int(attribute.i)], shape: [])
    case "value_ints": tensor = .int64(attribute.ints.map { Int($0) })
    default: throw context.refuse("a constant as \(attribute.name)")
    }
    try context.set(plain: try context.add(constant: tensor))
  }

  private static func constantOfShape(_ context: NodeContext) throws(InceptError) {
    guard let extents = try context.knownInts(0, "a shape") else {
      throw context.invalid("expected a shape", "none")
    }
    let shape = Shape(extents)
    guard let count = shape.checkedElementCount, count <= 1 << 32 else {
      throw context.invalid("expected a shape within 2^32 elements", "\(shape)")
    }
    var value = HostTensor(shape: [1], floats: [0])
    if let attribute = context.attribute("value", .tensor) {
      value = try context.importer.model.reader.tensor(attribute.t, name: context.name)
    }
    guard value.elementCount == 1 else {
      throw context.invalid("expected one value", "\(value.shape)")
    }
    if value.elementType == .float32 {
      let rule = Repeated(value: value.floats()[0])
      return try context.set(
        plain: try context.add(constant: HostTensor(shape: shape, computedBy: rule)))
    }
    try context.importer.charge(count)
    let element = value.withUnsafeBytes { Array($0) }
    let storage = TensorStorage(byteCount: count * element.count) { bytes in
      for index in bytes.indices { bytes[index] = element[index % element.count] }
    }
    try context.set(
      plain: try context.add(
        constant: HostTensor(elementType: value.elementType, shape: shape, storage: storage)))
  }

  private static func shape(_ context: NodeContext) throws(InceptError) {
    let extents = try context.value(0).shape.dimensions
    func bound(_ name: String, _ standard: Int) -> Int {
      let value = context.int(name, standard)
      return min(max(value < 0 ? value + extents.count : value, 0), extents.count)
    }
    let (start, end) = (bound("start", 0), bound("end", extents.count))
    let part = start < end ? Array(extents[start..<end]) : []
    try context.set(plain: try context.add(constant: .int64(part)))
  }

  private static func size(_ context: NodeContext) throws(InceptError) {
    let count = try context.value(0).shape.elementCount
    try context.set(plain: try context.add(constant: .int64([count], shape: [])))
  }

  private static func range(_ context: NodeContext) throws(InceptError) {
    var bounds: [Double] = []
    for index in 0..<3 {
      guard let tensor = context.known(index), tensor.elementCount == 1 else {
        throw context.refuse("bounds computed at run time")
      }
      bounds.append(tensor.doubles()[0])
    }
    let type = try context.value(0).type.elementType
    let count = ((bounds[1] - bounds[0]) / bounds[2]).rounded(.up)
    guard count.isFinite, count <= Double(GraphImporter.madeLimit) else {
      throw context.invalid("expected at most \(GraphImporter.madeLimit) elements", "\(bounds)")
    }
    try context.importer.charge(Int(max(0, count)))
    let values = (0..<Int(max(0, count))).map { bounds[0] + Double($0) * bounds[2] }
    try context.set(
      plain: try context.add(
        constant: HostTensor(shape: [values.count], elementType: type, doubles: values)))
  }

  private static func eyeLike(_ context: NodeContext) throws(InceptError) {
    let type = try context.value(0).type
    guard type.shape.rank == 2, type.shape.elementCount <= 1 << 24 else {
      throw context.invalid("expected a matrix", "\(type)")
    }
    let wanted = context.int("dtype")
    guard
      let element = wanted == 0
        ? type.elementType : ONNXElementType.elementType(Int32(clamping: wanted)),
      ElementType.computed.contains(element)
    else { throw context.refuse("type \(wanted)") }
    try context.importer.charge(type.shape.elementCount)
    let (columns, offset) = (type.shape[1], context.int("k"))
    let values = (0..<type.shape.elementCount).map { index in
      index % columns - index / columns == offset ? 1.0 : 0
    }
    try context.set(
      plain: try context.add(
        constant: HostTensor(shape: type.shape, elementType: element, doubles: values)))
  }

  private static func branch(_ context: NodeContext) throws(InceptError) {
    guard let condition = context.known(0)?.integers().first else {
      throw context.refuse("a condition computed at run time")
    }
    guard
      let graph = context.attribute(
        condition != 0 ? "then_branch" : "else_branch", .graph)?.g
    else {
      throw context.invalid("expected two branches", "fewer")
    }
    try context.importer.inline(branch: graph, context)
  }
}

/// One value everywhere.
private struct Repeated: TensorRule {
  let value: Float
  var sources: [HostTensor] { [] }
  func write(into destination: UnsafeMutableBufferPointer<Float>) {
    destination.update(repeating: value)
  }
  func write(
    _ columns: Range<Int>, of width: Int, into destination: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    destination.update(repeating: value)
    return true
  }
}
