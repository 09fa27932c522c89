import Drawing
import TestSupport
import Testing

@Suite("axes")
struct AxisTests {
  private func labels(_ axis: Axis, limit: Int = 6) -> [String] {
    axis.ticks(limit: limit).filter { !$0.label.isEmpty }
      .map { $0.exponent.isEmpty ? $0.label : "\($0.label)^\($0.exponent)" }
  }

  @Test("linear axes have round numbers")
  func linear() {
    #expect(labels(Axis("", linear: 0...1)) == ["0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(labels(Axis("", linear: 0...10), limit: 3) == ["0", "5", "10"])
    #expect(labels(Axis("", linear: -1...1), limit: 5) == ["−1.0", "−0.5", "0", "0.5", "1.0"])
    #expect(labels(Axis("", linear: 3...3.5)) == ["3.0", "3.1", "3.2", "3.3", "3.4", "3.5"])
  }

  @Test("large and small numbers get SI prefixes")
  func prefixes() {
    #expect(labels(Axis("", linear: 0...20_000), limit: 3) == ["0", "10k", "20k"])
    #expect(labels(Axis("", linear: 0...3e9), limit: 4) == ["0", "1G", "2G", "3G"])
    #expect(labels(Axis("", linear: 0...4e-6), limit: 3) == ["0", "2µ", "4µ"])
    #expect(labels(Axis("", linear: 0...2e20), limit: 3) == ["0", "100e18", "200e18"])
    #expect(labels(Axis("", linear: 0...5000), limit: 2) == ["0", "5000"])
  }

  @Test("logarithmic axes have powers of ten, written out where all are near 1")
  func logarithmic() {
    #expect(labels(Axis("", logarithmic: 0.001...1)) == ["0.001", "0.01", "0.1", "1"])
    #expect(labels(Axis("", logarithmic: 1...1000)) == ["1", "10", "100", "1000"])
    #expect(labels(Axis("", logarithmic: 1e-6...1), limit: 4) == ["10^−6", "10^−4", "10^−2", "1"])
    #expect(
      labels(Axis("", logarithmic: 1e-4...1), limit: 5) == [
        "10^−4", "10^−3", "10^−2", "10^−1", "1",
      ])
    let minor = Axis("", logarithmic: 1...100).ticks(limit: 5).filter { $0.label.isEmpty }
    #expect(minor.map(\.value).prefix(3) == [2, 3, 4] && minor.count == 16)
  }

  @Test("a logarithmic axis shorter than a decade still has labels")
  func shortLogarithmic() {
    #expect(labels(Axis("", logarithmic: 2...8)).count > 2)
    #expect(labels(Axis("", logarithmic: 15...60)).contains("20"))
  }

  @Test("values have their places")
  func places() throws {
    #expect(Axis("", linear: 2...4).fraction(of: 3) == 0.5)
    let decades = Axis("", logarithmic: 0.01...1)
    #expect(abs(try #require(decades.fraction(of: 0.1)) - 0.5) < 1e-12)
    #expect(decades.fraction(of: 0) == nil && decades.fraction(of: -1) == nil)
    #expect(decades.fraction(of: .nan) == nil && decades.fraction(of: .infinity) == nil)
    #expect(Axis("", categories: ["a", "b"]).fraction(of: 0) == 0.25)
  }

  @Test("an axis covers all values, whatever they are")
  func covering() throws {
    #expect(Axis("", linearCovering: [0.3, 9.7, .nan]).range == 0...10)
    #expect(Axis("", logarithmicCovering: [0.03, 0.9, 0]).range == 0.01...1)
    #expect(Axis("", logarithmicCovering: [1e-30, 1], decades: 3).range == 0.001...1)
    let extremes: [[Double]] = [
      [], [0], [5], [-3, -3], [.nan, .infinity], [1e308, -1e308], [1e299, -1e299],
      [1e-299, 2e-299], [.leastNonzeroMagnitude], [1e15, 1e15 + 1],
      [1e-300, 1e300], [1, 1 + 1e-15],
    ]
    for values in extremes {
      for axis in [Axis("", linearCovering: values), Axis("", logarithmicCovering: values)] {
        let ticks = axis.ticks(limit: 6)
        #expect(axis.range.lowerBound < axis.range.upperBound, "\(values)")
        #expect(ticks.count <= 100 && ticks.count >= 1, "\(values): \(ticks.count) ticks")
        #expect(ticks.map(\.value) == ticks.map(\.value).sorted(), "\(values)")
      }
    }
  }

  @Test("labels are never more than asked for, and in order", arguments: 0..<200)
  func random(_ seed: Int) {
    var source = RandomSource(seed: UInt64(seed))
    let lower = (Double(source.float(in: 0...1)) - 0.5) * 1e4
    let upper = lower + Double(source.float(in: 0...1)) * 1e6 + 1e-3
    let limit = 2 + seed % 9
    let ticks = Axis("", linear: lower...upper).ticks(limit: limit)
    #expect(ticks.count <= limit && Set(ticks.map(\.label)).count == ticks.count)
    let decades = Axis(
      "", logarithmic: (Double(source.float(in: 0...1)) + 1e-9)...(upper * upper + 2))
    let labelled = decades.ticks(limit: limit).filter { !$0.label.isEmpty }
    #expect(labelled.count <= limit && !labelled.isEmpty)
  }
}
