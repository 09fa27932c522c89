/// A launch that `chain.cl` can do, read as a step of a chain.
struct ChainStep {
  /// What a step computes: which function of `chain.cl`.
  enum Kind: Hashable {
    /// `conv2d_direct.cl`
    case tile(pixels: Int, blocks: Int)
    /// `conv2d_depthwise.cl`
    case depthwise
    /// `global_pool.cl`, averages
    case pool(vectors: Int)
    /// `softmax.cl`
    case softmax
  }

  let launch: Launch
  let kind: Kind
  /// The image's storage, where that is a buffer of its own.
  let input: Storage?
  /// The arena's region of the results.
  let target: Storage
  /// Numbers of the constants that the step reads.
  let constants: [Int]
  /// Expressions of the activations, by the numbers in the table of destinations.
  let activations: [String]

  /// Reads a launch; nil where it is none of these kernels, where it needs weights that are known at run time only,
  /// or where it takes so long that what goes before and after doesn't matter.
  init?(_ launch: Launch, of plan: Plan) {
    guard let kind = Kind(launch.kernel), launch.local?.allSatisfy({ $0 == 1 }) == true,
      launch.global.count <= 2, case .buffer(.arena(let image)) = launch.arguments[0]
    else { return nil }
    var constants: [Int] = []
    var targets: [Storage] = []
    for argument in launch.arguments.dropFirst() {
      switch argument {
      case .buffer(.constant(let number)): constants.append(number)
      case .buffer(.arena(let number)) where plan.regions[number].isInput: return nil
      case .buffer(let storage): targets.append(storage)
      case .localBytes, .state: return nil
      case .offset, .int, .float, .table: break
      }
    }
    guard constants.count == (kind.isConvolution ? 2 : 0), targets.count == 1 else { return nil }
    self.launch = launch
    self.kind = kind
    self.constants = constants
    input = plan.regions[image].isInput ? .arena(image) : nil
    target = targets[0]
    activations =
      kind.isConvolution
      ? (0..<ActivationTable.capacity).compactMap { launch.kernel.value(of: "ACT\($0)(x)") } : []
    guard work / Swift.max(1, plan.traits.computeUnits) <= Self.limit else { return nil }
  }

  /// Work that a core may have to do in a step: some 0.15 ms, next to which a launch is nothing.
  private static let limit = 500_000

  /// Roughly, multiply-adds of one `float16`.
  private var work: Int { Swift.max(launch.cost.multiplyAdds / 16, launch.cost.bytes / 32) }

  /// Units of the step: work-items of its launch.
  var units: Int { launch.global.reduce(1, *) }

  /// Units that one ticket is for: enough tickets to keep all cores busy to the end, none for less than drawing one
  /// is worth.
  func unitsOfTicket(cores: Int) -> Int {
    let worthwhile = units * 1_000 / Swift.max(work, 1)
    return Swift.max(1, Swift.min(Swift.max(units / (cores * 4), worthwhile), units))
  }

  /// The arguments without the buffers, in order: a record of `chain.cl` from the offset of the image on.
  ///
  /// - Parameters:
  ///   - places: Where each constant begins in the chain's, by number.
  ///   - numbering: The chain's activations.
  ///   - table: The chain's tables, to which the step's is added.
  ///   - base: Where the chain's tables begin.
  func cells(
    places: [Int: Int], numbering: [String], table: inout [Launch.Cell], base: Int
  ) -> [Launch.Cell] {
    var cells: [Launch.Cell] = []
    for argument in launch.arguments {
      switch argument {
      case .buffer, .localBytes, .state: break
      case .offset(.constant(let number), let offset):
        cells.append(.int((places[number] ?? 0) + offset))
      case .offset(let storage, let offset): cells.append(.offset(storage, offset))
      case .int(let value): cells.append(.int(value))
      case .float(let value): cells.append(.int(Int(Int32(bitPattern: value.bitPattern))))
      case .table(let list):
        cells.append(.int(base + table.count))
        table += kind.isConvolution ? renumbered(list, numbering) : list
      }
    }
    return cells
  }

  /// A table of destinations with activations numbered by their position in `list`.
  private func renumbered(_ cells: [Launch.Cell], _ list: [String]) -> [Launch.Cell] {
    cells.enumerated().map { index, cell in
      // The sixth of the eight ints of a block.
      guard index % 8 == 5, case .int(let number) = cell, activations.indices.contains(number)
      else { return cell }
      return .int(list.firstIndex(of: activations[number]) ?? 0)
    }
  }
}

extension ChainStep.Kind {
  /// What a kernel computes, or nil where no chain can.
  init?(_ kernel: KernelSpecialization) {
    func number(_ name: String) -> Int? { kernel.value(of: name).flatMap { Int($0) } }
    switch kernel.entry {
    case "conv2d_direct":
      guard let pixels = number("MR"), let blocks = number("NV") else { return nil }
      self = .tile(pixels: pixels, blocks: blocks)
    case "conv2d_depthwise": self = .depthwise
    case "global_pool_rows":
      guard number("IS_MAX") == 0, let vectors = number("NV"), vectors <= 2 else { return nil }
      self = .pool(vectors: vectors)
    case "softmax_rows":
      guard number("LOGARITHM") == 0 else { return nil }
      self = .softmax
    default: return nil
    }
  }

  /// Whether it has weights, a bias, and a table of destinations with activations.
  var isConvolution: Bool {
    switch self {
    case .tile, .depthwise: true
    case .pool, .softmax: false
    }
  }
}

extension KernelSpecialization {
  /// The compile-time value of a name.
  func value(of name: String) -> String? { defines.first { $0.name == name }?.value }
}
