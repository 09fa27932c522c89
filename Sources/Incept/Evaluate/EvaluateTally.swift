import Foundation

/// Counts what a network says of images.
struct EvaluateTally {
  /// Number of classes.
  let classes: Int
  private var pairs: [Int: Int] = [:]
  private var loss = 0.0
  private var amongFive = 0
  private(set) var images = 0
  /// The worst mistakes so far, in no order.
  private var worst: [Mistake] = []

  /// An image that the network was wrong about.
  struct Mistake {
    let row: Int
    let label: Int
    let predicted: Int
    let probability: Double
    let labelProbability: Double
  }

  init(classes: Int) { self.classes = classes }

  /// Notes what the network said of an image of class `label`.
  mutating func add(_ scores: Pictures.Scores, label: Int, row: Int) {
    guard let best = scores.top(1).first else { return }
    images += 1
    pairs[label * classes + best.index, default: 0] += 1
    // The smallest float32 above 0: a probability that was rounded to 0.
    loss -= log(max(scores[label], 1.4e-45))
    if scores.rank(of: label) < 5 { amongFive += 1 }
    guard best.index != label else { return }
    worst.append(
      Mistake(
        row: row, label: label, predicted: best.index, probability: best.probability,
        labelProbability: scores[label]))
    if worst.count >= 4 * EvaluateReport.mistakeLimit { worst = mistakes }
  }

  /// The worst mistakes, the worst first: those that gave the class the lowest probability.
  var mistakes: [Mistake] {
    Array(
      worst.sorted {
        ($0.labelProbability, $1.probability, $0.row) < (
          $1.labelProbability, $0.probability, $1.row
        )
      }
      .prefix(EvaluateReport.mistakeLimit))
  }

  /// Images that the network was right about.
  var right: Int { (0..<classes).reduce(0) { $0 + (pairs[$1 * classes + $1] ?? 0) } }
  /// Cross-entropy.
  var meanLoss: Double { loss / Double(max(images, 1)) }
  /// The share of images whose class is among the five most probable; nil for ten classes or fewer.
  var topFive: Double? { classes > 10 ? Double(amongFive) / Double(max(images, 1)) : nil }

  /// The cells of the confusion matrix that have images, in order.
  var confusion: [EvaluateReport.Pair] {
    pairs.sorted { $0.key < $1.key }.map { key, count in
      .init(label: key / classes, predicted: key % classes, count: count)
    }
  }

  /// The classes that occur, and those of `further`.
  func table(_ further: some Sequence<Int>, name: (Int) -> String) -> [EvaluateReport.Class] {
    var (counts, predicted): ([Int: Int], [Int: Int]) = ([:], [:])
    for pair in confusion {
      counts[pair.label, default: 0] += pair.count
      predicted[pair.predicted, default: 0] += pair.count
    }
    return Set(counts.keys).union(predicted.keys).union(further).sorted().map { index in
      let right = pairs[index * classes + index] ?? 0
      let (count, taken) = (counts[index] ?? 0, predicted[index] ?? 0)
      return .init(
        index: index, label: name(index),
        precision: taken > 0 ? Double(right) / Double(taken) : .nan,
        recall: count > 0 ? Double(right) / Double(count) : .nan, count: count, right: right,
        predicted: taken)
    }
  }
}
