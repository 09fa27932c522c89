import Operators
import TensorCore

/// What the pool kernels need to know of a problem.
struct PoolProblem {
  /// The image `[N, H, W, C]`, neighbouring channels.
  let image: TensorView
  /// The result `[N, OH, OW, C]` or, of a global pool, `[N, C]`; neighbouring channels.
  let output: TensorView

  var channels: Int { image.shape[3] }
  /// Rows of output pixels of all images.
  var rows: Int { output.shape[0] * output.shape[1] }

  /// Vectors of 16 channels that a register tile holds.
  var vectors: Int { [4, 3, 2].first { channels % ($0 * 16) == 0 } ?? 1 }
  /// Whether a last vector is not full.
  var hasTail: Bool { channels % 16 != 0 }

  /// Channels of one work-item where one is a group: all of a row, unless that leaves cores idle.
  func panel(_ traits: DeviceTraits) -> Int {
    let tile = vectors * 16
    let tiles = (channels + tile - 1) / tile
    let wanted = traits.computeUnits * Self.itemsPerUnit
    let panels = min(tiles, max(1, (wanted + rows - 1) / rows))
    return (tiles + panels - 1) / panels * tile
  }

  /// Work-items a core should get at least, so that all end at about the same time.
  private static let itemsPerUnit = 16
}
