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
    case .direct(let tile): "direct \(tile.pixels)x\(tile.blocks * 16)"
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
        return .no("one work-item per group leaves most of the device idle")
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
  static func list(_ problem: ConvolutionProblem, _ traits: DeviceTraits) -> [ConvolutionVariant] {
    let cost = ConvolutionCost(problem, traits)
    let direct = RegisterTile.list(traits).map { (ConvolutionVariant.direct($0), cost.direct($0)) }
      .sorted { $0.1 < $1.1 }.prefix(3)
    let winograd = WinogradTiling.list(problem, traits, count: 2).map {
      (ConvolutionVariant.winograd($0.tiling), $0.cost)
    }
    return [.depthwise] + (direct + winograd).sorted { $0.1 < $1.1 }.map(\.0)
      + workItems(problem, traits) + [.simple]
  }
}
