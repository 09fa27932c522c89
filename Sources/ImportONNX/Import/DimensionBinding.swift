import GraphIR
import ProtobufMessages
import TensorCore
import WireFormats

/// What the open extents of a model's inputs are: what the caller's shapes say, and 1 for the batch.
struct DimensionBinding {
  private let source: String
  private var values: [String: Int] = [:]
  private var origins: [String: String] = [:]

  /// Nothing bound.
  init(source: String) { self.source = source }

  /// Takes the extents that a shape given for an input binds.
  mutating func collect(
    _ input: Onnx_ValueInfoProto, given shape: Shape?
  ) throws(InceptError) {
    guard let shape, input.type.tensorType.hasShape else { return }
    let dimensions = input.type.tensorType.shape.dim
    guard dimensions.count == shape.rank else {
      throw InceptError(
        .usage, subject: "input '\(input.name.printable())'",
        expected: "expected \(dimensions.count) axes", found: "\(shape)")
    }
    for (dimension, extent) in zip(dimensions, shape.dimensions) {
      guard case .dimParam(let name)? = dimension.value, !name.isEmpty else { continue }
      if let bound = values[name], bound != extent {
        throw InceptError(
          .usage, subject: "input '\(input.name.printable())'",
          expected: "expected \(name.printable()) = \(bound), as in \(origins[name] ?? "")",
          found: "\(extent)")
      }
      values[name] = extent
      origins[name] = input.name.printable()
    }
  }

  /// The type that an input gets.
  mutating func type(
    of input: Onnx_ValueInfoProto, given shape: Shape?
  ) throws(InceptError) -> TensorType {
    let subject = "input '\(input.name.printable())' of \(source)"
    guard case .tensorType(let tensor)? = input.type.value else {
      throw InceptError(
        .badData, subject: subject, expected: "expected a tensor",
        found: input.type.value == nil ? "no type" : "a sequence, map or another type")
    }
    let type = ONNXElementType.elementType(tensor.elemType)
    guard let type, [.float32, .int32, .int64, .bool].contains(type) else {
      throw InceptError(
        .badData, subject: subject, expected: "expected float, int32, int64 or bool",
        found: ONNXElementType.name(tensor.elemType))
    }
    if let shape { return TensorType(shape, type) }
    guard tensor.hasShape else {
      throw InceptError(
        .usage, subject: subject, expected: "expected a shape", found: "none in the file",
        hint: "give the input's tensor or shape")
    }
    var extents: [Int] = []
    var open: [String] = []
    for (axis, dimension) in tensor.shape.dim.enumerated() {
      switch dimension.value {
      case .dimValue(let value) where value >= 0: extents.append(Int(value))
      case .dimParam(let name) where !name.isEmpty && values[name] != nil:
        extents.append(values[name] ?? 1)
      case .dimParam(let name):
        if axis == 0 {
          if !name.isEmpty { values[name] = 1 }
        } else {
          open.append(name.isEmpty ? "axis \(axis)" : "axis \(axis) ('\(name.printable())')")
        }
        extents.append(1)
      default:
        if axis > 0 { open.append("axis \(axis)") }
        extents.append(1)
      }
    }
    guard open.isEmpty else {
      throw InceptError(
        .usage, subject: subject,
        expected: "expected an extent for \(open.joined(separator: ", "))",
        found: "none", hint: "give the input's tensor or shape: --shape NAME=N,C,H,W")
    }
    return TensorType(Shape(extents), type)
  }
}
