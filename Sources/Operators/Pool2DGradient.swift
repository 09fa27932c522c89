import GraphIR
import TensorCore

/// The gradient of a pool by its image.
///
/// Inputs: the pool's image `[N, H, W, C]` and the gradient by its result `[N, OH, OW, C]`. Output `[N, H, W, C]`. A maximum
/// passes a window's gradient on to its first largest element, row by row; an average to all of them, divided as the
/// pool divides.
public struct Pool2DGradient: Operator, Codable {
  /// The name in text forms.
  public static let mnemonic = "pool2d_gradient"
  /// The pool; without an activation.
  public let pool: Pool2D

  /// The gradient of `pool`.
  public init(_ pool: Pool2D) { self.pool = pool }

  /// The image's type.
  public func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType] {
    try requireFloatInputs(inputs, 2...2)
    guard pool.activation == nil else {
      throw invalid(
        "expected a pool without an activation", found: pool.activation?.summary ?? "none")
    }
    let pooled: TensorType
    do {
      pooled = try pool.inferOutputs([inputs[0]])[0]
    } catch {
      throw error.about(Self.mnemonic)
    }
    guard inputs[1] == pooled else {
      throw invalid(
        "expected a gradient \(pooled.shape) for an image \(inputs[0].shape)",
        found: "\(inputs[1].shape)")
    }
    return [inputs[0]]
  }

  /// The pool's own, with its kind.
  public var attributes: [Attribute] {
    [Attribute("pool", .text(pool.kind.rawValue))] + pool.attributes
  }
}
