import GraphIR
import TensorCore

/// Repeats a tensor along missing axes and axes of extent 1, as NumPy broadcasts it with a shape (ONNX's Expand: an
/// extent of 1 in the target keeps the input's). Elements of any type.
public struct Expand: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "expand"
  /// What the input's shape is broadcast with.
  public let target: Shape

  /// Broadcasts with `target`.
  public init(_ target: Shape) { self.target = target }

  /// The broadcast shape.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1)
    guard target.isValid, let shape = Binary.broadcast(inputs[0].shape, target) else {
      throw invalid("expected a shape that \(inputs[0].shape) broadcasts with", found: "\(target)")
    }
    return [TensorType(shape, inputs[0].elementType)]
  }

  /// The shape.
  public var attributes: [Attribute] { [Attribute("shape", .ints(target.dimensions))] }
}

/// Repeats a whole tensor along each axis. Elements of any type.
public struct Tile: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "tile"
  /// How often each axis is repeated; 0 gives an empty tensor.
  public let repeats: [Int]

  /// Repeats each axis.
  public init(_ repeats: [Int]) { self.repeats = repeats }

  /// The input's shape, each extent multiplied.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1)
    let shape = inputs[0].shape
    guard repeats.count == shape.rank, repeats.allSatisfy({ (0...1 << 24).contains($0) }) else {
      throw invalid(
        "expected \(shape.rank) repeats between 0 and \(1 << 24)", found: "\(repeats)")
    }
    let products = zip(shape.dimensions, repeats).map { $0.multipliedReportingOverflow(by: $1) }
    let result = Shape(products.map(\.partialValue))
    guard products.allSatisfy({ !$0.overflow }), result.isValid else {
      throw invalid("expected a shape within Int", found: "\(shape) times \(repeats)")
    }
    return [TensorType(result, inputs[0].elementType)]
  }

  /// The repeats.
  public var attributes: [Attribute] { [Attribute("repeats", .ints(repeats))] }
}
