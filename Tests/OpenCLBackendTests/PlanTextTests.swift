import Foundation
import GraphIR
import OpenCLBackend
import Operators
import TensorCore
import Testing

@Suite("Plans as text and JSON")
struct PlanTextTests {
  private func plan(_ traits: DeviceTraits) throws -> Plan {
    var builder = GraphBuilder()
    let image = try builder.input([1, 5, 5, 4])
    let conv = try builder.conv(image, Spatial(3), to: 8, name: "conv")
    let back = try builder.add(
      Slice([.init(axis: 1, start: -1, end: Int.min, step: -1)]), [conv], name: "back")
    return try builder.plan(back, traits: traits)
  }

  @Test("The text tells launches, places, memory and copies")
  func text() throws {
    let lines = try plan(TestTraits.cpu()).text().split(separator: "\n").map(String.init)
    #expect(lines[0] == "plan 'test' (registerTiles, accuracy high)")
    #expect(lines[2].hasPrefix("  0 conv = conv2d [direct "))
    #expect(lines[2].hasSuffix(" -> r1+0 [1, 5, 5, 8] strides [200, 40, 8, 1]"))
    #expect(lines[3].contains("1 back = slice ["))
    let regions = lines.drop { !$0.hasPrefix("  REGION ") }.prefix { $0.hasPrefix("  ") }
    #expect(
      regions.contains { $0.hasSuffix(" upload         0  [0, 1, 1, 0] [0, 1, 1, 0]  input") })
    #expect(regions.contains { $0.contains(" download ") && $0.hasSuffix("  back") })
    #expect(lines.contains("launches: 2 of 2 kernels, 1 copies"))
    #expect(!lines.contains { $0.contains("not tiled") })
  }

  @Test("The verbose text tells why other variants were not taken")
  func verbose() throws {
    let text = try plan(TestTraits.cpu()).text(verbose: true)
    #expect(text.contains("      not tiled 32x32x16: "))
    #expect(text.contains("      not items: accepted, but rows of vectors comes first"))
    #expect(
      try plan(TestTraits.gpu).text(verbose: true).contains("not rows of vectors: one work-item"))
  }

  @Test("JSON holds the same numbers")
  func json() throws {
    let plan = try plan(TestTraits.gpu)
    let data = try JSONEncoder().encode(PlanSummary(plan))
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["arena_bytes"] as? Int == plan.arenaBytes)
    #expect(object["copies"] as? Int == 1)
    let launches = try #require(object["launches"] as? [[String: Any]])
    #expect(launches.map { $0["name"] as? String } == ["conv", "back"])
    let regions = try #require(object["regions"] as? [[String: Any]])
    #expect(regions.count == plan.regions.count)
  }
}
