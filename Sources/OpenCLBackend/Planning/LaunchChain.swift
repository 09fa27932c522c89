import GraphIR

/// Launches that one launch of `chain.cl` can do: short ones, one after the other, on a device that runs one work-item
/// per group.
///
/// A launch waits for the one before, and threads that have nothing to do fall asleep; waking them costs as much as
/// a convolution of some million multiply-adds takes. Within a chain they only watch a counter.
struct LaunchChain {
  private(set) var steps: [ChainStep] = []
  private var kinds: [ChainStep.Kind] = []
  private var activations: [String] = []
  private var input: Storage?

  /// Different kinds of steps of one chain: each is a function to compile.
  private static let kindLimit = 8
  /// `RECORD` of `chain.cl`.
  private static let recordLength = 24
  /// `STRIDE` of `chain.cl`.
  private static let counterStride = 16

  /// Adds a step behind the others if the chain can still hold it.
  mutating func append(_ step: ChainStep) -> Bool {
    let kinds = kinds.contains(step.kind) ? kinds : kinds + [step.kind]
    var activations = activations
    for activation in step.activations where !activations.contains(activation) {
      activations.append(activation)
    }
    guard kinds.count <= Self.kindLimit, activations.count <= ActivationTable.capacity,
      step.input == nil || input == nil || input == step.input
    else { return false }
    self.kinds = kinds
    self.activations = activations
    input = input ?? step.input
    steps.append(step)
    return true
  }

  /// Numbers of the constants that the steps read, in order of first use.
  var constants: [Int] {
    var seen: Set<Int> = []
    return steps.flatMap(\.constants).filter { seen.insert($0).inserted }
  }

  /// The one launch for all steps; nil for a chain without any.
  ///
  /// - Parameters:
  ///   - groups: Work-groups that draw the steps' tickets.
  ///   - places: Where each constant begins in the chain's, by number.
  ///   - constant: Number of the chain's constant.
  func launch(groups: Int, places: [Int: Int], constant: Int) -> Launch? {
    guard var launch = steps.first?.launch, let last = steps.last else { return nil }
    var records: [Launch.Cell] = []
    var table: [Launch.Cell] = []
    var tickets = 0
    for step in steps {
      let share = step.unitsOfTicket(cores: groups)
      tickets += (step.units + share - 1) / share
      var record: [Launch.Cell] = [
        .int(kinds.firstIndex(of: step.kind) ?? 0), .int(step.launch.global[0]), .int(step.units),
        .int(share), .int(tickets), .int(step.input == nil ? 0 : 1),
      ]
      record += step.cells(
        places: places, numbering: activations, table: &table,
        base: steps.count * Self.recordLength)
      record += [Launch.Cell](repeating: .int(0), count: Self.recordLength - record.count)
      records += record
    }
    launch.label = "\(launch.label) … \(last.launch.label)"
    launch.op = Launch.chainOp
    launch.sources = steps.flatMap(\.launch.sources)
    launch.variant = "chain of \(steps.count)"
    launch.rejected = []
    launch.tuning = nil
    launch.errorGrowth = steps.map(\.launch.errorGrowth).max() ?? 1
    launch.kernel = kernel
    launch.arguments = [
      .buffer(last.target), .buffer(input ?? last.target), .buffer(.constant(constant)),
      .table(records + table), .state((steps.count + 2) * Self.counterStride), .int(steps.count),
    ]
    launch.global = [groups]
    launch.local = [1]
    launch.cost = steps.reduce(.free) { $0 + $1.launch.cost }
    launch.outputShape = last.launch.outputShape
    launch.output = last.launch.output
    launch.access = LaunchAccess(
      reads: steps.flatMap(\.launch.access.reads), writes: steps.flatMap(\.launch.access.writes))
    return launch
  }

  /// Convolutions of one plan all sum alike.
  private var sums: [KernelSpecialization.Define] {
    steps.lazy.compactMap { step in
      step.launch.kernel.defines.first { $0.name == ConvolutionLowering.float64Sums }
    }.prefix(1).map { $0 }
  }

  private var kernel: KernelSpecialization {
    let list = kinds.enumerated().map { number, kind in
      switch kind {
      case .tile(let pixels, let blocks): "TILE(\(number), \(pixels), \(blocks))"
      case .depthwise: "DEPTHWISE(\(number))"
      case .pool(let vectors): "POOL(\(number), \(vectors))"
      case .softmax: "SOFTMAX(\(number))"
      }
    }
    return KernelSpecialization(
      file: "chain.cl", entry: "chain",
      defines: [
        .init("KINDS", list.joined(separator: " ")),
        .init("ACTIVATION_COUNT", max(activations.count, 1)),
      ] + sums + activations.enumerated().map { .init("ACT\($0)(x)", $1) })
  }
}

extension Launch {
  /// The operator of a chain.
  static let chainOp = "chain"

  /// Whether it does what several launches would, one after the other.
  package var isChain: Bool { op == Self.chainOp }
}
