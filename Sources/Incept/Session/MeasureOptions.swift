/// How often something is measured.
public struct MeasureOptions: Sendable {
  /// Measured runs.
  public var runs: Int
  /// Runs before the measured ones.
  public var warmup: Int
  /// Items per run.
  public var batch: Int

  /// Creates options; at least one run of at least one item is made.
  public init(runs: Int = 20, warmup: Int = 3, batch: Int = 1) {
    self.runs = max(1, runs)
    self.warmup = max(0, warmup)
    self.batch = max(1, batch)
  }
}

extension Session {
  /// Inputs of a network that nobody has data for: the same numbers between -1 and 1 on every machine; zeros for
  /// integers and bools.
  func madeUpInputs(batch: Int, seed: UInt32 = 1) -> [String: HostTensor] {
    let shapes = model.shapes(batch: batch)
    var tensors: [String: HostTensor] = [:]
    for input in model.inputs {
      guard let shape = shapes[input.name] else { continue }
      tensors[input.name] = HostTensor(shape: shape, elementType: input.elementType) { elements in
        guard input.elementType == .float32 else { return elements.update(repeating: 0) }
        var state = seed
        for index in elements.indices {
          // Numerical Recipes' linear congruential generator; the low bits are dropped.
          state = state &* 1_664_525 &+ 1_013_904_223
          elements[index] = Float(state >> 8) * 0x1p-23 - 1
        }
      }
    }
    return tensors
  }
}
