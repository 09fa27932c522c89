/// Which launches must wait for which: those that read what an earlier one writes, write what it reads, or
/// write what it writes.
package struct LaunchDependencies: Sendable {
  /// For each launch the earlier ones it must wait for, the latest first: none that another one of them waits for
  /// anyway.
  package private(set) var waits: [[Int]]
  /// For each launch a bit for every launch that has ended when it begins.
  private var ancestors: [UInt64]
  private let words: Int

  /// Where the launches' regions are.
  enum Addresses {
    /// Each region is memory of its own.
    case separate
    /// All but the inputs' are in the arena, where they were placed.
    case placed
  }

  /// The dependencies among launches in their order.
  init(_ launches: [Launch], _ regions: [Plan.Region], _ addresses: Addresses) {
    let accesses = launches.map { Accesses($0.access, regions, addresses) }
    waits = []
    words = (launches.count + 63) / 64
    ancestors = [UInt64](repeating: 0, count: launches.count * words)
    for later in launches.indices {
      var direct: [Int] = []
      // From the latest on, so that what another one waits for is known when it is looked at.
      for earlier in (0..<later).reversed() where !isOrdered(earlier, before: later) {
        guard accesses[later].conflict(with: accesses[earlier]) else { continue }
        direct.append(earlier)
        add(earlier, before: later)
      }
      waits.append(direct)
    }
  }

  /// Whether launch `earlier` has ended when launch `later` begins.
  package func isOrdered(_ earlier: Int, before later: Int) -> Bool {
    ancestors[later * words + earlier / 64] >> UInt64(earlier % 64) & 1 == 1
  }

  private mutating func add(_ earlier: Int, before later: Int) {
    ancestors[later * words + earlier / 64] |= 1 << UInt64(earlier % 64)
    for word in 0..<words {
      ancestors[later * words + word] |= ancestors[earlier * words + word]
    }
  }
}

/// A launch's accesses as addresses.
private struct Accesses {
  /// The buffer, 0 for the arena, and the addresses.
  typealias Place = (buffer: Int, footprint: Footprint)
  var reads: [Place] = []
  var writes: [Place] = []

  init(
    _ access: LaunchAccess, _ regions: [Plan.Region], _ addresses: LaunchDependencies.Addresses
  ) {
    func place(_ view: TensorView) -> Place? {
      guard case .arena(let number) = view.storage else { return nil }
      let isAlone = addresses == .separate || regions[number].isInput
      let base = isAlone ? 0 : regions[number].offset
      return Footprint(view, base: base).map { (isAlone ? number + 1 : 0, $0) }
    }
    reads = access.reads.compactMap(place)
    writes = access.writes.compactMap(place)
  }

  func conflict(with earlier: Accesses) -> Bool {
    Self.overlap(writes, earlier.writes) || Self.overlap(writes, earlier.reads)
      || Self.overlap(reads, earlier.writes)
  }

  private static func overlap(_ some: [Place], _ others: [Place]) -> Bool {
    some.contains { one in
      others.contains { $0.buffer == one.buffer && $0.footprint.mayOverlap(one.footprint) }
    }
  }
}
