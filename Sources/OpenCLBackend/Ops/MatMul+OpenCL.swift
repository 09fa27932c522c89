import GraphIR
import Operators
import TensorCore

extension MatMul: OpenCLLowerable {
  /// One matrix on the right makes a dense layer of it; batches have kernels of their own.
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    if builder.graph.type(of: node.inputs[1]).shape.rank == 2 {
      try builder.emitDense(node, bias: nil, activation: nil)
      return
    }
    let output = try builder.view(node.value)
    let left = try builder.view(node.inputs[0])
    let right = try builder.rowsView(node.inputs[1])
    let rank = output.shape.rank
    let batch = Shape(Array(output.shape.dimensions.dropLast(2)))
    guard let a = left.batches(batch), let b = right.batches(batch) else {
      throw invalid("expected batches that broadcast", found: "\(left.shape) and \(right.shape)")
    }
    let loop = StridedLoop(batch, [Array(output.strides.dropLast(2)), a, b])
    let (rows, columns) = (output.shape[rank - 2], output.shape[rank - 1])
    let variants = MatMulVariant.list(rows, columns, loop.count, builder.traits)
    let extents = MatMulExtents(rows: rows, columns: columns)
    guard let choice = VariantChoice(variants, extents, builder.traits) else { return }
    let (aRank, bRank) = (left.shape.rank, right.shape.rank)
    let arguments =
      Launch.Argument.views(left, right, output) + [
        loop.table, .int(loop.axes.count), .int(rows), .int(columns),
        .int(left.shape[aRank - 1]), .int(left.strides[aRank - 2]), .int(left.strides[aRank - 1]),
        .int(right.strides[bRank - 2]), .int(right.strides[bRank - 1]),
        .int(output.strides[rank - 2]),
      ]
    switch choice.chosen {
    case .tiles:
      let tile = 8
      builder.emit(
        KernelSpecialization(
          file: "matmul.cl", entry: "matmul_tiles", defines: [.init("MR", tile)]),
        variant: "tiles \(tile)x16", rejected: choice.rejected, arguments: arguments,
        global: [(rows + tile - 1) / tile, (columns + 15) / 16, loop.count], local: [1, 1, 1])
    case .tiled(let tile):
      let rowsAreAdjacent = left.strides[aRank - 2] == 1 && left.strides[aRank - 1] != 1
      let innerIsAdjacent = right.strides[bRank - 2] == 1 && right.strides[bRank - 1] != 1
      builder.emit(
        KernelSpecialization(
          file: "matmul_tiled.cl", entry: "matmul_tiled",
          defines: tile.macros.map { .init($0.0, $0.1) } + [
            .init("ROWS_ADJACENT", rowsAreAdjacent ? 1 : 0),
            .init("INNER_ADJACENT", innerIsAdjacent ? 1 : 0),
          ]),
        variant: choice.chosen.name, rejected: choice.rejected, arguments: arguments,
        global: [
          (rows + tile.rows - 1) / tile.rows * tile.groupColumns,
          (columns + tile.columns - 1) / tile.columns * tile.groupRows, loop.count,
        ], local: [tile.groupColumns, tile.groupRows, 1])
    case .items:
      let grid = ItemGrid([columns, rows, loop.count], builder.traits)
      builder.emit(
        KernelSpecialization(file: "matmul.cl", entry: "matmul_items"),
        variant: choice.chosen.name, rejected: choice.rejected,
        arguments: arguments + grid.arguments,
        global: grid.global, local: grid.local)
    }
  }
}

/// Extents of the result of a matrix product.
private struct MatMulExtents {
  let rows: Int
  let columns: Int
}

/// The ways to multiply batches of matrices.
private enum MatMulVariant: KernelVariant {
  case tiles
  case tiled(GemmTile)
  case items

  var name: String {
    switch self {
    case .tiles: "tiles"
    case .tiled(let tile): "tiled \(tile.name)"
    case .items: "items"
    }
  }

  func accepts(_ problem: MatMulExtents, _ traits: DeviceTraits) -> Acceptance {
    switch self {
    case .items: return .yes
    case .tiles:
      return traits.style == .registerTiles
        ? .yes : .leavesDeviceIdle
    case .tiled(let tile):
      guard traits.style == .workItems else { return .no("made for devices with work-item groups") }
      guard problem.rows >= 4, problem.columns >= 4 else {
        return .no("\(problem.rows)x\(problem.columns) results would leave most of a tile idle")
      }
      return tile.accepts(traits)
    }
  }

  /// The list for so many products of these extents, in order of preference.
  static func list(_ rows: Int, _ columns: Int, _ matrices: Int, _ traits: DeviceTraits)
    -> [MatMulVariant]
  {
    let tiles = GemmTile.list(rows: rows, columns: columns, matrices: matrices, traits)
    return [.tiles] + tiles.map { MatMulVariant.tiled($0) } + [.items]
  }
}

extension TensorView {
  /// Strides of the leading axes of a batch of matrices, broadcast to `batch`.
  fileprivate func batches(_ batch: Shape) -> [Int]? {
    TensorView(
      storage: storage, offset: offset, shape: Shape(Array(shape.dimensions.dropLast(2))),
      strides: Array(strides.dropLast(2))
    ).broadcast(to: batch)?.strides
  }
}
