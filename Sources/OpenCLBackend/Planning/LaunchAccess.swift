import GraphIR

/// What a launch reads and writes in the plan's regions, its constants left out.
///
/// Order among launches follows from it, so that too much costs speed and too little is a data race. Therefore a
/// lowering need not tell: a node's launches lead to nothing but its inputs, its outputs and scratch of its
/// own, and a launch to nothing that its arguments don't name. A lowering that tells is believed in the regions
/// it tells of.
package struct LaunchAccess: Hashable, Sendable {
  /// Elements that are read.
  package var reads: [TensorView] = []
  /// Elements that are written, and perhaps read.
  package var writes: [TensorView] = []

  /// What a launch of a node may touch, by its arguments.
  ///
  /// - Parameters:
  ///   - arguments: The launch's arguments.
  ///   - inputs: Where the node's inputs lie.
  ///   - outputs: Where the node's outputs lie.
  ///   - told: What the lowering tells, or nil.
  ///   - regions: The plan's regions.
  init(
    _ arguments: [Launch.Argument], inputs: [TensorView], outputs: [TensorView],
    told: LaunchAccess?, regions: [Plan.Region]
  ) {
    var seen: Set<Int> = []
    for case .arena(let number) in arguments.flatMap(\.storages)
    where seen.insert(number).inserted {
      let storage = Storage.arena(number)
      func here(_ views: [TensorView]) -> [TensorView] { views.filter { $0.storage == storage } }
      if let told, !here(told.reads + told.writes).isEmpty {
        reads += here(told.reads)
        writes += here(told.writes)
      } else if !here(inputs + outputs).isEmpty {
        reads += here(inputs)
        writes += here(outputs)
      } else {
        // Scratch, or something unknown: all of it.
        writes.append(TensorView(dense: [regions[number].elementCount], in: storage))
      }
    }
  }

  /// What a launch reads and writes.
  package init(reads: [TensorView], writes: [TensorView]) {
    self.reads = reads
    self.writes = writes
  }
}
