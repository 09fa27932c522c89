import OpenCLBackend
import TensorCore
import TestSupport

/// Every element of a view, by position in its storage.
func elements(of view: TensorView) -> [Int] {
  var positions = [view.offset]
  guard view.shape.elementCount > 0 else { return [] }
  for (extent, stride) in zip(view.shape.dimensions, view.strides) {
    positions = positions.flatMap { start in (0..<extent).map { start + $0 * stride } }
  }
  return positions
}

extension Plan {
  /// Pairs of launches that touch one element of memory, one of them writing, and neither of which waits for the
  /// other, found element by element.
  var races: [String] {
    let after = orderings
    var found: [String] = []
    // Of each element the launches that read it and those that write it.
    var readers: [Int: [Int]] = [:]
    var writers: [Int: [Int]] = [:]
    for (index, launch) in launches.enumerated() {
      let reads = Set(launch.access.reads.flatMap(addresses))
      let writes = Set(launch.access.writes.flatMap(addresses))
      var earlier: Set<Int> = []
      for address in reads { earlier.formUnion(writers[address] ?? []) }
      for address in writes {
        earlier.formUnion(writers[address] ?? [])
        earlier.formUnion(readers[address] ?? [])
      }
      for other in earlier.sorted() where !after[index].contains(other) {
        found.append("\(other) \(launches[other].label), \(index) \(launch.label)")
      }
      for address in reads { readers[address, default: []].append(index) }
      for address in writes { writers[address, default: []].append(index) }
    }
    return found
  }

  /// For each launch all that have ended when it begins.
  private var orderings: [Set<Int>] {
    var result: [Set<Int>] = []
    for launch in launches {
      result.append(launch.waits.reduce(into: Set(launch.waits)) { $0.formUnion(result[$1]) })
    }
    return result
  }

  /// Addresses of a view in the arena. Inputs have memory of their own, which no launch may write.
  private func addresses(_ view: TensorView) -> [Int] {
    guard case .arena(let number) = view.storage else { return [] }
    let base = regions[number].isInput ? -(number + 1) << 40 : regions[number].offset
    return elements(of: view).map { base + $0 }
  }

  /// The plan with its launches in another order that its dependencies allow, to be run one after the other.
  func shuffled(_ random: inout RandomSource) -> Plan {
    var plan = self
    plan.options.queue = .inOrder
    var done: [Int] = []
    while done.count < launches.count {
      let ready = launches.indices.filter { index in
        !done.contains(index) && launches[index].waits.allSatisfy { done.contains($0) }
      }
      done.append(random.pick(ready))
    }
    plan.launches = done.map { old in
      var launch = launches[old]
      launch.waits = launch.waits.compactMap { done.firstIndex(of: $0) }
      return launch
    }
    return plan
  }
}
