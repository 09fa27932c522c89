import Profiling
import Testing

@Suite("tables")
struct TableTests {
  @Test("columns are as wide as their widest cell, and lines end without blanks")
  func layout() {
    var table = TextTable([("NAME", .left), ("N", .right), ("ABOUT", .left)])
    table.add(["a", "1", "x"])
    table.add(["longer name", "1234", ""])
    #expect(
      table.text() == """
        NAME            N  ABOUT
        a               1  x
        longer name  1234

        """)
  }

  @Test("lines of another length are cut or filled")
  func raggedLines() {
    var table = TextTable([("A", .left), ("B", .left)])
    table.add(["1"])
    table.add(["1", "2", "3"])
    #expect(table.text() == "A  B\n1\n1  2\n")
  }

  @Test("control characters don't reach the terminal")
  func controlCharacters() {
    var table = TextTable([("", .left)])
    table.add(["\u{1B}[31mred\n"])
    #expect(table.text() == "?[31mred?\n")
  }

  @Test(
    "fields are quoted where they must be",
    arguments: [
      ("a", "a\n"), ("a,b", "\"a,b\"\n"), ("say \"x\"", "\"say \"\"x\"\"\"\n"),
      ("two\nlines", "\"two\nlines\"\n"), ("", "\n"),
    ])
  func csv(_ field: String, _ line: String) {
    #expect(CSV.line([field]) == line)
  }

  @Test(
    "counts and bytes are short",
    arguments: [
      (0, "0", "0 B"), (9_999, "9999", "9.76 KiB"), (12_345, "12.3 k", "12.1 KiB"),
      (5_713_216_096, "5.71 G", "5.32 GiB"), (23_900_000, "23.9 M", "22.8 MiB"),
    ])
  func numbers(_ value: Int, _ count: String, _ bytes: String) {
    #expect(NumberText.count(value) == count)
    #expect(NumberText.bytes(value) == bytes)
  }
}
