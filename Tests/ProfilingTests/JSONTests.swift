import Foundation
import Profiling
import Testing

@Suite("JSON")
struct JSONTests {
  private struct Inner: Codable, Equatable {
    var zebra: [Int]
    var apple: String?
  }

  private struct Outer: Codable, Equatable {
    var schema = "test/1"
    var flag: Bool
    var number: Double
    var list: [Inner]
    var empty: [String]
    var table: [String: Int]

    enum CodingKeys: String, CodingKey {
      case schema, flag
      case number = "a_number"
      case list, empty, table
    }
  }

  private let value = Outer(
    flag: true, number: 0.1,
    list: [Inner(zebra: [2, 1], apple: nil), Inner(zebra: [], apple: "x")],
    empty: [], table: ["k": 1])

  @Test("keys come in the order of declaration, the schema first")
  func order() throws {
    let text = try OrderedJSONEncoder.encode(value).text()
    #expect(text.hasPrefix("{\n  \"schema\": \"test/1\",\n  \"flag\": true,\n  \"a_number\": 0.1,"))
    #expect(text.hasSuffix("}\n"))
    #expect(!text.contains("null"))
    #expect(text.contains("\"zebra\": [2, 1]"))
  }

  @Test("Foundation reads what is written")
  func roundTrip() throws {
    let text = try OrderedJSONEncoder.encode(value).text()
    #expect(try JSONDecoder().decode(Outer.self, from: Data(text.utf8)) == value)
  }

  @Test(
    "every string survives",
    arguments: [
      "", "plain", "quote \" backslash \\ slash /", "line\nfeed\r\ttab", "\u{0}\u{1}\u{1F}\u{7F}",
      "é ü 漢字 🐈", "\u{2028}\u{2029}", "e\u{301}", "</script>",
    ])
  func escaping(_ string: String) throws {
    let text = JSONValue.array([.string(string)]).text()
    #expect(text.unicodeScalars.dropLast().allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
    let read = try JSONDecoder().decode([String].self, from: Data(text.utf8))
    #expect(read.first.map { Array($0.unicodeScalars) } == Array(string.unicodeScalars))
  }

  @Test(
    "numbers that JSON has nothing for become null", arguments: [Double.nan, .infinity, -.infinity])
  func notFinite(_ number: Double) {
    #expect(JSONValue.array([.number(number)]).text() == "[null]\n")
  }

  @Test(
    "finite numbers are read back exactly",
    arguments: [0, -0.0, 0.1, 1e-300, .leastNonzeroMagnitude, 1.7976931348623157e308, 263.734811])
  func finite(_ number: Double) throws {
    let text = JSONValue.array([.number(number)]).text()
    #expect(try JSONDecoder().decode([Double].self, from: Data(text.utf8)) == [number])
  }

  @Test("integers beyond 64 bits are refused")
  func wideInteger() {
    #expect(throws: EncodingError.self) { try OrderedJSONEncoder.encode([UInt64.max]) }
  }
}
