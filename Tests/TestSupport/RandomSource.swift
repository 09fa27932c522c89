import TensorCore

/// A seeded generator (SplitMix64, Steele et al. 2014), the same on every platform and in every run.
package struct RandomSource: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A source whose numbers `seed` determines.
  package init(seed: UInt64) { state = seed }

  /// A source whose numbers a name determines (FNV-1a of its UTF-8).
  package init(name: String) {
    state = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// A number within `range`, both ends possible.
  package mutating func int(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  /// A number within `range`.
  package mutating func float(in range: ClosedRange<Float>) -> Float {
    let unit = Float(next() >> 40) * 0x1p-24
    return range.lowerBound + unit * (range.upperBound - range.lowerBound)
  }

  /// True once in `times` calls on average.
  package mutating func oneIn(_ times: Int) -> Bool { int(in: 1...times) == 1 }

  /// One of `choices`, which must not be empty.
  package mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
    choices[int(in: 0...(choices.count - 1))]
  }

  /// A tensor of independent numbers within `range`: whole ones for integers, true and false alike often for bool.
  package mutating func tensor(
    _ shape: Shape, in range: ClosedRange<Float>, _ type: ElementType
  ) -> HostTensor {
    guard type != .float32 else { return tensor(shape, in: range) }
    let whole = Int(range.lowerBound)...Int(range.upperBound)
    let values = (0..<shape.elementCount).map { _ in
      Double(type == .bool ? int(in: 0...1) : int(in: whole))
    }
    return HostTensor(shape: shape, elementType: type, doubles: values)
  }

  /// A float32 tensor of independent numbers within `range`.
  package mutating func tensor(_ shape: Shape, in range: ClosedRange<Float> = -1...1) -> HostTensor
  {
    let values = (0..<shape.elementCount).map { _ in float(in: range) }
    return HostTensor(shape: shape, floats: values)
  }
}
