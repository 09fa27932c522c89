import Operators
import TensorCore

/// The ways to compute a convolution.
enum ConvolutionVariant: KernelVariant {
  /// `conv2d_depthwise.cl`: 16 channels at a time, one tap after the other.
  case depthwise
  /// `conv2d_direct.cl`: register tiles, one work-item per group.
  case direct(RegisterTile)
  /// `conv2d_winograd.cl`: Winograd's algorithm with register tiles, one work-item per group.
  case winograd(WinogradTiling)
  /// `conv2d_depthwise_items.cl`: four channels of a few pixels per work-item.
  case depthwiseItems
  /// `conv2d_slices.cl`: few pixels, each channel's taps shared by so many work-items.
  case slices(count: Int)
  /// `conv2d_tiled.cl`: tiles shared through local memory.
  case tiled(GemmTile)
  /// `winograd_steps.clh`: Winograd's algorithm in three steps.
  case winogradSteps(WinogradSteps)
  /// `conv2d_simple.cl`: one output value per work-item, anything goes.
  case simple

  var name: String {
    switch self {
    case .depthwise: "depthwise"
    case .direct(let tile):
      "direct \(tile.pixels)x\(tile.blocks * 16)\(tile.sumsFloat64 ? " float64" : "")"
    case .winograd(let tiling): tiling.name
    case .depthwiseItems: "depthwise items"
    case .slices(let count): "slices \(count)"
    case .tiled(let tile): "tiled \(tile.name)"
    case .winogradSteps(let steps): steps.name
    case .simple: "simple"
    }
  }

  var accuracy: Accuracy { form?.accuracy ?? .exact }

  var errorGrowth: Double { form?.errorGrowth ?? 1 }

  /// Winograd's algorithm, where it is used.
  private var form: WinogradForm? {
    switch self {
    case .winograd(let tiling): tiling.form
    case .winogradSteps(let steps): steps.form
    default: nil
    }
  }

  func isLastResort(on traits: DeviceTraits) -> Bool {
    // An output value per work-item is some hundred times as slow where a work-item is a whole core.
    if case .simple = self { traits.style == .registerTiles } else { false }
  }

  /// Multiply-adds that the algorithm does in the launch that has the layer's name; nil where they are those of the
  /// definition.
  func multiplyAdds(_ problem: ConvolutionProblem) -> Int? {
    switch self {
    case .winograd(let tiling): tiling.multiplyAdds(problem)
    case .winogradSteps(let steps): steps.multiplyAdds(problem)
    default: nil
    }
  }

  /// Blocks of 16 output channels that a work-item, or a work-group, computes together.
  var blocksPerPanel: Int {
    switch self {
    case .direct(let tile): tile.blocks
    case .winograd(let tiling): tiling.blocks
    case .tiled(let tile): tile.columns / 16
    case .winogradSteps(let steps): steps.tile.columns / 16
    case .depthwise, .depthwiseItems, .slices, .simple: 1
    }
  }

  func accepts(_ problem: ConvolutionProblem, _ traits: DeviceTraits) -> Acceptance {
    if problem.activations.functions.count > ActivationTable.capacity {
      return .no("more than \(ActivationTable.capacity) different activations")
    }
    switch self {
    case .depthwise:
      if let reason = Self.notDepthwise(problem) { return .no(reason) }
      return traits.style == .registerTiles
        ? .yes : .no("made for devices without work-item groups")
    case .direct:
      guard traits.style == .registerTiles else {
        return .leavesDeviceIdle
      }
      return .yes
    case .winograd(let tiling):
      guard problem.precision == .fp32 else { return .no("knows float32 only") }
      return tiling.accepts(problem, traits)
    case .depthwiseItems, .slices, .tiled, .winogradSteps: return acceptsWorkItems(problem, traits)
    case .simple: return .yes
    }
  }

  /// The list for a problem, the best by the cost model first.
  static func list(
    _ problem: ConvolutionProblem, _ traits: DeviceTraits, _ accuracy: Accuracy
  ) -> [ConvolutionVariant] {
    let cost = ConvolutionCost(problem, traits)
    let exact = accuracy == .exact ? RegisterTile.float64(traits) : []
    let direct = (exact.isEmpty ? RegisterTile.list(traits) : exact).map {
      (ConvolutionVariant.direct($0), cost.direct($0))
    }
    let winograd = WinogradTiling.list(problem, traits, count: tilingsPerForm).map {
      (ConvolutionVariant.winograd($0.tiling), $0.cost)
    }
    let ranked = promising(direct + winograd)
    return [.depthwise] + ranked + workItems(problem, traits) + [.simple]
  }

  /// Tilings of one form of Winograd's algorithm that are looked at.
  private static let tilingsPerForm = 4
  /// How much slower than the best a variant may be by the cost model to be worth measuring.
  private static let reach = 1.5
  /// Variants worth measuring, of each accuracy.
  private static let limit = 6

  /// The best first. What is allowed at one accuracy must not be crowded out by what is faster at another, so each
  /// accuracy has its own best.
  private static func promising(
    _ variants: [(variant: ConvolutionVariant, cost: Double)]
  ) -> [ConvolutionVariant] {
    let sorted = variants.sorted { $0.cost < $1.cost }
    var kept: [(variant: ConvolutionVariant, cost: Double)] = []
    for accuracy in Accuracy.allCases {
      let own = sorted.filter { $0.variant.accuracy == accuracy }
      let best = own.first?.cost ?? 0
      kept += own.prefix(limit).filter { $0.cost <= best * reach }
    }
    return kept.sorted { $0.cost < $1.cost }.map(\.variant)
  }
}
