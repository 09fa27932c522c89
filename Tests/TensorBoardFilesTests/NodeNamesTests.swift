import TensorBoardFiles
import TestSupport
import Testing

@Suite("names of nodes for TensorBoard")
struct NodeNamesTests {
  /// What TensorFlow accepts as a node's name.
  private func isValid(_ name: String) -> Bool {
    name.wholeMatch(of: /[A-Za-z0-9.][A-Za-z0-9_.\-]*(\/[A-Za-z0-9_.\-]+)*/) != nil
  }

  @Test("modules become scopes")
  func scopes() {
    let names = NodeNames(["Mixed_5b.branch1x1.conv", "a/b/Relu", "Mixed_5b", "conv-1"])
    #expect(names["Mixed_5b.branch1x1.conv"] == "Mixed_5b/branch1x1/conv")
    #expect(names["a/b/Relu"] == "a/b/Relu")
    #expect(names["Mixed_5b"] == "Mixed_5b")
    #expect(names["conv-1"] == "conv-1")
  }

  @Test("names that would be one get numbers, and what needs no change keeps its name")
  func collisions() {
    let originals = ["a:b", "a_b", "a b", "a_b_1", "a.b", "a/b"]
    let names = NodeNames(originals)
    #expect(names["a_b"] == "a_b")
    #expect(names["a_b_1"] == "a_b_1")
    #expect(names["a:b"] == "a_b_2")
    #expect(names["a b"] == "a_b_3")
    #expect(names["a.b"] == "a/b")
    #expect(names["a/b"] == "a/b_1")
  }

  @Test("hostile names become valid and stay different")
  func hostile() {
    let originals = [
      "", "/", "//", "...", ".a", "a.", "a//b", "a..b", "_x", "-x", "a/_b", "^control", "x:1",
      "\u{1B}[31m", "名前", "名稱", "a\nb", "a\0b", "é", "../../etc/passwd", "<script>", "\"", "\\",
      String(repeating: "x", count: 10_000), String(repeating: "x", count: 10_001),
      String(repeating: "a/", count: 5_000), String(repeating: "a.", count: 5_001), "node",
      "node_1",
    ]
    let names = NodeNames(originals)
    let made = originals.map { names[$0] }
    #expect(Set(made).count == originals.count)
    for (original, name) in zip(originals, made) {
      #expect(isValid(name), "\(original.prefix(40)) -> \(name.prefix(80))")
      #expect(name.count < 4_000)
    }
    #expect(names["node"] == "node" && names["node_1"] == "node_1")
  }

  @Test("random names become valid and stay different")
  func random() {
    var source = RandomSource(seed: 11)
    let alphabet = Array("ab._/:-A1 é\n")
    var originals: Set<String> = []
    for _ in 0..<2_000 {
      let length = Int.random(in: 0..<8, using: &source)
      originals.insert(
        String((0..<length).map { _ in alphabet[Int.random(in: alphabet.indices, using: &source)] })
      )
    }
    let sorted = originals.sorted()
    let names = NodeNames(sorted)
    #expect(Set(sorted.map { names[$0] }).count == sorted.count)
    #expect(sorted.allSatisfy { isValid(names[$0]) })
  }
}
