import TensorCore

/// A walk over the positions of a shape in several tensors at once: the fewest axes that do, extents of 1 dropped,
/// neighbouring axes joined where they lie as one in every tensor.
package struct StridedLoop: Hashable, Sendable {
  /// One axis of the walk.
  package struct Axis: Hashable, Sendable {
    /// Number of positions.
    package var extent: Int
    /// Distance between neighbours, in each tensor; 0 where a tensor is broadcast.
    package var strides: [Int]
  }

  /// The axes, outermost first; empty for a single position.
  package private(set) var axes: [Axis] = []
  /// Number of tensors.
  package let tensorCount: Int

  /// A walk over `shape` in tensors with the given strides, each as long as the shape's rank.
  package init(_ shape: Shape, _ tensors: [[Int]]) {
    tensorCount = tensors.count
    for axis in 0..<shape.rank where shape[axis] != 1 {
      let next = Axis(extent: shape[axis], strides: tensors.map { $0[axis] })
      if let previous = axes.last,
        zip(previous.strides, next.strides).allSatisfy({ $0 == $1 * next.extent })
      {
        axes[axes.count - 1] = Axis(extent: previous.extent * next.extent, strides: next.strides)
      } else {
        axes.append(next)
      }
    }
  }

  /// Number of positions.
  package var count: Int { axes.reduce(1) { $0 * $1.extent } }

  /// Takes the innermost axis off the walk; one position where there is none.
  package mutating func removeInnermost() -> Axis {
    axes.popLast() ?? Axis(extent: 1, strides: [Int](repeating: 0, count: tensorCount))
  }

  /// The axes as a table: extent, then the stride in each tensor. Never empty, so that it can be a buffer.
  package var table: Launch.Argument {
    let none = Axis(extent: 1, strides: [Int](repeating: 0, count: tensorCount))
    return .table((axes.isEmpty ? [none] : axes).flatMap(\.cells))
  }
}

extension StridedLoop.Axis {
  /// Extent and strides as cells of a table.
  package var cells: [Launch.Cell] { [.int(extent)] + strides.map { .int($0) } }
}
