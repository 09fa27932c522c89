import GraphIR
import OpenCLBackend
import Operators
import TensorCore
import Testing

@Suite("Planning within a limit of memory")
struct LeanPlanningTests {
  /// Three 3x3 convolutions that Winograd's algorithm is faster for, with weights four to seven times as large.
  private func graph() throws -> Graph {
    var builder = GraphBuilder()
    var value = try builder.input([1, 28, 28, 64])
    for number in 0..<3 {
      value = try builder.conv(value, Spatial(3, 3), to: 64 + 32 * number, name: "conv\(number)")
    }
    builder.graph.outputs = [GraphOutput(name: "y", value: value)]
    return builder.graph
  }

  private func plan(_ limit: Int?, _ traits: DeviceTraits = TestTraits.cpu()) throws -> Plan {
    try PlanBuilder.plan(graph(), for: traits, options: PlanOptions(memoryLimit: limit))
  }

  private static let styles = [TestTraits.cpu(), TestTraits.gpu]

  @Test("a limit that the plan keeps anyway changes nothing", arguments: styles)
  func generous(_ traits: DeviceTraits) throws {
    let free = try plan(nil, traits)
    let limited = try plan(free.bytes, traits)
    #expect(limited.launches.map(\.variant) == free.launches.map(\.variant))
    #expect(limited.bytes == free.bytes)
  }

  @Test("every limit down to the leanest plan is kept, with fewer exchanges the wider it is")
  func limits() throws {
    let free = try plan(nil)
    var changed: [Int] = []
    var limit = free.bytes - 1
    var refused = false
    while !refused {
      do {
        let lean = try plan(limit)
        #expect(lean.bytes <= limit)
        changed.append(
          zip(free.launches, lean.launches).count { $0.variant != $1.variant })
        #expect(
          lean.launches.flatMap(\.rejected).contains { $0.reason.contains("limit of memory") })
        limit = lean.bytes - 1
      } catch {
        refused = true
      }
    }
    #expect(changed.count >= 2, "the exchanges come one by one: \(changed)")
    #expect(changed == changed.sorted())
    #expect(changed.last == 3)
  }

  @Test("a limit that no plan keeps is refused, naming the layer and the bytes", arguments: styles)
  func impossible(_ traits: DeviceTraits) throws {
    let error = try #require(throws: InceptError.self) { try plan(100_000, traits) }
    #expect(error.category == .unavailable)
    #expect(error.subject.contains("conv2d 'conv2'"))
    #expect("\(error)".contains("100000 bytes") && "\(error)".contains("weights"))
  }

  @Test("traffic is what a launch reads and writes once")
  func traffic() throws {
    let plan = try plan(nil)
    let first = try #require(plan.launches.first)
    let traffic = plan.traffic(of: first)
    // 28x28x64 float32 in and out, borders left out.
    #expect(traffic.activations == 2 * 28 * 28 * 64 * 4)
    #expect(traffic.weights >= 3 * 3 * 64 * 64 * 4)
    #expect(plan.launches.reduce(0) { $0 + plan.traffic(of: $1).weights } == plan.weightsBytes)
  }
}
