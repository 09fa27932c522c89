import GraphIR
import TensorCore

/// Reorders axes: result axis `i` is the input's axis `permutation[i]`. Elements of any type.
public struct Transpose: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "transpose"
  /// Where each result axis comes from.
  public let permutation: [Int]

  /// Reorders axes.
  public init(_ permutation: [Int]) { self.permutation = permutation }

  /// NCHW to NHWC.
  public static let toNHWC = Transpose([0, 2, 3, 1])
  /// NHWC to NCHW.
  public static let toNCHW = Transpose([0, 3, 1, 2])

  /// The permuted shape.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1)
    let shape = inputs[0].shape
    guard permutation.sorted() == Array(0..<shape.rank) else {
      throw invalid("expected a permutation of the axes of \(shape)", found: "\(permutation)")
    }
    return [TensorType(shape.permuted(permutation), inputs[0].elementType)]
  }

  /// The permutation.
  public var attributes: [Attribute] { [Attribute("perm", .ints(permutation))] }
}
