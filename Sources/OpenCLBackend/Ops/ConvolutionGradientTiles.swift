import GraphIR
import Operators
import TensorCore

/// The ways to compute a convolution's gradients, in order of preference.
enum ConvolutionGradientVariant: String, KernelVariant, CaseIterable {
  /// Tiles of results in registers.
  case tiles
  /// One result per work-item.
  case items

  var name: String { rawValue }

  func isLastResort(on traits: DeviceTraits) -> Bool { self == .items }

  /// `problem` is what the taps are read from.
  func accepts(_ problem: TensorView, _ traits: DeviceTraits) -> Acceptance {
    switch self {
    case .items: return .yes
    case .tiles:
      guard case .arena = problem.storage else { return .no("a constant has no zeros around it") }
      return problem.shape[3] == 1 || problem.strides[3] == 1
        ? .yes : .no("neighbouring channels are \(problem.strides[3]) apart")
    }
  }
}

extension DeviceTraits {
  /// Channels of a vector in the kernels of gradients: 16 where a work-item is a group.
  var gradientVector: Int { style == .registerTiles ? 16 : 4 }

  /// Vectors that a work-item sums in registers.
  var gradientAccumulators: Int {
    guard style == .registerTiles else { return 8 }
    return vectorWidth >= 16 ? 24 : vectorWidth >= 8 ? 6 : 3
  }

  /// Vectors of channels side by side in a tile, for so many channels.
  func gradientVectors(_ channels: Int) -> Int {
    let count = (channels + gradientVector - 1) / gradientVector
    guard style == .registerTiles, vectorWidth >= 16, count > 1 else { return 1 }
    return count % 2 == 0 || count % 3 != 0 ? 2 : 3
  }

  /// Work-items that keep the device busy.
  var busyItems: Int { style == .registerTiles ? 4 * computeUnits : 256 * computeUnits }
}

/// How a convolution's gradient by its weights is cut: `conv2d_weight_gradient.cl`.
struct WeightGradientTiles {
  /// Rows of taps, or taps, and the neighbouring elements of the image that each of them reads.
  let rows: Int, run: Int
  /// Taps in a row of taps; 1 where each row is all of them.
  let rowTaps: Int
  /// Rows and elements of a tile.
  let tileRows: Int, tileElements: Int
  /// Vectors of channels of a tile, and whether a group's last one is cut.
  let vectors: Int, hasTail: Bool
  /// Tiles along rows and runs, and of channels in all groups.
  let rowTiles: Int, runTiles: Int, panels: Int
  /// Parts that the result's rows are cut into, and the rows of each.
  let parts: Int, rowsPerPart: Int

  init(
    _ op: Conv2DWeightGradient, image: TensorView, gradient: TensorView, traits: DeviceTraits,
    canSplit: Bool
  ) {
    let (inner, outer) = (image.shape[3] / op.groups, gradient.shape[3] / op.groups)
    // Taps side by side are neighbours in memory where pixels are.
    let isJoined = op.dilations.width == 1 && op.groups == 1 && image.strides[2] == inner
    rows = isJoined ? op.kernel.height : op.kernel.height * op.kernel.width
    run = isJoined ? op.kernel.width * inner : inner
    rowTaps = isJoined ? 1 : op.kernel.width
    let vector = traits.gradientVector
    let wanted = traits.gradientVectors(outer)
    vectors = outer % (vector * wanted) == 0 ? wanted : 1
    hasTail = outer % (vector * vectors) != 0
    let limit = max(1, traits.gradientAccumulators / vectors)
    if run <= limit {
      let together = min(rows, limit / run)
      (rowTiles, tileElements, runTiles) = ((rows + together - 1) / together, run, 1)
      tileRows = (rows + rowTiles - 1) / rowTiles
    } else {
      let tiles = (run + limit - 1) / limit
      (tileRows, rowTiles) = (1, rows)
      tileElements = (run + tiles - 1) / tiles
      runTiles = (run + tileElements - 1) / tileElements
    }
    panels = op.groups * ((outer + vector * vectors - 1) / (vector * vectors))
    let all = gradient.shape[0] * gradient.shape[1]
    let items = rowTiles * runTiles * panels
    let elements = rows * run * gradient.shape[3]
    // A part shorter than this costs more to launch and to add than it saves.
    let products = gradient.shape[2] * tileRows * tileElements * vectors
    let shortest = traits.style == .registerTiles ? max(1, 4096 / max(1, products)) : 4
    let most = min(256, all / shortest, (1 << 24) / max(1, elements))
    let count = canSplit ? max(1, min((traits.busyItems + items - 1) / items, most)) : 1
    rowsPerPart = max(1, (all + count - 1) / count)
    parts = max(1, (all + rowsPerPart - 1) / rowsPerPart)
  }
}

/// How a convolution's gradient by its image is cut: `conv2d_image_gradient.cl`.
struct ImageGradientTiles {
  /// Vectors of channels of a tile, and their number in all groups.
  let vectors: Int, panels: Int
  /// Pixels of a tile, and tiles of a phase.
  let columns: Int, columnTiles: Int
  /// Image rows of a work-item.
  let rowsPerItem: Int

  init(
    _ op: Conv2DImageGradient, weights: Shape, output: Shape, traits: DeviceTraits
  ) {
    let (width, stride) = (output[2], op.strides.width)
    let inner = weights[2]
    vectors = traits.gradientVectors(inner)
    panels =
      op.groups
      * ((inner + traits.gradientVector * vectors - 1)
        / (traits.gradientVector * vectors))
    let isByColumns = traits.style != .registerTiles
    let limit = isByColumns ? 4 : max(1, traits.gradientAccumulators / vectors)
    let counts = (0..<min(stride, width)).map { (width - $0 + stride - 1) / stride }
    let vectors = vectors
    // Short tiles wait for their own sums.
    func cost(_ columns: Int) -> Int {
      counts.reduce(0) { $0 + ($1 + columns - 1) / columns * (max(columns * vectors, 8) + 1) }
    }
    let shortest = counts.min() ?? 1
    let columns = (1...max(1, min(limit, shortest))).min { (cost($0), -$0) < (cost($1), -$1) } ?? 1
    self.columns = columns
    columnTiles = ((counts.max() ?? 1) + columns - 1) / columns
    guard !isByColumns else {
      rowsPerItem = 1
      return
    }
    let taps = max(1, weights[0] * weights[1] / (stride * op.strides.height))
    let products = Cost.product(taps, weights[3] / op.groups, width, vectors)
    let rows = output[0] * output[1]
    rowsPerItem = max(1, min(8192 / max(1, products), rows * panels / traits.busyItems))
  }
}
