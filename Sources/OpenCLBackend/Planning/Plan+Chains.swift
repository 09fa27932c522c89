import TensorCore

extension Plan {
  /// The plan with neighbouring short launches done by one each (``LaunchChain``): less time, but one time stamp for
  /// all of them. A plan whose launches may overlap stays as it is, one for a device whose work-groups can't wait
  /// for one another, and one that stores float16: `chain.cl` knows float32 only.
  package func chained() -> Plan {
    guard traits.style == .registerTiles, traits.ordersMemoryBetweenGroups, !runsOutOfOrder,
      options.precision == .fp32
    else { return self }
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
        numbers.append(result.launches.count)
      } else {
        result.close(&chain)
        numbers.append(result.launches.count)
        result.launches.append(launch)
      }
    }
    result.close(&chain)
    guard result.launches.count < launches.count else { return self }
    result.renumber(numbers)
    result.dropUnusedConstants()
    return result
  }

  /// Ends a chain: its launch, or its only step's own.
  private mutating func close(_ chain: inout LaunchChain) {
    defer { chain = LaunchChain() }
    guard chain.steps.count > 1 else { return launches += chain.steps.map(\.launch) }
    let (places, count) = places(of: chain.constants)
    guard count * 4 <= traits.maxAllocationBytes, count < Int(Int32.max),
      let launch = chain.launch(
        groups: traits.computeUnits, places: places, constant: constants.count)
    else { return launches += chain.steps.map(\.launch) }
    constants.append(joined(chain.constants, places: places, count: count))
    launches.append(launch)
  }

  /// Where each of some constants begins in one that holds them all, by number, and that one's elements.
  private func places(of numbers: [Int]) -> (places: [Int: Int], count: Int) {
    var places: [Int: Int] = [:]
    var count = 0
    for number in numbers {
      places[number] = count
      // Every one begins at a cache line.
      count += (constants[number].byteCount / 4 + 15) / 16 * 16
    }
    return (places, Swift.max(count, 1))
  }

  private func joined(_ numbers: [Int], places: [Int: Int], count: Int) -> PlannedConstant {
    let parts = numbers.map { (start: places[$0] ?? 0, constant: constants[$0]) }
    let names = parts.map { "\($0.constant.key.packing) of \($0.constant.key.sources.count)" }
    return PlannedConstant(
      key: PlannedConstant.Key(
        sources: parts.flatMap(\.constant.key.sources),
        packing: "chain: " + names.joined(separator: "; ")),
      byteCount: count * 4
    ) { (target) throws(InceptError) in
      var end = 0
      for part in parts {
        UnsafeMutableBufferPointer(rebasing: target[end..<part.start]).update(repeating: 0)
        end = part.start + part.constant.byteCount / 4
        try part.constant.write(UnsafeMutableBufferPointer(rebasing: target[part.start..<end]))
      }
      UnsafeMutableBufferPointer(rebasing: target[end...]).update(repeating: 0)
    }
  }

  /// Gives the regions' lifetimes the launches' new numbers, and the launches what they wait for.
  private mutating func renumber(_ numbers: [Int]) {
    func number(_ launch: Int) -> Int {
      // Inputs are written before the first launch, results read after the last.
      if launch < 0 { return launch }
      return launch < numbers.count ? numbers[launch] : launches.count
    }
    for index in regions.indices {
      let lifetime = regions[index].lifetime
      regions[index].lifetime = number(lifetime.lowerBound)...number(lifetime.upperBound)
    }
    let waits = LaunchDependencies(launches, regions, .placed).waits
    for index in launches.indices { launches[index].waits = waits[index] }
  }

  /// Puts nothing in the place of constants that no launch and no result needs any more.
  private mutating func dropUnusedConstants() {
    let used = Set(
      launches.flatMap { $0.arguments.flatMap(\.storages) } + outputs.map(\.view.storage))
    for number in constants.indices where !used.contains(.constant(number)) {
      constants[number] = PlannedConstant(
        key: PlannedConstant.Key(sources: [], packing: "nothing"), byteCount: 0
      ) { (_) throws(InceptError) in }
    }
  }
}
