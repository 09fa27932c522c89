import TensorCore

/// Which items of a set a network is trained on, and which it is judged by. Both in rising order, none in both.
package struct Split: Sendable, Hashable {
  /// Items to train on.
  package var training: [Int]
  /// Items to judge by.
  package var validation: [Int]

  /// Every item for training.
  package init(count: Int) {
    training = Array(0..<count)
    validation = []
  }

  /// A part of every class for validation: `fraction` of the items in all, and of each class to within one item.
  ///
  /// A class keeps at least one item for training. Which items, `seed` determines.
  package init(labels: [Int], validation fraction: Double, seed: UInt64) {
    let classes = Dictionary(grouping: labels.indices, by: { labels[$0] }).sorted {
      $0.key < $1.key
    }
    let fraction = max(0, min(1, fraction))
    var shares = classes.map { min(Int(fraction * Double($0.value.count)), $0.value.count - 1) }
    let total = Int((fraction * Double(labels.count)).rounded())
    // Those that lost most by rounding down get what is left, the first of equals first.
    let losses = classes.indices.sorted { first, second in
      let lost = [first, second].map { number in
        fraction * Double(classes[number].value.count) - Double(shares[number])
      }
      return lost[0] == lost[1] ? first < second : lost[0] > lost[1]
    }
    var missing = total - shares.reduce(0, +)
    for number in losses where missing > 0 && shares[number] < classes[number].value.count - 1 {
      shares[number] += 1
      missing -= 1
    }
    var chosen = [Bool](repeating: false, count: labels.count)
    for (number, (label, items)) in classes.enumerated() {
      var items = items
      var random = SeededRandom(
        seed: seed, stream: 0x5370_6C69_7400_0000 ^ UInt64(bitPattern: Int64(label)))
      random.shuffle(&items)
      for item in items.prefix(max(shares[number], 0)) { chosen[item] = true }
    }
    training = labels.indices.filter { !chosen[$0] }
    validation = labels.indices.filter { chosen[$0] }
  }

  /// The given rows of a set for validation, all others for training.
  ///
  /// - Throws: `.badData` about `source` for rows that the set doesn't have or that are listed twice, and where none
  ///   are left for training.
  package init(count: Int, validationRows rows: [Int], source: String) throws(InceptError) {
    var chosen = [Bool](repeating: false, count: count)
    for row in rows {
      guard chosen.indices.contains(row) else {
        throw InceptError(
          .badData, subject: source, expected: "expected rows from 0 to \(count - 1)",
          found: "\(row)")
      }
      guard !chosen[row] else {
        throw InceptError(
          .badData, subject: source, expected: "expected every row once", found: "\(row) twice")
      }
      chosen[row] = true
    }
    training = chosen.indices.filter { !chosen[$0] }
    validation = chosen.indices.filter { chosen[$0] }
  }
}
