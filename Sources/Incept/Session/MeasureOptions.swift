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
  /// Inputs of a network that is only timed: the same numbers between -1 and 1 on every machine.
  func madeUpInputs(batch: Int) -> [String: HostTensor] {
    model.shapes(batch: batch).mapValues { shape in
      HostTensor(shape: shape) { elements in
        var state: UInt32 = 1
        for index in elements.indices {
          // Numerical Recipes' linear congruential generator; the low bits are dropped.
          state = state &* 1_664_525 &+ 1_013_904_223
          elements[index] = Float(state >> 8) * 0x1p-23 - 1
        }
      }
    }
  }
}
