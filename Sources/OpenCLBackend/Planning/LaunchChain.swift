import GraphIR
import TensorCore

/// Launches that one launch of `chain.cl` can do: short convolutions, one after the other, on a device that runs
/// one work-item per group.
///
/// A launch waits for the one before, and threads that have nothing to do fall asleep; waking them costs as much as
/// a convolution of some million multiply-adds takes. Within a chain they only watch a counter.
struct LaunchChain {
  private(set) var steps: [ChainStep] = []
  private var tiles: [ChainStep.Kind] = []
  private var activations: [String] = []
  private var input: Storage?

  /// Register tiles of one chain: each is a convolution of its own to compile.
  private static let tileLimit = 6

  /// Adds a step behind the others if the chain can still hold it.
  mutating func append(_ step: ChainStep) -> Bool {
    let isKnown = step.isDepthwise || tiles.contains(step.kind)
    let tiles = tiles + (isKnown ? [] : [step.kind])
    let known = activations
    let activations = known + step.activations.filter { !known.contains($0) }
    guard tiles.count <= Self.tileLimit, activations.count <= ActivationTable.capacity,
      step.input == nil || input == nil || input == step.input
    else { return false }
    (self.tiles, self.activations) = (tiles, activations)
    input = input ?? step.input
    steps.append(step)
    return true
  }

  /// The one launch for all steps.
  ///
  /// - Parameters:
  ///   - groups: Work-groups that draw the steps' tickets.
  ///   - place: Where each constant begins in `constants`, by number.
  ///   - constants: Number of the constant that holds all.
  func launch(groups: Int, constants: Int, place: [Int: Int]) -> Launch? {
    guard var launch = steps.first?.launch, let last = steps.last?.launch,
      let data = launch.arguments.dropFirst(6).first
    else { return nil }
    var records: [Launch.Cell] = []
    var tables: [Launch.Cell] = []
    var tickets = 0
    for step in steps {
      let units = step.launch.global.reduce(1, *)
      let share = step.unitsOfTicket(cores: groups)
      tickets += (units + share - 1) / share
      let kind = step.isDepthwise ? Self.depthwise : tiles.firstIndex(of: step.kind) ?? 0
      let header: [Launch.Cell] = [
        .int(kind), .int(step.launch.global[0]), .int(units), .int(share), .int(tickets),
        .int(step.input == nil ? 0 : 1), step.imageOffset,
        .int((place[step.weights.constant] ?? 0) + step.weights.offset),
        .int((place[step.bias.constant] ?? 0) + step.bias.offset),
        .int(steps.count * Self.recordLength + tables.count),
      ]
      let record = header + step.geometry.map { .int($0) }
      let padding = [Launch.Cell](repeating: .int(0), count: Self.recordLength - record.count)
      records += record + padding
      tables += step.destinations(numbering: activations)
    }
    launch.label = "\(launch.label) … \(last.label)"
    launch.op = "chain"
    launch.sources = steps.flatMap(\.launch.sources)
    launch.variant = "chain of \(steps.count)"
    launch.rejected = []
    launch.tuning = nil
    launch.kernel = kernel
    launch.arguments = [
      data, .buffer(input ?? data.storages[0]), .buffer(.constant(constants)),
      .table(records + tables), .state(steps.count + 2), .int(steps.count),
    ]
    launch.global = [groups]
    launch.local = [1]
    launch.cost = steps.reduce(.free) { $0 + $1.launch.cost }
    launch.outputShape = last.outputShape
    launch.output = last.output
    return launch
  }

  /// `RECORD` and `DEPTHWISE` of `chain.cl`.
  private static let recordLength = 24
  private static let depthwise = 100

  private var kernel: KernelSpecialization {
    let list = tiles.enumerated().map { "TILE(\($0), \($1.pixels), \($1.blocks))" }
    return KernelSpecialization(
      file: "chain.cl", entry: "chain",
      defines: [
        .init("TILES(TILE)", list.joined(separator: " ")),
        .init("ACTIVATION_COUNT", activations.count),
      ] + activations.enumerated().map { .init("ACT\($0)(x)", $1) })
  }
}
