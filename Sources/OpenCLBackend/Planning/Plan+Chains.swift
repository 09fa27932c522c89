import TensorCore

extension Plan {
  /// The plan with neighbouring short convolutions done by one launch each (``LaunchChain``): less time, but one
  /// time stamp for all of them.
  package func chained() -> Plan {
    guard traits.style == .registerTiles else { return self }
    var result = self
    result.launches = []
    var numbers: [Int] = []
    var chain = LaunchChain()
    for launch in launches {
      if let step = ChainStep(launch, of: self) {
        if !chain.append(step) {
          result.close(&chain)
          _ = chain.append(step)
        }
      } else {
        result.close(&chain)
      }
      numbers.append(result.launches.count)
      if chain.steps.isEmpty { result.launches.append(launch) }
    }
    result.close(&chain)
    for index in regions.indices {
      let (first, last) = (regions[index].lifetime.lowerBound, regions[index].lifetime.upperBound)
      result.regions[index].lifetime = numbered(first, numbers)...numbered(last, numbers)
    }
    result.dropUnusedConstants()
    return result
  }

  /// The new number of a launch; those before the first and behind the last stay there.
  private func numbered(_ launch: Int, _ numbers: [Int]) -> Int {
    if launch < 0 { return launch }
    return launch < numbers.count ? numbers[launch] : (numbers.last ?? -1) + 1
  }

  /// Ends a chain: its launch, or its only step's own.
  private mutating func close(_ chain: inout LaunchChain) {
    defer { chain = LaunchChain() }
    guard chain.steps.count > 1, let joined = joined(chain.steps),
      let launch = chain.launch(
        groups: traits.computeUnits, constants: constants.count, place: joined.place)
    else {
      launches += chain.steps.map(\.launch)
      return
    }
    constants.append(joined.constant)
    launches.append(launch)
  }

  /// One constant for all of a chain's, and where each begins in it, by number; nil where that would be larger than
  /// a buffer of the device may be.
  private func joined(_ steps: [ChainStep]) -> (constant: PlannedConstant, place: [Int: Int])? {
    var place: [Int: Int] = [:]
    var parts: [(start: Int, constant: PlannedConstant)] = []
    var count = 0
    for number in steps.flatMap({ [$0.weights.constant, $0.bias.constant] })
    where place[number] == nil {
      place[number] = count
      parts.append((count, constants[number]))
      count += (constants[number].byteCount / 4 + 15) / 16 * 16
    }
    guard count * 4 <= traits.maxAllocationBytes, count < Int(Int32.max) else { return nil }
    let (total, pieces) = (count, parts)
    let constant = PlannedConstant(
      key: PlannedConstant.Key(
        sources: parts.flatMap(\.constant.key.sources),
        packing: "chain of " + parts.map(\.constant.key.packing).joined(separator: "; ")),
      byteCount: count * 4
    ) { (target) throws(InceptError) in
      for (index, part) in pieces.enumerated() {
        let end = part.start + part.constant.byteCount / 4
        let next = index + 1 < pieces.count ? pieces[index + 1].start : total
        try part.constant.write(UnsafeMutableBufferPointer(rebasing: target[part.start..<end]))
        UnsafeMutableBufferPointer(rebasing: target[end..<next]).update(repeating: 0)
      }
    }
    return (constant, place)
  }

  /// Puts nothing in the place of constants that no launch and no result needs any more.
  private mutating func dropUnusedConstants() {
    let storages =
      launches.flatMap { $0.arguments.flatMap(\.storages) } + outputs.map(\.view.storage)
    let used = Set(storages)
    for number in constants.indices where !used.contains(.constant(number)) {
      constants[number] = PlannedConstant(
        key: PlannedConstant.Key(sources: [], packing: "nothing"), byteCount: 0
      ) { (_) throws(InceptError) in }
    }
  }
}
