import GraphIR
import OpenCLBackend
import Operators
import TensorCore
import TestSupport
import Testing

@Suite("The order among launches")
struct LaunchDependencyTests {
  static let options = [QueueMode.inOrder, .outOfOrder].map { PlanOptions(queue: $0) }

  @Test(
    "Launches that touch one element wait for one another, and no wait is superfluous",
    arguments: 0..<80)
  func complete(seed: Int) throws {
    let (graph, _) = try GraphGenerator.randomGraph(seed: UInt64(seed))
    for traits in [TestTraits.cpu(), TestTraits.gpu] {
      for options in Self.options {
        var plan = try PlanBuilder.plan(graph, for: traits, options: options)
        #expect(plan.races == [], "\(graph.text())")
        // Without any one of them the oracle must see a race: it is awake, and the lists are short.
        for (index, launch) in plan.launches.enumerated() {
          #expect(launch.waits == launch.waits.sorted(by: >))
          for wait in launch.waits {
            plan.launches[index].waits = launch.waits.filter { $0 != wait }
            let races = plan.races
            #expect(
              races.contains { $0.hasPrefix("\(wait) ") }, "\(wait) -> \(index)\n\(graph.text())")
          }
          plan.launches[index].waits = launch.waits
        }
      }
    }
  }

  @Test("Sharing memory makes no launch wait where launches may overlap", arguments: 0..<40)
  func memoryIsFree(seed: Int) throws {
    let (graph, _) = try GraphGenerator.randomGraph(seed: UInt64(seed))
    let plan = try PlanBuilder.plan(
      graph, for: TestTraits.cpu(), options: PlanOptions(queue: .outOfOrder))
    var apart = plan
    var end = 0
    for index in apart.regions.indices where !apart.regions[index].isInput {
      apart.regions[index].offset = end
      end += apart.regions[index].elementCount
    }
    let compact = try PlanBuilder.plan(
      graph, for: TestTraits.cpu(), options: PlanOptions(queue: .inOrder))
    #expect(plan.arenaBytes <= 2 * compact.arenaBytes)
    // Where the arena would have become too large, it is the compact one.
    guard plan.arenaBytes != compact.arenaBytes else { return }
    #expect(apart.races == [])
    for (index, launch) in plan.launches.enumerated() {
      for wait in launch.waits {
        apart.launches[index].waits = launch.waits.filter { $0 != wait }
        #expect(!apart.races.isEmpty, "\(wait) -> \(index)\n\(graph.text())")
      }
      apart.launches[index].waits = launch.waits
    }
  }

  @Test("Branches that write one concat don't wait for one another")
  func branches() throws {
    var builder = GraphBuilder()
    let stem = try builder.conv(try builder.input([2, 9, 9, 8]), .one, to: 16, name: "stem")
    let short = try builder.conv(stem, Spatial(3), to: 12, name: "short")
    let first = try builder.conv(stem, Spatial(3), to: 20, name: "first")
    let second = try builder.conv(first, Spatial(3), to: 5, name: "second")
    let join = try builder.add(Concat(axis: 3), [short, second], name: "join")
    let plan = try builder.plan(try builder.conv(join, Spatial(3), to: 8, name: "last"))
    func waits(_ label: String) -> [String]? {
      plan.launches.first { $0.label == label }?.waits.map { plan.launches[$0].label }.sorted()
    }
    #expect(waits("stem") == [])
    #expect(waits("short") == ["stem"])
    #expect(waits("second") == ["first"])
    #expect(waits("last") == ["second", "short"])
    // The branch with more work to come is enqueued first.
    #expect(
      plan.labels == ["stem", "first", "second", "short", "last"]
        || plan.labels == ["stem", "first", "short", "second", "last"])
    #expect(plan.canOverlap)
    // Not worth it where launches are that short.
    #expect(!plan.runsOutOfOrder)
    #expect(plan.text(verbose: true).contains("queue: in-order"))
  }

  @Test("A chain runs in order, unless the caller wants otherwise")
  func chain() throws {
    var builder = GraphBuilder()
    let one = try builder.conv(try builder.input([1, 5, 5, 4]), Spatial(3), to: 8, name: "one")
    let two = try builder.conv(one, Spatial(3), to: 8, name: "two")
    var plan = try builder.plan(two)
    #expect(plan.launches.map(\.waits) == [[], [0]])
    #expect(!plan.canOverlap && !plan.runsOutOfOrder)
    plan.options.queue = .outOfOrder
    #expect(plan.runsOutOfOrder)
    #expect(plan.text().contains("queue: out-of-order"))
    #expect(plan.text(verbose: true).contains("      after 0 one\n"))
  }

  @Test("Concats along any axis keep their writers apart", arguments: [0, 1, 2, 3])
  func concatAxes(axis: Int) throws {
    var builder = GraphBuilder()
    let x = try builder.input([2, 4, 6, 8])
    let members = try (0..<3).map { number in
      try builder.add(Unary([.relu, .tanh, .exp][number]), [x], name: "member\(number)")
    }
    let join = try builder.add(Concat(axis: axis), members, name: "join")
    let plan = try builder.plan(join)
    #expect(plan.launches.map(\.waits) == [[], [], []])
  }

  @Test("One graph gives one order, and long branches come first")
  func deterministic() throws {
    for seed in 0..<20 {
      let (graph, _) = try GraphGenerator.randomGraph(seed: UInt64(seed))
      let plans = try (0..<2).map { _ in
        try PlanBuilder.plan(graph, for: TestTraits.cpu()).text(verbose: true)
      }
      #expect(plans[0] == plans[1])
    }
  }
}

