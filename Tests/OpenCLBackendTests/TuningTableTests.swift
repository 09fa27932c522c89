import Foundation
import OpenCLBackend
import Operators
import TensorCore
import Testing

@Suite("Choices that come with Incept")
struct TuningTableTests {
  private let choices = ["problem": "variant", "other": "another"]

  private func traits(
    units: Int = 2, local: Int = 1 << 20, width: Int = 16,
    style: DeviceTraits.Style = .registerTiles
  ) -> DeviceTraits {
    DeviceTraits(
      style: style, vectorWidth: width, computeUnits: units, localMemoryBytes: local,
      maxWorkGroupSize: 4096, maxAllocationBytes: 1 << 30, globalMemoryBytes: 1 << 32)
  }

  @Test("are for devices of one kind, whatever their name")
  func devices() {
    var table = TuningTable()
    table.add(choices, for: traits(), .high)
    #expect(table.choices(traits(), .high) == choices)
    #expect(table.choices(traits(units: 4, local: 1 << 21), .high) == choices)
    #expect(table.choices(traits(), .exact).isEmpty)
    #expect(table.choices(traits(units: 64), .high).isEmpty)
    #expect(table.choices(traits(local: 1 << 15), .high).isEmpty)
    #expect(table.choices(traits(width: 8), .high).isEmpty)
    #expect(table.choices(traits(style: .workItems), .high).isEmpty)
  }

  @Test("of the nearest kind are taken")
  func nearest() {
    var table = TuningTable()
    table.add(["problem": "for 2"], for: traits(units: 2), .high)
    table.add(["problem": "for 8"], for: traits(units: 8), .high)
    #expect(table.choices(traits(units: 1), .high) == ["problem": "for 2"])
    #expect(table.choices(traits(units: 7), .high) == ["problem": "for 8"])
    #expect(table.choices(traits(units: 16), .high) == ["problem": "for 8"])
  }

  @Test("survive a file, and are added to")
  func file() throws {
    var table = TuningTable()
    table.add(choices, for: traits(), .high)
    table.add(["problem": "newer"], for: traits(), .high)
    table.add(choices, for: traits(), .fast)
    let data = try #require(table.json())
    let again = try #require(TuningTable(json: data))
    #expect(again.json() == data)
    #expect(again.choices(traits(), .high) == ["problem": "newer", "other": "another"])
    #expect(TuningTable(json: Data("{}".utf8)) == nil)
    #expect(TuningTable(json: Data("{\"schema\":\"x\",\"parts\":[]}".utf8)) == nil)
  }

  @Test("the embedded table can be read")
  func embedded() throws {
    let bytes = try #require(TuningTable.embedded.json())
    #expect(TuningTable(json: bytes) != nil)
  }

  @Test("a plan takes a tuned variant before one of the table, and either before the cost model")
  func plans() throws {
    var builder = GraphBuilder()
    let image = try builder.input([1, 9, 9, 16])
    builder.graph.outputs = [
      .init(name: "out", value: try builder.conv(image, Spatial(3), to: 32, name: "conv"))
    ]
    let graph = builder.graph
    let device = TestTraits.cpu()
    func tuning(_ options: PlanOptions) throws -> Launch.Tuning {
      let plan = try PlanBuilder.plan(graph, for: device, options: options)
      let launch = try #require(plan.launches.first)
      let tuning = try #require(launch.tuning)
      #expect(launch.variant == tuning.accepted[0])
      return tuning
    }
    let plain = try tuning(.informed(.high, device, table: TuningTable()))
    try #require(plain.accepted.count > 2)
    #expect(!plain.isTuned)
    let (second, third) = (plain.accepted[1], plain.accepted[2])

    var table = TuningTable()
    table.add([plain.key: third], for: device, .high)
    let listed = try tuning(.informed(.high, device, table: table))
    #expect(listed.accepted[0] == third && listed.isTuned)

    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-tuning-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let store = TuningStore(
      cache: CacheDirectory(path: folder),
      identity: TuningIdentity(
        device: "d", driver: "", platform: "", computeUnits: 2, kernels: "", engine: ""))
    let record = TuningRecord(
      reference: third, candidates: [second], ratios: [second: [0.5, 0.5, 0.5, 0.5, 0.5]])
    store.save([plain.key: record], .high)
    let tuned = try tuning(.informed(.high, device, table: table, store: store))
    #expect(tuned.accepted[0] == second)

    var nonsense = TuningTable()
    nonsense.add([plain.key: "no such variant"], for: device, .high)
    #expect(try tuning(.informed(.high, device, table: nonsense)) == plain)
  }
}
