/// A launch of `conv2d_direct.cl` or `conv2d_depthwise.cl`, read as a step of a chain.
struct ChainStep {
  /// Which kernel: a register tile, or 0 × 0 for the depthwise one.
  struct Kind: Hashable {
    let pixels: Int, blocks: Int
  }

  /// A part of a constant's buffer.
  struct Weights: Hashable {
    let constant: Int, offset: Int
  }

  let launch: Launch
  let kind: Kind
  /// The image's storage, where that is a buffer of its own.
  let input: Storage?
  /// Position of the image's first tap.
  let imageOffset: Launch.Cell
  let weights: Weights
  let bias: Weights
  private let places: [Launch.Cell]
  /// The numbers behind the table of destinations.
  let geometry: [Int]
  /// Expressions of the activations, by the numbers in the table of destinations.
  let activations: [String]

  var isDepthwise: Bool { kind.pixels == 0 }

  /// Reads a launch; nil where it is none of these two kernels, where it needs weights that are known at run time
  /// only, or where it takes so long that what goes before and after doesn't matter.
  init?(_ launch: Launch, of plan: Plan) {
    let arguments = launch.arguments
    guard arguments.count > 8, launch.local == [1, 1], launch.global.count == 2,
      case .buffer(.arena(let image)) = arguments[0],
      case .offset(let storage, let offset) = arguments[1],
      case .buffer(.constant(let weights)) = arguments[2],
      case .offset(_, let weightsOffset) = arguments[3],
      case .buffer(.constant(let bias)) = arguments[4],
      case .offset(_, let biasOffset) = arguments[5],
      case .buffer(.arena(let target)) = arguments[6], !plan.regions[target].isInput,
      case .table(let places) = arguments[7]
    else { return nil }
    var geometry: [Int] = []
    for argument in arguments[8...] {
      guard case .int(let value) = argument else { return nil }
      geometry.append(value)
    }
    func value(_ name: String) -> String? {
      launch.kernel.defines.first { $0.name == name }?.value
    }
    switch launch.kernel.entry {
    case "conv2d_direct":
      guard let pixels = value("MR").flatMap({ Int($0) }),
        let blocks = value("NV").flatMap({ Int($0) })
      else { return nil }
      kind = Kind(pixels: pixels, blocks: blocks)
    case "conv2d_depthwise": kind = Kind(pixels: 0, blocks: 0)
    default: return nil
    }
    self.launch = launch
    input = plan.regions[image].isInput ? .arena(image) : nil
    imageOffset = .offset(storage, offset)
    self.weights = Weights(constant: weights, offset: weightsOffset)
    self.bias = Weights(constant: bias, offset: biasOffset)
    self.places = places
    self.geometry = geometry
    activations = (0..<ActivationTable.capacity).compactMap { value("ACT\($0)(x)") }
    guard cycles / Swift.max(1, plan.traits.computeUnits) <= Self.limit else { return nil }
  }

  /// Multiply-adds of one vector that a core may have to do in a step: some 0.15 ms, next to which a launch is
  /// nothing.
  private static let limit = 500_000

  /// Multiply-adds of one `float16`, about.
  private var cycles: Int { launch.cost.multiplyAdds / 16 }

  /// Units that one ticket is for: enough tickets to keep all cores busy to the end, none for less than drawing one
  /// is worth.
  func unitsOfTicket(cores: Int) -> Int {
    let units = launch.global.reduce(1, *)
    let worthwhile = 1_000
    let balanced = units / (cores * 16)
    let least = Swift.max(1, units * worthwhile / Swift.max(cycles, 1))
    return Swift.max(1, Swift.min(Swift.max(balanced, least), units))
  }

  /// The table of destinations with activations numbered by their position in `list`.
  func destinations(numbering list: [String]) -> [Launch.Cell] {
    places.enumerated().map { index, cell in
      // The sixth of the eight ints of a block.
      guard index % 8 == 5, case .int(let number) = cell, activations.indices.contains(number)
      else { return cell }
      return .int(list.firstIndex(of: activations[number]) ?? 0)
    }
  }
}
