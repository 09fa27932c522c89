import Datasets
import Foundation
import TensorCore
import TestSupport
import Testing

@Suite("split and shuffle")
struct SplitTests {
  @Test("a split takes its part of every class, to within one item, and every item once")
  func stratified() {
    var random = RandomSource(seed: 1)
    for _ in 0..<60 {
      let classes = random.int(in: 1...12)
      let count = random.int(in: 1...400)
      let labels = (0..<count).map { _ in random.int(in: 0...(classes - 1)) }
      let fraction = Double(random.int(in: 0...95)) / 100
      let seed = random.next()
      let split = Split(labels: labels, validation: fraction, seed: seed)
      let problem = Comment(rawValue: "labels \(labels), fraction \(fraction), seed \(seed)")
      #expect((split.training + split.validation).sorted() == Array(0..<count), problem)
      #expect(split.training == split.training.sorted(), problem)
      for label in Set(labels) {
        let all = labels.count { $0 == label }
        let chosen = split.validation.count { labels[$0] == label }
        #expect(abs(Double(chosen) - fraction * Double(all)) <= 1, problem)
        #expect(chosen < all, problem)
      }
    }
  }

  @Test("a split of a fifth has a fifth of the items")
  func share() {
    let labels = (0..<1797).map { $0 * 7 % 10 }
    let split = Split(labels: labels, validation: 0.2, seed: 0)
    #expect(split.validation.count == 359)
    #expect(split == Split(labels: labels, validation: 0.2, seed: 0))
    #expect(split != Split(labels: labels, validation: 0.2, seed: 1))
  }

  @Test("rows are given once and are there")
  func rows() throws {
    let split = try Split(count: 5, validationRows: [3, 0], source: "rows")
    #expect(split.training == [1, 2, 4] && split.validation == [0, 3])
    for rows in [[5], [-1], [1, 1]] {
      Attack.refused("rows \(rows)") {
        _ = try Split(count: 5, validationRows: rows, source: "rows")
      }
    }
  }

  @Test("lists of rows are numbers or JSON")
  func lists() throws {
    try withFolder { folder in
      func rows(_ text: String) throws -> [Int] {
        let path = "\(folder)/rows"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return try RowList.read(path)
      }
      let texts = [
        ("1, 2 3\r\n\n40\n", [1, 2, 3, 40]), (" [4, 5]", [4, 5]),
        ("{\"rows\": [1], \"test_rows\": [2, 3], \"x\": {}}", [2, 3]),
      ]
      for (text, expected) in texts {
        let found = try rows(text)
        #expect(found == expected)
      }
      for text in ["", "\n", "1\n2,x", "-1", "1e3", "[1.5]", "{}", "[", "{\"rows\": []}"] {
        Attack.refused(text) { _ = try rows(text) }
      }
      let error = Attack.refused("line") { _ = try rows("1\n2,x\n") }
      #expect(error?.subject.hasSuffix("rows, line 2") == true)
    }
  }

  @Test("an epoch's order has every item once, and is the same everywhere")
  func order() {
    for count in [0, 1, 2, 31, 1000] {
      let order = Shuffle.permutation(count: count, seed: 7, epoch: 3)
      #expect(order.sorted() == Array(0..<count))
    }
    let epochs = (0..<4).map { Shuffle.permutation(count: 50, seed: 7, epoch: $0) }
    #expect(Set(epochs).count == 4)
    // A resumed run must see the order that an earlier version made.
    #expect(Shuffle.permutation(count: 8, seed: 1, epoch: 0) == [5, 4, 1, 3, 7, 6, 0, 2])
  }

  @Test("each order of three is as likely")
  func fairness() {
    var counts: [[Int]: Int] = [:]
    for epoch in 0..<6000 {
      counts[Shuffle.permutation(count: 3, seed: 5, epoch: epoch), default: 0] += 1
    }
    #expect(counts.count == 6)
    #expect(counts.values.allSatisfy { (850...1150).contains($0) }, "\(counts)")
  }
}

/// A scratch folder that goes when the body ends.
func withFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("incept-data-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}
