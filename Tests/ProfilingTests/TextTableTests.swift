import Profiling
import Testing

@Suite("tables that fit a width")
struct TextTableTests {
  private func table() -> TextTable {
    var table = TextTable([
      .init("NAME", fit: .middle, least: 8, turn: 1), .init("OP", fit: .end, least: 6),
      .init("SHAPES", fit: .list, least: 8), .init("N", .right),
    ])
    table.add([["a.very.long.name.of.a.layer"], ["conv2d 3x3"], ["[1, 35, 35, 64]"], ["7"]])
    table.add(
      [["b"], ["relu"], ["[1, 2]", "[3, 4]", "[5, 6, 7, 8]"], ["12345"]], notes: ["a note"])
    return table
  }

  @Test("without a width everything is whole")
  func whole() {
    #expect(
      table().text() == """
        NAME                         OP          SHAPES                            N
        a.very.long.name.of.a.layer  conv2d 3x3  [1, 35, 35, 64]                   7
        b                            relu        [1, 2], [3, 4], [5, 6, 7, 8]  12345
              a note

        """)
  }

  @Test("lines have the width, down to the least one", arguments: 38...90)
  func widths(_ width: Int) {
    let lines = table().text(width: width).split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= width || $0.hasPrefix("      ") })
    // Nothing is cut that has room.
    #expect(table().fits(width) == (table().text(width: width) == table().text()))
    #expect(lines.contains { $0.hasSuffix("12345") })
  }

  @Test(
    "columns of the first turn go first; blanks and items of lists, ends and middles are left out")
  func elided() {
    let wide = table().text(width: 60)
    #expect(wide.contains("a.very.long.name.of.a.layer"))
    #expect(wide.contains(" +"))
    #expect(!wide.contains("[1, 2]"))
    let narrow = table().text(width: 38)
    #expect(narrow.contains("a.very…") || narrow.contains("…layer") || narrow.contains("a.ve…yer"))
  }

  @Test("what can't fit stays readable")
  func tooNarrow() {
    let text = table().text(width: 1)
    #expect(text.split(separator: "\n").count == 4)
    #expect(TextTable([.init("A")]).text(width: 0) == "A\n")
  }

  @Test("hostile names don't reach the terminal")
  func hostile() {
    var table = TextTable([.init("A", fit: .middle)])
    table.add([["\u{1B}[31m" + String(repeating: "x", count: 100_000)]], notes: ["\u{1B}[2J"])
    let text = table.text(width: 20)
    #expect(!text.contains("\u{1B}"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 20 })
  }

  @Test("long lines are broken between words")
  func wrapped() {
    #expect(TextTable.wrapped("one two three", to: nil) == "one two three\n")
    #expect(TextTable.wrapped("one two three", to: 8) == "one two\n  three\n")
    #expect(TextTable.wrapped("one two", to: 2) == "one\n  two\n")
  }
}
