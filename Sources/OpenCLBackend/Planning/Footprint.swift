/// The addresses that a strided view touches in a buffer, for telling whether two of them have any in common.
/// Units are words.
package struct Footprint: Sendable {
  /// The first address.
  package let low: Int
  /// The last address.
  package let high: Int
  /// Distances between neighbours and spans from the first to the last one; only axes that move.
  private let axes: [(stride: Int, span: Int)]

  /// The footprint of a view whose storage begins at `base`; nil where the view has no element.
  package init?(_ view: TensorView, base: Int = 0) {
    guard view.shape.elementCount > 0 else { return nil }
    var (low, high) = (base + view.offset, base + view.offset)
    var axes: [(stride: Int, span: Int)] = []
    let view = view.words
    for (extent, stride) in zip(view.shape.dimensions, view.strides) where extent > 1 && stride != 0
    {
      let span = (extent - 1) * abs(stride)
      axes.append((abs(stride), span))
      if stride < 0 { low -= span } else { high += span }
    }
    (self.low, self.high, self.axes) = (low, high, axes)
  }

  /// All addresses of `count` elements from `base` on; nil for none.
  package init?(from base: Int, count: Int) {
    guard count > 0 else { return nil }
    (low, high, axes) = (base, base + count - 1, count > 1 ? [(1, count - 1)] : [])
  }

  /// Whether the two may have an address in common. False is certain; true may be wrong where strides have
  /// nothing to do with one another.
  ///
  /// Two addresses differ where they differ modulo any number. Modulo the distance of pixels, a view of some
  /// channels is an interval, and so is modulo any stride a view cut along the axis inside of that stride.
  package func mayOverlap(_ other: Footprint) -> Bool {
    guard low <= other.high, other.low <= high else { return false }
    for modulus in (axes + other.axes).lazy.map(\.stride) where modulus > 1 {
      let (span, otherSpan) = (residue(modulo: modulus), other.residue(modulo: modulus))
      guard span < modulus, otherSpan < modulus else { continue }
      let ahead = ((other.low - low) % modulus + modulus) % modulus
      let behind = ahead == 0 ? 0 : modulus - ahead
      if ahead > span, behind > otherSpan { return false }
    }
    return true
  }

  /// Distance from the first to the last address along the axes that don't vanish modulo a number.
  private func residue(modulo modulus: Int) -> Int {
    axes.reduce(0) { $1.stride % modulus == 0 ? $0 : $0 + $1.span }
  }
}
