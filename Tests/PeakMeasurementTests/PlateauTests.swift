import Foundation
import PeakMeasurement
import TensorCore
import TestSupport
import Testing

@Suite("Levels of memory in a curve of bandwidths")
struct PlateauTests {
  /// A curve of four points for each doubling from 8 KiB to 256 MiB: `levels` are capacities and rates, the last
  /// without end. Beyond a capacity the rate falls to the next one's over the given factor of sizes.
  static func curve(
    _ levels: [(capacity: Double, rate: Double)], falling factor: Double = 2, noise: Double = 0,
    seed: UInt64 = 1
  ) -> [Plateaus.Point] {
    var random = RandomSource(seed: seed)
    return (0...60).map { step in
      let bytes = 8192 * pow2(Double(step) / 4)
      var rate = levels[levels.count - 1].rate
      for (level, next) in zip(levels, levels.dropFirst()).reversed()
      where bytes < level.capacity * factor {
        let beyond = max(0, log2(bytes / level.capacity) / log2(factor))
        rate = bytes <= level.capacity ? level.rate : level.rate + (next.rate - level.rate) * beyond
      }
      // Noise only ever slows down, and now and then much; the better of two measurements counts.
      let slow = (0..<2).reduce(1.0) { least, _ in
        min(least, Double(random.float(in: random.oneIn(8) ? 0...0.3 : 0...0.02)))
      }
      return Plateaus.Point(bytes: Int(bytes), rate: rate * (1 - noise * slow))
    }
  }

  private static let three: [(capacity: Double, rate: Double)] = [
    (65_536, 450), (2_097_152, 235), (16_777_216, 195), (.infinity, 45),
  ]

  @Test("one level is the memory")
  func one() {
    let levels = Plateaus.levels(Self.curve([(.infinity, 12)]))
    #expect(levels.count == 1)
    #expect(levels.first?.rate == 12)
    #expect(Plateaus.memoryLevels(levels).map(\.name) == ["memory"])
    #expect(Plateaus.memoryLevels(levels).map(\.capacity) == [nil])
  }

  @Test("three caches and the memory, with capacities and rates")
  func threeCaches() {
    let levels = Plateaus.levels(Self.curve(Self.three))
    #expect(levels.map { $0.rate.rounded() } == [450, 235, 195, 45])
    for (level, cache) in zip(levels.dropLast(), Self.three) {
      #expect((cache.capacity * 0.9...cache.capacity * 1.5).contains(Double(level.capacity)))
    }
    let named = Plateaus.memoryLevels(levels)
    #expect(named.map(\.name) == ["L1", "L2", "L3", "memory"])
    #expect(named.last?.capacity == nil)
  }

  @Test("what stands for a cache is in it and in none nearer, for the memory the largest set")
  func typical() {
    let curve = Self.curve(Self.three)
    let levels = Plateaus.levels(curve)
    #expect(levels.last?.typical == curve.last?.bytes)
    var nearer = 0.0
    for (level, cache) in zip(levels.dropLast(), Self.three) {
      #expect((nearer * 2...cache.capacity).contains(Double(level.typical)))
      nearer = cache.capacity
    }
  }

  @Test("a level whose middle was measured more often is as fast as that")
  func refined() {
    let slow = Self.curve(Self.three.map { ($0.capacity, $0.rate * 0.93) })
    for level in Plateaus.levels(slow).indices {
      var curve = slow
      let typical = Plateaus.levels(slow)[level].typical
      guard let index = curve.firstIndex(where: { $0.bytes == typical }) else {
        Issue.record("no point of \(typical) bytes")
        continue
      }
      curve[index].rate = Self.three[level].rate
      let levels = Plateaus.levels(curve)
      #expect(levels.count == 4)
      #expect(levels[level].rate == Self.three[level].rate)
    }
  }

  @Test("memory that smaller sets read faster by luck is no cache once its largest was read often")
  func luckyMemory() {
    var curve = Self.curve(Self.three)
    for index in curve.indices where curve[index].bytes > 40 << 20 {
      curve[index].rate = curve[index].bytes < 140 << 20 ? 44 : 36
    }
    #expect(Plateaus.levels(curve).count == 5)
    curve[curve.count - 1].rate = 45
    #expect(Plateaus.levels(curve).map { $0.rate.rounded() } == [450, 235, 195, 45])
  }

  @Test("noise that slows points down changes neither number nor rates", arguments: 1...200)
  func noise(seed: Int) {
    let curve = Self.curve(Self.three, noise: 1, seed: UInt64(seed))
    let levels = Plateaus.levels(curve)
    #expect(levels.count == 4, "seed \(seed): \(levels)")
    for (level, cache) in zip(levels, Self.three) {
      #expect(abs(level.rate / cache.rate - 1) < 0.1, "seed \(seed): \(levels)")
    }
    for (level, cache) in zip(levels.dropLast(), Self.three) {
      #expect(
        (cache.capacity * 0.5...cache.capacity * 1.5).contains(Double(level.capacity)),
        "seed \(seed): \(levels)")
    }
  }

  @Test("a steady fall has no flat part but its last octave")
  func steadyFall() {
    let curve = (0...40).map {
      Plateaus.Point(bytes: Int(8192 * pow2(Double($0) / 4)), rate: 400 * pow2(-Double($0) / 4))
    }
    let levels = Plateaus.levels(curve)
    #expect(levels.count == 1)
    #expect((curve[40].rate...curve[36].rate).contains(levels.last?.rate ?? 0))
  }

  @Test("rates that differ by less than noise are one level")
  func merged() {
    let levels = Plateaus.levels(
      Self.curve([(65_536, 100), (2_097_152, 94), (.infinity, 20)], noise: 1))
    #expect(levels.count == 2)
  }

  @Test("a slow beginning, as that of loops too short, hides no level")
  func slowBeginning() {
    var curve = Self.curve(Self.three)
    for index in 0..<4 { curve[index].rate *= 0.5 }
    let levels = Plateaus.levels(curve)
    #expect(levels.count == 4)
    #expect(levels.first?.rate == 450)
  }

  @Test("curves of few points, and none")
  func few() {
    #expect(Plateaus.levels([]).isEmpty)
    #expect(Plateaus.levels([Plateaus.Point(bytes: 4096, rate: .nan)]).isEmpty)
    #expect(
      Plateaus.levels([
        Plateaus.Point(bytes: 4096, rate: 2), Plateaus.Point(bytes: 8192, rate: -1),
      ]) == Plateaus.levels([Plateaus.Point(bytes: 4096, rate: 2)]))
    let two = Plateaus.levels([
      Plateaus.Point(bytes: 4096, rate: 9), Plateaus.Point(bytes: 8192, rate: 3),
    ])
    #expect(two.map(\.rate) == [3])
  }
}

private func pow2(_ exponent: Double) -> Double { pow(2, exponent) }
