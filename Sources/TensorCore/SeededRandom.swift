/// Random numbers that a seed determines, the same on every platform and in every version: SplitMix64 (G. Steele,
/// D. Lea and C. Flood, "Fast splittable pseudorandom number generators", 2014).
package struct SeededRandom: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The numbers of a seed.
  package init(seed: UInt64) { state = seed }

  /// Numbers of a seed for one of many purposes, unlike those for any other.
  package init(seed: UInt64, stream: UInt64) {
    var mixer = SeededRandom(seed: stream ^ 0x6A09_E667_F3BC_C909)
    state = seed ^ mixer.next()
    state = next()
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1), 53 bits.
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A whole number from 0 to below `bound`, each equally likely (D. Lemire, "Fast random integer generation in an
  /// interval", 2019).
  package mutating func below(_ bound: Int) -> Int {
    let width = UInt64(max(bound, 1))
    var product = next().multipliedFullWidth(by: width)
    if product.low < width {
      let rejected = (0 &- width) % width
      while product.low < rejected { product = next().multipliedFullWidth(by: width) }
    }
    return Int(product.high)
  }

  /// Puts items into a random order (Fisher and Yates).
  package mutating func shuffle<Item>(_ items: inout [Item]) {
    for last in stride(from: items.count - 1, to: 0, by: -1) {
      items.swapAt(last, below(last + 1))
    }
  }
}
