import TestSupport
import Testing

/// The judge of every numeric test must itself be able to say no.
@Suite("Tolerance")
struct ToleranceTests {
  @Test(
    "Distances are judged against the reference's largest magnitude",
    arguments: [
      (Tolerance.double, 1e-12), (.tight, 2e-6), (.close, 2e-5), (.loose, 1e-3),
    ])
  func relative(tolerance: Tolerance, factor: Double) {
    let reference: [Double] = [0, -8, 1]
    #expect(tolerance.mismatch([8 * factor * 0.9, -8, 1], reference: reference) == nil)
    #expect(tolerance.mismatch([8 * factor * 1.1, -8, 1], reference: reference) != nil)
  }

  @Test("Exact means equal, steps are steps of float32")
  func steps() {
    #expect(Tolerance.exact.mismatch([Float(1).nextUp], reference: [Float(1)]) != nil)
    #expect(Tolerance.exact.mismatch([Float(1)], reference: [1.0]) == nil)
    #expect(Tolerance.ulp(1).mismatch([Float(1).nextUp], reference: [Float(1)]) == nil)
    #expect(Tolerance.ulp(1).mismatch([Float(1).nextUp.nextUp], reference: [Float(1)]) != nil)
  }

  @Test("NaN, infinities and missing elements never pass as numbers")
  func specials() {
    let nan = Float.nan, infinity = Float.infinity
    #expect(Tolerance.loose.mismatch([nan], reference: [1.0]) != nil)
    #expect(Tolerance.loose.mismatch([1.0], reference: [nan]) != nil)
    #expect(Tolerance.loose.mismatch([infinity], reference: [1.0]) != nil)
    #expect(Tolerance.loose.mismatch([-infinity], reference: [infinity]) != nil)
    #expect(Tolerance.loose.mismatch([1.0], reference: [infinity]) != nil)
    #expect(Tolerance.exact.mismatch([nan, infinity], reference: [nan, infinity]) == nil)
    #expect(Tolerance.loose.mismatch([1.0], reference: [1.0, 1.0]) != nil)
  }

  @Test("The worst element is named")
  func worst() {
    let mismatch = Tolerance.close.mismatch([1.0, 3.0, 2.5], reference: [1.0, 2.0, 2.0])
    #expect(mismatch?.hasPrefix("element 1 is 3.0 instead of 2.0") == true)
  }
}
