import GraphIR
import Operators
import Reference
import TensorCore
import Testing

@Suite("Random numbers")
struct RandomUniformTests {
  @Test("Philox gives the words that its authors published")
  func knownAnswers() {
    let ones = UInt32.max
    #expect(
      RandomUniform.philox(SIMD4(0, 0, 0, 0), (0, 0))
        == SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    #expect(
      RandomUniform.philox(SIMD4(ones, ones, ones, ones), (ones, ones))
        == SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    #expect(
      RandomUniform.philox(
        SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), (0xA409_3822, 0x299F_31D0))
        == SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  @Test("Numbers lie in [0, 1), are spread evenly, and differ between seeds")
  func distribution() throws {
    func numbers(_ seed: Int, _ run: Double) throws -> [Double] {
      let input = ReferenceTensor(shape: [1], values: [run], elementType: .int32)
      return try RandomUniform(shape: [100, 1001], seed: seed).evaluate([input])[0].values
    }
    let first = try numbers(1, 1)
    #expect(first.allSatisfy { (0..<1).contains($0) })
    var counts = [Int](repeating: 0, count: 10)
    for value in first { counts[Int(value * 10)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10010) < 500 })
    #expect(try numbers(1, 1) == first)
    for other in [try numbers(1, 2), try numbers(2, 1), try numbers(1 + 1 << 32, 1)] {
      #expect(zip(first, other).count { $0 == $1 } < 10)
    }
  }

  @Test("A seed of another type or shape is refused")
  func refuses() {
    let op = RandomUniform(shape: [3], seed: 0)
    #expect(throws: InceptError.self) { try op.inferOutputs([TensorType([1])]) }
    #expect(throws: InceptError.self) { try op.inferOutputs([TensorType([2], .int32)]) }
    #expect(throws: InceptError.self) { try op.inferOutputs([]) }
  }
}
