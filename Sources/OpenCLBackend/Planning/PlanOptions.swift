/// What a caller decides about a plan; everything else follows from graph and device.
package struct PlanOptions: Hashable, Sendable {
  /// How much rounding error kernels may trade for speed.
  package var accuracy: Accuracy
  /// Variants that were found to be the fastest on the device: the variant's name, by ``TunableProblem/tuningKey``.
  /// A name that no accepted variant has is ignored.
  package var choices: [String: String]
  /// Whether launches may overlap.
  package var queue: QueueMode

  /// What activations and weights are stored as.
  package var precision: Precision
  /// Bytes that weights, arena and inputs may take together; nil for all that the device has.
  package var memoryLimit: Int?
  /// Variants that keep the plan within its limit of memory, by ``TunableProblem/tuningKey``: they go before
  /// ``choices``. Planning fills this in.
  package var leanChoices: [String: String] = [:]

  /// Options; by default those of a user who asked for nothing.
  package init(
    accuracy: Accuracy = .high, choices: [String: String] = [:], queue: QueueMode = .auto,
    precision: Precision = .fp32, memoryLimit: Int? = nil
  ) {
    self.memoryLimit = memoryLimit
    self.accuracy = accuracy
    self.choices = choices
    self.queue = queue
    self.precision = precision
  }
}

/// How launches follow one another on the device.
package enum QueueMode: String, Hashable, Sendable, CaseIterable {
  /// Independent launches may overlap where the device can do that and the network has enough of them.
  case auto
  /// One after the other, with the least memory.
  case inOrder = "in-order"
  /// Independent launches may overlap where the device can do that.
  case outOfOrder = "out-of-order"
}

/// How much rounding error kernels may add, from the strictest to the loosest.
package enum Accuracy: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Only algorithms that do the multiplications of the definition.
  case exact
  /// Winograd's algorithm with small tiles: at most 3 times the error of PyTorch's own float32 on the logits of
  /// Inception V3.
  case high
  /// Larger tiles as well: at most 8 times that error.
  case fast

  package static func < (a: Accuracy, b: Accuracy) -> Bool { a.rank < b.rank }

  private var rank: Int {
    switch self {
    case .exact: 0
    case .high: 1
    case .fast: 2
    }
  }
}

/// A problem that several variants can solve and that results of tuning are kept for.
package protocol TunableProblem {
  /// Names the problem: equal keys mean equal work, whatever the network and the place in it.
  var tuningKey: String { get }
}
