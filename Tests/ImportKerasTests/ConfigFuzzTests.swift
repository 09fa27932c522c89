import ImportKeras
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("Damaged configurations end in an error or a model, never in a crash")
struct ConfigFuzzTests {
  static let mutationsPerFile = 400

  @Test("seeded mutations of real configurations", arguments: ["nested", "shapes", "convolutions"])
  func mutations(name: String) throws {
    let file = try KerasCase.file(name)
    let original = Array(try #require(file.modelConfig).utf8)
    let numbers = ConfigFuzzTests.numbers(in: original)
    let names = file.layers.map(\.name) + ["Functional", "Sequential", "Lambda", "same", "relu"]
    var random = RandomSource(name: name)
    var refused = 0
    for _ in 0..<Self.mutationsPerFile {
      var bytes = original
      for _ in 0..<random.int(in: 1...3) {
        ConfigFuzzTests.mutate(&bytes, original, numbers, names, &random)
      }
      do {
        let model = try KerasModel.importGraph(
          modelConfig: String(decoding: bytes, as: UTF8.self), weights: file.weights,
          kerasVersion: file.kerasVersion, source: name, inputShape: nil)
        try model.graph.verify()
      } catch {
        #expect(error.category == .badData || error.category == .usage, "\(error)")
        refused += 1
      }
    }
    #expect(refused > 0)
    #expect(refused < Self.mutationsPerFile)
  }

  private static let replacements = [
    "0", "-1", "1e9", "1e308", "9223372036854775807", "-9223372036854775808", "NaN", "null",
    "1000000000", "16777216", "0.5", "true", "[]", "{}", "\"x\"", "[[[[1]]]]",
  ]

  private static func numbers(in bytes: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start: Int?
    for (index, byte) in bytes.enumerated() {
      let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      if isDigit, start == nil { start = index }
      if !isDigit, let first = start {
        ranges.append(first..<index)
        start = nil
      }
    }
    return ranges
  }

  /// One edit: a number or a name replaced, a byte changed, a part cut out or copied elsewhere.
  private static func mutate(
    _ bytes: inout [UInt8], _ original: [UInt8], _ numbers: [Range<Int>], _ names: [String],
    _ random: inout RandomSource
  ) {
    let place = random.int(in: 0...(bytes.count - 1))
    switch random.int(in: 0...9) {
    case 0...5:
      let range = random.pick(numbers)
      guard range.upperBound <= bytes.count else { return }
      bytes.replaceSubrange(range, with: random.pick(replacements).utf8)
    case 6:
      let quotes = bytes.indices.dropFirst(place).filter { bytes[$0] == UInt8(ascii: "\"") }.prefix(
        2)
      guard let first = quotes.first, let last = quotes.last, first < last else { return }
      bytes.replaceSubrange(first + 1..<last, with: random.pick(names).utf8)
    case 7: bytes[place] = UInt8(random.int(in: 0...255))
    case 8: bytes.removeSubrange(place..<min(bytes.count, place + random.int(in: 1...64)))
    default:
      let from = random.int(in: 0...(original.count - 1))
      let part = original[from..<min(original.count, from + random.int(in: 1...200))]
      bytes.insert(contentsOf: part, at: place)
    }
  }
}
