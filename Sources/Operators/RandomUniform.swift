import GraphIR
import TensorCore

/// Numbers in [0, 1) that look random and depend on seeds and position only: the same on every device.
///
/// Input: a seed `[1]` (int32), by which runs differ. Output: float32 of ``shape``, multiples of 2⁻²⁴. Element `i` is the upper 24
/// bits of word `i mod 4` of Philox 4x32-10 for counter `(⌊i/4⌋, 0, upper half of seed, 0)` and key `(lower half of seed, input)`.
public struct RandomUniform: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "random_uniform"
  /// The result's shape.
  public let shape: Shape
  /// By which the nodes of a graph differ.
  public let seed: Int

  /// Random numbers.
  public init(shape: Shape, seed: Int) {
    self.shape = shape
    self.seed = seed
  }

  /// float32 of ``shape``.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireInputs(inputs, 1...1, of: [.int32])
    guard inputs[0].shape == [1] else {
      throw invalid("expected a seed [1]", found: "\(inputs[0].shape)")
    }
    guard shape.isValid else { throw invalid("expected a shape within Int", found: "\(shape)") }
    return [TensorType(shape)]
  }

  /// Shape and seed.
  public var attributes: [Attribute] {
    [Attribute("shape", .ints(shape.dimensions)), Attribute("seed", .int(seed))]
  }
}
