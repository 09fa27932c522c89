import TensorCore
import Testing

@Suite("float16 numbers")
struct HalfTests {
  @Test("every half survives the way to float and back")
  func roundTrip() {
    let numbers = (UInt16.min...UInt16.max).filter { $0 & 0x7C00 != 0x7C00 || $0 & 0x3FF == 0 }
    #expect(numbers.filter { UInt16(halfBitsOf: Float(halfBits: $0)) != $0 } == [])
    #expect(Float(halfBits: UInt16(halfBitsOf: .nan)).isNaN)
  }

  @Test("floats between two halves go to the nearer one, ties to the even one")
  func nearest() {
    let wrong = (UInt16(0)..<0x7BFF).filter { bits in
      let middle = (Float(halfBits: bits) + Float(halfBits: bits + 1)) / 2
      return UInt16(halfBitsOf: middle) != (bits % 2 == 0 ? bits : bits + 1)
        || UInt16(halfBitsOf: middle.nextDown) != bits
        || UInt16(halfBitsOf: -middle.nextUp) != (bits + 1) | 0x8000
    }
    #expect(wrong == [])
    #expect(UInt16(halfBitsOf: 65519) == 0x7BFF)
    #expect(UInt16(halfBitsOf: 65520) == 0x7C00)
    #expect(UInt16(halfBitsOf: -1e30) == 0xFC00)
    #expect(UInt16(halfBitsOf: 1e-30) == 0)
  }
}
