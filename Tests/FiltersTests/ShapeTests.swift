import Filters
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("filters by name")
struct ShapeTests {
  @Test("are what NumPy makes of the formulas")
  func formulas() throws {
    let fixture = try filterFixture("shapes")
    #expect(fixture.count == 38)
    for (key, tensor) in fixture.entries {
      let parts = key.split(separator: "/")
      let name = String(parts[0])
      let size = try #require(Int(parts[1]))
      let filter = try #require(try NamedFilter(name))
      let off = difference(try filter.matrix(size: size), tensor)
      #expect(off <= 1e-6, "\(key): \(off)")
    }
  }

  @Test("have samples on both ends of -3 to 3, and the middle for one")
  func points() {
    for count in [2, 3, 7, 30, 1024] {
      let points = FilterProfile.points(count)
      #expect(points.first == -3 && points.last == 3 && points.count == count)
    }
    #expect(FilterProfile.points(1) == [0])
  }

  @Test("that shall have a mean of 0 have one")
  func means() throws {
    for filter in [NamedFilter.ddgaussian, .ddgaussian2d, .sobel, .laplacian] {
      for size in [1, 2, 5, 30, 63] {
        let mean = try filter.matrix(size: size).mean
        #expect(abs(mean) < 1e-12, "\(filter) \(size)")
      }
    }
  }

  @Test("sobel and laplacian have three rows whatever the size")
  func fixed() throws {
    #expect(try NamedFilter.sobel.matrix(size: 30).values == [-1, 0, 1, -2, 0, 2, -1, 0, 1])
    #expect(try NamedFilter.laplacian.matrix(size: 30).values == [0, 1, 0, 1, -4, 1, 0, 1, 0])
  }

  @Test("random ones are the same for a seed, and others for another")
  func random() throws {
    let first = try NamedFilter.random(seed: 3).matrix(size: 20)
    let (same, other) = (NamedFilter.random(seed: 3), NamedFilter.random(seed: 4))
    #expect(try same.matrix(size: 20) == first)
    #expect(try other.matrix(size: 20) != first)
    #expect(first.values.allSatisfy { (-1..<1).contains($0) } && abs(first.mean) < 0.1)
  }

  @Test("names that are none are told apart from parameters that are wrong")
  func parsing() throws {
    #expect(try NamedFilter("gabor") == .gabor)
    #expect(try NamedFilter("identity:-2,5") == .identity(dx: -2, dy: 5))
    #expect(try NamedFilter("random:18446744073709551615") == .random(seed: .max))
    for text in ["", "gab", "GABOR", "gauss:1", ":", " gabor"] {
      #expect(try NamedFilter(text) == nil, "\(text)")
    }
    for text in [
      "gabor:3", "identity:", "identity:1", "identity:1,2,3", "identity:a,b", "random:-1",
      "random:", "random:99999999999999999999", "identity:9999999999999999999,0", "box:",
    ] {
      #expect(throws: InceptError.self, "\(text)") { try NamedFilter(text) }
    }
  }

  @Test("sizes and offsets beyond what there is are errors")
  func limits() throws {
    for size in [0, -1, 1025, 100_000, Int.max, Int.min] {
      #expect(throws: InceptError.self) { try NamedFilter.gaussian.matrix(size: size) }
    }
    #expect(throws: InceptError.self) { try NamedFilter.identity(dx: 2, dy: 0).matrix(size: 3) }
    #expect(throws: InceptError.self) { try NamedFilter.identity(dx: 0, dy: -2).matrix(size: 3) }
    #expect(try NamedFilter.identity(dx: 2, dy: -1).matrix(size: 4)[0, 3] == 1)
  }

  @Test("a patch becomes a filter with a mean of 0 and a norm of 1; an even one, zeros")
  func matched() {
    let patch = FilterMatrix(size: 4) { Double($0 * 7 + $1 * $1) }.matched
    #expect(abs(patch.mean) < 1e-12)
    #expect(abs(patch.values.reduce(0) { $0 + $1 * $1 } - 1) < 1e-12)
    #expect(FilterMatrix(size: 3) { _, _ in 254.666666 }.matched.values.allSatisfy { $0 == 0 })
  }
}
