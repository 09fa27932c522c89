import GraphIR
import TensorCore

/// Planning within a limit of memory: launches that overlap are put one after the other, which lets values share more of
/// the arena, and variants are replaced by those that need less, first where that costs the fewest operations per byte.
struct LeanPlanning {
  private let graph: Graph
  private let traits: DeviceTraits
  private let first: Plan
  private let limit: Int

  /// Prepares to plan a graph again, of which a first plan needs more than the limit.
  init(_ graph: Graph, _ traits: DeviceTraits, _ first: Plan, limit: Int) {
    self.graph = graph
    self.traits = traits
    self.first = first
    self.limit = limit
  }

  /// What a problem takes with one variant.
  private struct Demand {
    var variant: String
    var bytes = 0
    var operations = 0
  }

  /// A variant in the place of another.
  private struct Exchange {
    let key: String
    let variant: String
    let saved: Int
    let added: Int

    /// Operations that a saved byte costs.
    var price: Double { Double(added) / Double(saved) }
  }

  /// The first plan found within the limit.
  ///
  /// - Throws: `.unavailable` where none is, naming what needs most.
  func plan() throws(InceptError) -> Plan {
    var options = first.options
    var leanest = first
    if first.runsOutOfOrder {
      options.queue = .inOrder
      leanest = try build(options)
      if leanest.bytes <= limit { return leanest }
    }
    let exchanges = try exchanges(from: leanest, options)
    func exchanged(_ count: Int) throws(InceptError) -> Plan {
      var options = options
      for exchange in exchanges.prefix(count) {
        options.leanChoices[exchange.key] = exchange.variant
      }
      return try build(options)
    }
    if exchanges.isEmpty { throw refusal(leanest) }
    let all = try exchanged(exchanges.count)
    guard all.bytes <= limit else { throw refusal(all.bytes < leanest.bytes ? all : leanest) }
    // The fewest exchanges that do.
    var (fitting, plan) = (exchanges.count, all)
    var unfitting = 0
    while fitting - unfitting > 1 {
      let middle = (fitting + unfitting) / 2
      let tried = try exchanged(middle)
      if tried.bytes <= limit { (fitting, plan) = (middle, tried) } else { unfitting = middle }
    }
    return plan
  }

  private func build(_ options: PlanOptions) throws(InceptError) -> Plan {
    try PlanBuilder.build(graph, for: traits, options: options)
  }

  /// The exchanges that save memory, the best first: each problem's leanest variant.
  private func exchanges(from plan: Plan, _ options: PlanOptions) throws(InceptError) -> [Exchange]
  {
    var accepted: [String: [String]] = [:]
    for launch in plan.launches {
      if let tuning = launch.tuning { accepted[tuning.key] = tuning.accepted }
    }
    let current = demands(of: plan)
    var leanest = current
    for rank in 1..<max(1, accepted.values.map(\.count).max() ?? 1) {
      var options = options
      for (key, names) in accepted where rank < names.count {
        options.leanChoices[key] = names[rank]
      }
      for (key, demand) in demands(of: try build(options)) {
        if let least = leanest[key], demand.bytes < least.bytes { leanest[key] = demand }
      }
    }
    return leanest.compactMap { key, demand -> Exchange? in
      guard let now = current[key], demand.bytes < now.bytes else { return nil }
      return Exchange(
        key: key, variant: demand.variant, saved: now.bytes - demand.bytes,
        added: max(0, demand.operations - now.operations))
    }.sorted { ($0.price, $0.key) < ($1.price, $1.key) }
  }

  /// What each problem's launches take in a plan: constants, and memory that only they use.
  private func demands(of plan: Plan) -> [String: Demand] {
    var demands: [String: Demand] = [:]
    var keys: [NodeID: String] = [:]
    for launch in plan.launches {
      guard let tuning = launch.tuning, let node = launch.node else { continue }
      keys[node] = tuning.key
      demands[tuning.key] = demands[tuning.key] ?? Demand(variant: launch.variant)
    }
    let values = Set(plan.views.values.map(\.storage))
    var counted: Set<Storage> = []
    for launch in plan.launches {
      guard let key = launch.node.flatMap({ keys[$0] }) else { continue }
      demands[key]?.operations += launch.multiplyAdds ?? launch.cost.multiplyAdds
      for storage in launch.arguments.flatMap(\.storages) where counted.insert(storage).inserted {
        switch storage {
        case .constant(let number): demands[key]?.bytes += plan.constants[number].byteCount
        case .arena(let number) where !values.contains(storage):
          demands[key]?.bytes += plan.regions[number].elementCount * plan.options.precision.bytes
        case .arena: break
        }
      }
    }
    return demands
  }

  private func refusal(_ plan: Plan) -> InceptError {
    let largest = plan.launches.max { needs($0, plan) < needs($1, plan) }
    let subject = largest.map { "\($0.op) '\($0.label)'" } ?? plan.name
    let most = largest.map { "; this layer alone reads and writes \(needs($0, plan))" } ?? ""
    return InceptError(
      .unavailable, subject: "memory for \(subject)",
      expected: "expected \(plan.name) within the limit of \(limit) bytes",
      found:
        "at least \(plan.bytes) bytes (weights \(plan.weightsBytes), arena \(plan.arenaBytes), inputs \(plan.inputBytes))\(most)",
      hint: "use a smaller batch or image, or --precision fp16")
  }

  /// Bytes that a launch reads and writes, whatever else is alive.
  private func needs(_ launch: Launch, _ plan: Plan) -> Int {
    let traffic = plan.traffic(of: launch)
    return traffic.weights + traffic.activations
  }
}
