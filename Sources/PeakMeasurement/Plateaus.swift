import Profiling
import Roofline

/// Levels of memory as flat parts of the curve of bandwidth over the size of the working set.
package enum Plateaus {
  /// A point of the curve.
  package struct Point: Sendable, Hashable {
    /// Size of the working set.
    package var bytes: Int
    /// Bytes per nanosecond.
    package var rate: Double

    /// A point.
    package init(bytes: Int, rate: Double) {
      self.bytes = bytes
      self.rate = rate
    }
  }

  /// A flat part.
  package struct Level: Sendable, Hashable {
    /// The largest working set of the part.
    package var capacity: Int
    /// Bytes per nanosecond.
    package var rate: Double
    /// The working set that stands for the part, in bytes: that in the middle, of the memory the largest.
    package var typical: Int
  }

  /// How far apart the rates of one flat part may be, as a ratio.
  static let spread = 1.10
  /// How many times its smallest working set a flat part's largest must be.
  static let span = 1.9
  /// How many times as fast a level is as the next one outwards.
  static let distance = 1.12

  /// The levels of a curve with ascending sizes, the nearest first; the last is the memory. Empty only for an empty curve.
  ///
  /// Noise makes points slower, never faster, and a larger working set is no faster than a smaller: so each point
  /// counts as fast as the fastest behind it. Among parts of the resulting stairs whose rates are within a tenth of each
  /// other and whose sizes span a factor of two, the widest are levels; what lies between them is a mixture of two
  /// levels. The end of the curve is a level whatever its width.
  package static func levels(_ curve: [Point]) -> [Level] {
    let points = curve.filter { $0.rate.isFinite && $0.rate > 0 && $0.bytes > 0 }
    guard let last = points.last else { return [] }
    var stairs = points
    for index in points.indices.dropLast().reversed() {
      stairs[index].rate = max(points[index].rate, stairs[index + 1].rate)
    }
    // One of the last points alone may be slow by chance.
    let tail = stairs.first { $0.bytes * 2 > last.bytes }?.rate ?? last.rate
    let memory = stairs.firstIndex { $0.rate <= tail * spread } ?? stairs.count - 1
    var parts = flatParts(stairs[..<memory])
    parts.append(memory..<stairs.count)
    var levels: [Level] = []
    for part in parts {
      let isLast = part.upperBound == points.count
      let middle = points[(part.lowerBound + part.upperBound - 1) / 2]
      let level = Level(
        capacity: points[part.upperBound - 1].bytes,
        rate: isLast ? memoryRate(points[part]) : cacheRate(points[part]),
        typical: isLast ? last.bytes : middle.bytes)
      if let previous = levels.last, previous.rate < level.rate * distance {
        // Not faster by as much as can be told: one level, as large as both.
        let isWide = part.count > 3
        levels[levels.count - 1] = Level(
          capacity: level.capacity, rate: isWide ? level.rate : previous.rate,
          typical: isWide ? level.typical : previous.typical)
      } else {
        levels.append(level)
      }
    }
    return levels
  }

  /// The fastest of the middle half, which is surely in this cache and in none nearer.
  private static func cacheRate(_ points: ArraySlice<Point>) -> Double {
    let quarter = points.count / 4
    return points.dropFirst(quarter).dropLast(quarter).map(\.rate).max() ?? 0
  }

  /// What half of the largest sets reach, of which least is still in a cache; the largest alone may have been measured more
  /// often.
  private static func memoryRate(_ points: ArraySlice<Point>) -> Double {
    guard let last = points.last else { return 0 }
    let counted = points.filter { $0.bytes * 3 > last.bytes * 2 }
    return max(last.rate, Statistics(counted.map(\.rate)).median)
  }

  /// The widest flat parts of the stairs, without overlap, in order.
  private static func flatParts(_ stairs: ArraySlice<Point>) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var open: [Range<Int>] = [stairs.indices]
    while let range = open.popLast() {
      guard let widest = widestFlatPart(stairs[range]) else { continue }
      found.append(widest)
      open.append(range.lowerBound..<widest.lowerBound)
      open.append(widest.upperBound..<range.upperBound)
    }
    return found.sorted { $0.lowerBound < $1.lowerBound }
  }

  private static func widestFlatPart(_ stairs: ArraySlice<Point>) -> Range<Int>? {
    var widest: Range<Int>?
    var width = span
    var end = stairs.startIndex
    for start in stairs.indices {
      end = max(end, start)
      while end + 1 < stairs.endIndex, stairs[start].rate <= stairs[end + 1].rate * spread {
        end += 1
      }
      let ratio = Double(stairs[end].bytes) / Double(stairs[start].bytes)
      if ratio >= width * 1.0001 || (widest == nil && ratio >= width) {
        widest = start..<end + 1
        width = ratio
      }
    }
    return widest
  }

  /// Names and capacities as reports have them: caches from the nearest outwards, then the memory.
  package static func memoryLevels(_ levels: [Level]) -> [DevicePeaks.MemoryLevel] {
    levels.enumerated().map { index, level in
      let isMemory = index == levels.count - 1
      return DevicePeaks.MemoryLevel(
        name: isMemory ? "memory" : "L\(index + 1)", capacity: isMemory ? nil : level.capacity,
        gigabytesPerSecond: level.rate)
    }
  }
}
