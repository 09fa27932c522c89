import GraphIR
import OpenCLBackend
import Operators
import TensorCore
import TestSupport
import Testing

@Suite("The arena")
struct ArenaTests {
  @Test("Regions that live together never overlap, and zeros are never written", arguments: 0..<150)
  func disjoint(seed: Int) throws {
    let (graph, _) = try GraphGenerator.randomGraph(seed: UInt64(seed))
    for traits in [TestTraits.cpu(), TestTraits.gpu] {
      let regions = try PlanBuilder.plan(graph, for: traits).regions.filter { !$0.isInput }
      for (index, one) in regions.enumerated() {
        for other in regions[(index + 1)...] {
          let overlap =
            one.offset < other.offset + other.elementCount
            && other.offset < one.offset + one.elementCount
          guard overlap else { continue }
          #expect(
            !one.lifetime.overlaps(other.lifetime), "\(one.name), \(other.name)\n\(graph.text())")
          if !one.geometry.border.isNone || !other.geometry.border.isNone {
            #expect(one.geometry == other.geometry && one.offset == other.offset)
          }
        }
      }
    }
  }

  @Test(
    "Every launch writes within its region and reads regions that are alive", arguments: 0..<150)
  func inside(seed: Int) throws {
    let (graph, _) = try GraphGenerator.randomGraph(seed: UInt64(seed))
    let plan = try PlanBuilder.plan(graph, for: TestTraits.cpu())
    for (number, launch) in plan.launches.enumerated() {
      if let view = launch.output, let region = plan.region(view) {
        #expect(view.offset >= 0 && view.offset + view.span <= region.elementCount)
        #expect(!region.isInput, "a launch writes an input")
        #expect((region.offset + region.elementCount) * 4 <= plan.arenaBytes)
      }
      for case .arena(let index) in launch.arguments.flatMap(\.storages) {
        #expect(plan.regions[index].lifetime.contains(number))
      }
    }
  }
}
