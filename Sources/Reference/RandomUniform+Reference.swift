import GraphIR
import Operators
import TensorCore

extension RandomUniform: ReferenceEvaluable {
  /// Block by block of four.
  package func evaluate(_ inputs: [ReferenceTensor]) throws(InceptError) -> [ReferenceTensor] {
    let shape = try outputShapes(inputs)[0]
    let bits = UInt64(bitPattern: Int64(seed))
    let key = (
      UInt32(truncatingIfNeeded: bits), UInt32(truncatingIfNeeded: Int64(inputs[0].values[0]))
    )
    var values: [Double] = []
    values.reserveCapacity(shape.elementCount + 3)
    for block in 0..<(shape.elementCount + 3) / 4 {
      let counter = SIMD4<UInt32>(
        UInt32(truncatingIfNeeded: block), 0, UInt32(truncatingIfNeeded: bits >> 32), 0)
      let words = Self.philox(counter, key)
      for lane in 0..<4 { values.append(Double(words[lane] >> 8) / 16_777_216) }
    }
    return [ReferenceTensor(shape: shape, values: Array(values.prefix(shape.elementCount)))]
  }

  /// Philox 4x32 with ten rounds (Salmon and others, 2011).
  package static func philox(
    _ counter: SIMD4<UInt32>, _ key: (UInt32, UInt32)
  ) -> SIMD4<UInt32> {
    var (counter, key) = (counter, key)
    for _ in 0..<10 {
      let first = UInt64(counter[0]) * 0xD251_1F53
      let second = UInt64(counter[2]) * 0xCD9E_8D57
      counter = SIMD4(
        UInt32(second >> 32) ^ counter[1] ^ key.0, UInt32(truncatingIfNeeded: second),
        UInt32(first >> 32) ^ counter[3] ^ key.1, UInt32(truncatingIfNeeded: first))
      key = (key.0 &+ 0x9E37_79B9, key.1 &+ 0xBB67_AE85)
    }
    return counter
  }
}
