import Profiling
import Testing

@Suite("statistics")
struct StatisticsTests {
  @Test("the quantiles of 1 to 101 are what they are called")
  func quantiles() {
    let statistics = Statistics((1...101).shuffled().map(Double.init))
    #expect(statistics.minimum == 1)
    #expect(statistics.median == 51)
    #expect(statistics.p90 == 91)
    #expect(statistics.p99 == 100)
    #expect(statistics.quantile(1) == 101)
  }

  @Test("quantiles are linear between samples")
  func interpolation() {
    #expect(Statistics([1, 2]).median == 1.5)
    #expect(Statistics([0, 10]).quantile(0.25) == 2.5)
  }

  @Test("few, no and infinite samples give finite numbers")
  func degenerate() {
    #expect(Statistics([]).median == 0)
    #expect(Statistics([7]).p99 == 7)
    #expect(Statistics([.nan, 3, .infinity]).median == 3)
    #expect(Statistics([.nan, 3, .infinity]).count == 1)
  }
}
