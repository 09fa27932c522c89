import GraphPictures
import Operators
import Profiling

extension GraphPicture {
  /// Colours the picture by a profile's times.
  ///
  /// In the imported graph a fused layer's time is that of the node that does the arithmetic; where several do, by their
  /// multiply-adds; the others are marked as computed with it.
  ///
  /// - Parameters:
  ///   - profile: The times.
  ///   - path: The profile's file, for errors.
  /// - Throws: `.badData` for a profile of another network, naming layers that have no node here.
  public mutating func colour(
    by profile: StoredProfile, from path: String = "profile"
  ) throws(InceptError) {
    let total = profile.layers.reduce(0) { $0 + $1.time }
    let share = total > 0 ? 1 / total : 0
    var times: [Int: PictureGraph.Time] = [:]
    var missing: [String] = []
    for layer in profile.layers {
      let found = stage == .imported ? owners(of: layer) : owner(of: layer).map { [$0] } ?? []
      guard let main = found.first else {
        missing.append(layer.name)
        continue
      }
      for (position, part, isComputed) in parts(found) {
        let time = layer.time * part
        var figures = layer.figures
        if found.count > 1, isComputed, part < 1 {
          let whole = NumberText.fixed(layer.time, 1)
          figures.insert(.init("part", "by multiply-adds, of \(whole) µs"), at: 0)
        }
        let own = PictureGraph.Time(
          microseconds: time, share: time * share, figures: isComputed ? figures : [],
          fusedInto: isComputed ? nil : nodes[main].name)
        times[position] = times[position].map { Self.sum($0, own) } ?? own
      }
    }
    guard missing.isEmpty else { throw differs(profile, missing, path) }
    for (position, time) in times { change(position) { $0.time = time } }
    if profile.batch != 1 { note("Times are of batches of \(profile.batch).") }
    setProfile(profile.source)
    note("Times: \(profile.source); \(NumberText.fixed(total / 1_000, 3)) ms in all kernels.")
  }

  /// A layer's own node in the optimised graph: of that name, or `NODE/STEP`.
  private func owner(of layer: StoredProfile.Layer) -> Int? {
    if let position = positions[layer.name] { return position }
    guard let slash = layer.name.lastIndex(of: "/") else { return nil }
    return positions[String(layer.name[..<slash])]
  }

  /// The imported nodes that a layer computes, those that do the arithmetic first.
  private func owners(of layer: StoredProfile.Layer) -> [Int] {
    var seen: Set<Int> = []
    let found = layer.sources.compactMap { positions[$0] }.filter { seen.insert($0).inserted }
    let alike = found.filter { nodes[$0].op == layer.op }
    let working = alike.contains { nodes[$0].macs > 0 } ? alike : found
    let sorted = working.sorted { (nodes[$1].macs, $0) < (nodes[$0].macs, $1) }
    return sorted + found.filter { !working.contains($0) }
  }

  /// What part of a layer's time each node has, and whether it computes at all.
  private func parts(_ found: [Int]) -> [(position: Int, part: Double, isComputed: Bool)] {
    guard found.count > 1, let main = found.first else { return found.map { ($0, 1, true) } }
    let op = nodes[main].op
    let working = found.filter { nodes[$0].op == op && nodes[$0].macs > 0 }
    let macs = working.reduce(0.0) { $0 + Double(nodes[$1].macs) }
    return found.map { position in
      guard macs > 0 else { return (position, position == main ? 1 : 0, position == main) }
      guard working.contains(position) else { return (position, 0, false) }
      return (position, Double(nodes[position].macs) / macs, true)
    }
  }

  /// Several kernels of one node.
  private static func sum(_ first: PictureGraph.Time, _ second: PictureGraph.Time)
    -> PictureGraph.Time
  {
    var sum = first
    sum.microseconds += second.microseconds
    sum.share += second.share
    if first.fusedInto != nil, second.fusedInto == nil {
      sum.fusedInto = nil
      sum.figures = second.figures
    }
    return sum
  }

  private func differs(
    _ profile: StoredProfile, _ missing: [String], _ path: String
  ) -> InceptError {
    let named = missing.prefix(3).map { "'\(TextFit.clean($0, limit: 80))'" }
      .joined(separator: ", ")
    let more = missing.count > 3 ? " and \(missing.count - 3) more" : ""
    let model = TextFit.clean(profile.model, limit: 80)
    return InceptError(
      .badData, subject: path, expected: "expected a profile of \(graph.title)",
      found: "one of \(model) with \(missing.count) of \(profile.layers.count) layers that are no "
        + "nodes here: \(named)\(more)",
      hint: "profile the model that is drawn, with the same options")
  }
}
