import Profiling
import Testing

@Suite("bars and modules")
struct BarTests {
  @Test(
    "a bar is as long as its value, in eighths",
    arguments: [(0, ""), (1, "████"), (0.5, "██"), (0.28125, "█▏"), (2, "████"), (0.01, "")]
      as [(Double, String)])
  func bars(_ value: Double, _ bar: String) {
    #expect(Bar.text(value, of: 1, width: 4) == bar)
  }

  @Test("what can't be shown is nothing", arguments: [Double.nan, .infinity, -1])
  func none(_ value: Double) {
    #expect(Bar.text(value, of: 1) == "")
    #expect(Bar.text(1, of: value) == "")
  }

  @Test("a profile keeps the highest of those that share a character")
  func profile() {
    #expect(Bar.profile([0, 1, 0, 8], of: 8, width: 4) == "▁▁▁█")
    #expect(Bar.profile([0, 1, 0, 8], of: 8, width: 2) == "▁█")
    #expect(Bar.profile([], of: 8) == "")
    #expect(Bar.profile([1], of: 0) == "")
  }

  @Test("names are gathered by what they begin with, in order, interleaved or not")
  func modules() {
    let groups = ModuleGroups(["a.x", "b", "a/y", ".odd", "c.z.w"]).groups
    #expect(groups.map(\.name) == ["a", "b", ".odd", "c"])
    #expect(groups.map(\.members) == [[0, 2], [1], [3], [4]])
  }
}
