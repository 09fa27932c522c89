import TensorCore

/// The variants for devices with work-item groups.
extension ConvolutionVariant {
  /// Whether the kernel takes 16 neighbouring channels of the image for 16 of the result.
  var readsPlainChannels: Bool {
    switch self {
    case .depthwise, .depthwiseItems: true
    default: false
    }
  }

  /// What keeps the depthwise kernels from a problem; nil where nothing does.
  static func notDepthwise(_ problem: ConvolutionProblem) -> String? {
    guard problem.isDepthwise, problem.outputChannels == problem.groups else {
      return "not depthwise with one output channel per input channel"
    }
    return problem.outputs.count == 1 ? nil : "several outputs"
  }

  /// What the kernels for work-item groups say of a problem.
  func acceptsWorkItems(_ problem: ConvolutionProblem, _ traits: DeviceTraits) -> Acceptance {
    guard traits.style == .workItems else { return .no("made for devices with work-item groups") }
    switch self {
    case .depthwiseItems: return Self.notDepthwise(problem).map { .no($0) } ?? .yes
    case .slices(let count):
      guard problem.pixels <= 8 else {
        return .no(
          "\(problem.pixels) pixels would read the weights \((problem.pixels + 3) / 4) times")
      }
      let (items, bytes) = (count * 16, count * 16 * 4 * min(problem.pixels, 4))
      guard items <= traits.maxWorkGroupSize, bytes <= traits.localMemoryBytes else {
        return .no("work-groups of \(items) with \(bytes) bytes of local memory")
      }
      return .yes
    case .tiled(let tile):
      let channels = problem.outputChannels / problem.groups
      guard problem.groups == 1 || channels >= 16 else {
        return .no("groups of \(channels) channels, tiles have \(tile.columns)")
      }
      return tile.accepts(traits)
    case .winogradSteps(let steps): return steps.accepts(problem, traits)
    case .depthwise, .direct, .winograd, .simple: return .yes
    }
  }

  /// The variants for work-item groups, the best first.
  static func workItems(_ problem: ConvolutionProblem, _ traits: DeviceTraits)
    -> [ConvolutionVariant]
  {
    let (rows, columns) = (problem.pixels, problem.outputChannels / problem.groups)
    let taps = Double(problem.weights[0] * problem.weights[1] * problem.weights[2])
    let tiled = GemmTile.all.map { tile in
      let cost = tile.cost(rows: rows, columns: columns, matrices: problem.groups, traits)
      return (ConvolutionVariant.tiled(tile), cost * taps)
    }
    let winograd = WinogradSteps.list(problem, traits).map { steps in
      (ConvolutionVariant.winogradSteps(steps), steps.cost(problem, traits))
    }
    return [.depthwiseItems, .slices(count: 16), .slices(count: 4)]
      + (tiled + winograd).sorted { $0.1 < $1.1 }.map(\.0)
  }
}
