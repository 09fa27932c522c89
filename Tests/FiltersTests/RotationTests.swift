import Filters
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("turned filters")
struct RotationTests {
  @Test("equal scipy.ndimage.rotate(reshape=False)")
  func scipy() throws {
    let fixture = try filterFixture("rotations")
    var sources: [String: FilterMatrix] = [:]
    var checked = 0
    for (key, tensor) in fixture.entries {
      let parts = key.split(separator: "/").map(String.init)
      let source = parts[0...1].joined(separator: "/")
      guard parts.count == 3 else {
        sources[source] = FilterMatrix(
          rows: tensor.shape[0], columns: tensor.shape[1], values: tensor.floats().map(Double.init))
        continue
      }
      let degrees = try #require(Double(parts[2]))
      let matrix = try #require(sources[source])
      let off = difference(matrix.rotated(byDegrees: degrees), tensor)
      #expect(off <= 1e-6, "\(key): \(off)")
      checked += 1
    }
    #expect(checked == 154)
  }

  @Test("a whole turn changes nothing, four quarters neither")
  func turns() {
    let matrix = FilterMatrix(size: 9) { Double($0 * $0) - 3 * Double($1) }
    var quarter = matrix
    for _ in 0..<4 { quarter = quarter.rotated(byDegrees: 90) }
    for turned in [matrix.rotated(byDegrees: 360), matrix.rotated(byDegrees: -720), quarter] {
      let off = zip(turned.values, matrix.values).map { abs($0 - $1) }.max() ?? 1
      #expect(off < 1e-9)
    }
    #expect(abs(matrix.rotated(byDegrees: 90)[0, 0] - matrix[0, 8]) < 1e-9)
  }

  @Test("any finite angle is an angle")
  func extremes() {
    let matrix = FilterMatrix(size: 5) { Double($0 + $1) }
    for degrees in [1e300, -1e18, 1e-300, .leastNonzeroMagnitude, .greatestFiniteMagnitude] {
      #expect(matrix.rotated(byDegrees: degrees).values.allSatisfy { $0.isFinite }, "\(degrees)")
    }
  }
}
