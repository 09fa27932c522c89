import OpenCLBackend
import Operators
import Passes

/// Which values of a network as it was imported an optimised graph still computes.
///
/// A name alone does not tell: a pass may keep a node's name for another value that nobody outside can see (a
/// flattened image in another axis order). What a pass must not touch is a result; so a value counts as there if
/// making it a result changes nothing about the optimised graph.
struct LayerNames {
  /// The network as it was imported.
  let imported: Graph
  /// The optimised one.
  let optimised: Graph
  /// Imported values that the optimised graph has, by name.
  let places: [String: GraphOutput]
  /// Places in an order of execution of the imported network, by name.
  let positions: [String: Int]
  private let names: [ValueID: String]
  private let sources: [String: ValueID]

  init(
    _ model: Model, _ shapes: [String: Shape], optimised: Graph, outputs: [String] = []
  ) throws(InceptError) {
    let imported = try model.requesting(shapes, outputs: outputs)
    self.imported = imported
    self.optimised = optimised
    let sources = imported.namedValues
    // Merged siblings lose their names; the graph before that pass has them.
    let passes = PassPipeline.standard.filter {
      !($0 is MergeSiblingConvolutions) && !($0 is FlattenConcats)
    }
    let separate = try PassPipeline(passes).run(imported).graph.computedNames
    let candidates = Set(separate + optimised.computedNames).filter { name in
      sources[name].map { imported.producer(of: $0).op.isComputed } ?? false
    }
    places = Self.found(candidates.sorted(), imported, optimised)
    var names: [ValueID: String] = [:]
    for (name, value) in sources.sorted(by: { ($0.value.node, $0.key) < ($1.value.node, $1.key) }) {
      guard let place = places[name]?.value, imported.producer(of: value).op.isComputed else {
        continue
      }
      if names[place] == nil || optimised.label(place) == name { names[place] = name }
    }
    self.names = names
    self.sources = sources
    let order = Dictionary(
      uniqueKeysWithValues: imported.topologicalOrder().enumerated().map { ($1, $0) })
    positions = sources.compactMapValues { order[$0.node] }
  }

  /// What to call a value: as the framework does, where it is one of the imported network; else as the pass that made
  /// it, of merged siblings each by its own name.
  func name(_ value: ValueID) -> String {
    if let name = names[value] { return name }
    let node = optimised.producer(of: value)
    let parts = node.name.split(separator: " + ").map(String.init)
    guard node.outputs.count > 1, parts.count == node.outputs.count else {
      return optimised.label(value)
    }
    // The module that siblings share is said once.
    let module = value.output == 0 ? "" : parts[0].lastIndex(of: ".").map { parts[0][...$0] } ?? ""
    return module + parts[value.output]
  }

  /// The imported value that a value is; nil where passes made it.
  func importedValue(_ value: ValueID) -> ValueID? {
    names[value].flatMap { sources[$0] }
  }

  /// The framework's axis order for a value: axis `i` of what people see is axis `permutation[i]`; nil: as it is.
  func permutation(_ value: ValueID) -> [Int]? {
    optimised.permutationForPeople(
      of: names[value].flatMap { places[$0] }
        ?? GraphOutput(
          name: "", value: value,
          isFrameworkOrdered: optimised.frameworkOrdered.contains(value.node)))
  }

  /// Rounds of asking: each drops at least one name.
  private static let roundLimit = 24

  /// Those of `names` that can be results without changing the optimised graph.
  private static func found(
    _ names: [String], _ imported: Graph, _ optimised: Graph
  ) -> [String: GraphOutput] {
    var names = names
    for _ in 0..<roundLimit {
      guard let probe = try? PassPipeline().run(imported.requesting(names)).graph else { break }
      let differing = probe.nodes(differingFrom: optimised)
      var byNode: [NodeID: [String]] = [:]
      for output in probe.outputs where names.contains(output.name) {
        byNode[output.value.node, default: []].append(output.name)
      }
      let first = probe.topologicalOrder().first { differing.contains($0) && byNode[$0] != nil }
      guard let first, let dropped = byNode[first] else {
        return places(probe, optimised, names)
      }
      names.removeAll(where: dropped.contains)
    }
    return places(optimised, optimised, [])
  }

  /// The values of a probe's results in the graph that it equals.
  private static func places(
    _ probe: Graph, _ optimised: Graph, _ names: [String]
  ) -> [String: GraphOutput] {
    let wanted = Set(names)
    var places: [String: GraphOutput] = [:]
    for output in probe.outputs {
      guard
        wanted.contains(output.name)
          || optimised.outputs.contains(where: { $0.name == output.name }),
        let node = optimised.node(named: probe.producer(of: output.value).name), node.op.isComputed
      else { continue }
      var place = output
      place.value = ValueID(node.id, output: output.value.output)
      places[output.name] = place
    }
    return places
  }
}

extension Graph {
  /// Results by name, and all other nodes' first values.
  var namedValues: [String: ValueID] {
    var values: [String: ValueID] = [:]
    for id in nodeIDs { values[self[id].name] = ValueID(id) }
    for output in outputs { values[output.name] = output.value }
    return values
  }

  /// Names of the nodes that compute something.
  var computedNames: [String] {
    topologicalOrder().map { self[$0] }.filter(\.op.isComputed).map(\.name)
  }

  /// The graph with further nodes' values as results, under their names.
  fileprivate func requesting(_ names: [String]) -> Graph {
    var graph = self
    let present = Set(outputs.map(\.name))
    for name in names where !present.contains(name) {
      guard let node = node(named: name) else { continue }
      graph.outputs.append(
        GraphOutput(
          name: name, value: node.value, isFrameworkOrdered: frameworkOrdered.contains(node.id)))
    }
    return graph
  }

  /// The nodes of this graph that another one hasn't, or not on the same inputs.
  fileprivate func nodes(differingFrom other: Graph) -> Set<NodeID> {
    var differing: Set<NodeID> = []
    for id in topologicalOrder() {
      let node = self[id]
      let twin = other.node(named: node.name)
      let isSame =
        twin.map { twin in
          let isSameOp =
            node.op is Constant
            ? twin.op is Constant && node.sources == twin.sources
            : node.op.isEqual(to: twin.op)
          return isSameOp && node.outputs == twin.outputs
            && node.inputs.map { label($0) } == twin.inputs.map { other.label($0) }
            && !node.inputs.contains { differing.contains($0.node) && self[$0.node].op is Constant }
        } ?? false
      if !isSame { differing.insert(id) }
    }
    return differing
  }
}
