import OpenCLBackend
import Operators
import TestSupport
import Testing

@Suite("Winograd's transforms")
struct WinogradTransformTests {
  static let all: [WinogradTransform] =
    [
      .identity, .f2x3, .f4x3, .f6x3, .f2x5, .f4x5, .strided2, .strided3,
    ] + WinogradTransform.sevenTaps

  @Test("m outputs from m + r - 1 products are those of the definition", arguments: all)
  func definition(_ transform: WinogradTransform) {
    var random = RandomSource(seed: UInt64(transform.size * 100 + transform.outputs))
    let data = (0..<transform.size).map { _ in Double(random.float(in: -1...1)) }
    let filter = (0..<transform.taps).map { _ in Double(random.float(in: -1...1)) }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let products = (0..<transform.size).map {
      dot(transform.input[$0], data) * dot(transform.weights[$0], filter)
    }
    for k in 0..<transform.outputs {
      let expected = (0..<transform.taps).reduce(0.0) {
        $0 + filter[$1] * data[k * transform.stride + $1]
      }
      let found = dot(transform.inverse[k], products)
      #expect(abs(found - expected) < 1e-11, "output \(k) of F(\(transform.outputs),\(transform.taps))")
    }
  }

  @Test("input transforms are exact in float32: their coefficients have few bits", arguments: all)
  func exactCoefficients(_ transform: WinogradTransform) {
    for row in transform.input {
      #expect(row.allSatisfy { Double(Float($0)) == $0 })
      #expect(row.map(abs).max().map { $0 >= 1 && $0 < 2 } == true)
    }
    for row in transform.inverse { #expect(row.allSatisfy { Double(Float($0)) == $0 }) }
  }

  @Test("rows for points of opposite sign share their sums")
  func sharedSums() {
    let code = WinogradTransform.f6x3.inputCode
    // Three pairs of points: three even and three odd sums, six rows by one addition each.
    #expect(code.components(separatedBy: "const VECTOR e").count == 4)
    #expect(WinogradTransform.f6x3.inverseCode.components(separatedBy: "const VECTOR s").count == 4)
  }

  @Test("rounding errors grow with the tile, and not without reason")
  func growth() {
    #expect(WinogradTransform.identity.errorGrowth == 1)
    let three = [WinogradTransform.f2x3, .f4x3, .f6x3].map(\.errorGrowth)
    #expect(three[0] < three[1] && three[1] < three[2])
    #expect(three[0] < 2.5 && three[2] < 15)
  }

  @Test("every window that is documented has its forms, others have none")
  func forms() {
    func names(_ height: Int, _ width: Int, stride: Int = 1, dilation: Int = 1) -> [String] {
      WinogradForm.forms(
        kernel: Spatial(height, width), strides: Spatial(stride), dilations: Spatial(dilation)
      ).map(\.name)
    }
    #expect(names(3, 3) == ["F(2x2,3x3)", "F(4x4,3x3)", "F(4x6,3x3)", "F(6x6,3x3)"])
    #expect(names(3, 3, stride: 2) == ["F(2x2,3x3)/2", "F(3x3,3x3)/2"])
    #expect(names(5, 5) == ["F(2x2,5x5)", "F(4x4,5x5)"])
    #expect(names(1, 7) == ["F(2,7)", "F(3,7)", "F(4,7)", "F(5,7)", "F(6,7)"])
    #expect(names(7, 1) == names(1, 7))
    #expect(names(1, 3) == ["F(2,3)", "F(4,3)"])
    #expect(names(3, 1) == names(1, 3))
    #expect(names(1, 1).isEmpty && names(7, 7).isEmpty && names(3, 3, dilation: 2).isEmpty)
    #expect(names(5, 5, stride: 2).isEmpty && names(3, 3, stride: 3).isEmpty)
  }
}