@Suite("Footprints of views")
struct FootprintTests {
  private func randomView(_ random: inout RandomSource) -> TensorView {
    let whole: Shape = Shape((0..<4).map { _ in random.int(in: 1...6) })
    var view = TensorView(
      storage: .arena(0), offset: random.int(in: 0...20), shape: whole,
      strides: whole.denseStrides)
    for axis in 0..<4 where random.oneIn(2) {
      let step = random.oneIn(4) ? 2 : 1
      let most = (view.shape[axis] + step - 1) / step
      let count = random.int(in: 1...most)
      let room = view.shape[axis] - 1 - (count - 1) * step
      view = view.slice(
        axis: axis, start: random.int(in: 0...max(0, room)), count: count, step: step)
      if random.oneIn(5) {
        view = view.slice(axis: axis, start: count - 1, count: count, step: -1)
      }
    }
    if random.oneIn(4) { view = view.permuted([0, 3, 1, 2]) }
    return view
  }

  @Test("Views that share an element are never told apart", arguments: 0..<40)
  func sound(seed: Int) throws {
    var random = RandomSource(seed: UInt64(seed))
    var apart = 0
    for _ in 0..<300 {
      let (a, b) = (randomView(&random), randomView(&random))
      let one = try #require(Footprint(a)), other = try #require(Footprint(b))
      #expect(elements(of: a).min() == one.low && elements(of: a).max() == one.high)
      #expect(one.mayOverlap(other) == other.mayOverlap(one))
      guard !one.mayOverlap(other) else { continue }
      apart += 1
      #expect(Set(elements(of: a)).isDisjoint(with: elements(of: b)), "\(a), \(b)")
    }
    #expect(apart > 0)
  }

  @Test("Parts of one storage along any axis are told apart", arguments: 0..<40)
  func exact(seed: Int) throws {
    var random = RandomSource(seed: UInt64(seed))
    for _ in 0..<100 {
      let shape = Shape((0..<4).map { _ in random.int(in: 2...7) })
      let whole = TensorView(dense: shape, in: .arena(0))
      let axis = random.int(in: 0...3)
      let cut = random.int(in: 1...(shape[axis] - 1))
      let first = whole.slice(axis: axis, start: 0, count: cut)
      let second = whole.slice(axis: axis, start: cut, count: shape[axis] - cut)
      let one = try #require(Footprint(first, base: 48)),
        other = try #require(Footprint(second, base: 48))
      #expect(!one.mayOverlap(other) && !other.mayOverlap(one), "\(shape) axis \(axis) at \(cut)")
      #expect(one.mayOverlap(one))
    }
  }

  @Test("A view without elements has no footprint")
  func empty() {
    #expect(Footprint(TensorView(dense: [0, 3], in: .arena(0))) == nil)
  }
}
