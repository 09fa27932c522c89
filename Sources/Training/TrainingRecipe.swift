import Foundation

/// What decides the parameters of every step, besides network and data. A training that is resumed has the same.
package struct TrainingRecipe: Codable, Hashable, Sendable {
  package var optimiser: Optimiser
  package var learningRate: Double
  package var schedule: Schedule
  package var clip: Float?
  package var batch: Int
  package var epochs: Int
  package var seed: UInt64
  package var initialiser: Initialiser

  /// A recipe from its parts.
  package init(
    optimiser: Optimiser, learningRate: Double, schedule: Schedule, clip: Float?, batch: Int,
    epochs: Int, seed: UInt64, initialiser: Initialiser
  ) {
    self.optimiser = optimiser
    self.learningRate = learningRate
    self.schedule = schedule
    self.clip = clip
    self.batch = batch
    self.epochs = epochs
    self.seed = seed
    self.initialiser = initialiser
  }

  /// In what the recipes differ, for people; nil where in nothing.
  package func difference(from other: TrainingRecipe) -> String? {
    func line(_ name: String, _ own: some Equatable, _ others: some Equatable) -> String? {
      "\(own)" == "\(others)" ? nil : "\(name) \(others), now \(own)"
    }
    let lines = [
      line("optimizer", optimiser, other.optimiser), line("--lr", learningRate, other.learningRate),
      line("--schedule", schedule, other.schedule),
      line("--clip", clip.map { "\($0)" } ?? "none", other.clip.map { "\($0)" } ?? "none"),
      line("--batch", batch, other.batch), line("--epochs", epochs, other.epochs),
      line("--seed", seed, other.seed),
      line("--init", initialiser.rawValue, other.initialiser.rawValue),
    ].compactMap { $0 }
    return lines.isEmpty ? nil : lines.joined(separator: ", ")
  }

  /// What the step after `step` others gets as its rates.
  package func rates(step: Int, stepsPerEpoch: Int) -> [Float] {
    let factor = schedule.factor(step: step, stepsPerEpoch: stepsPerEpoch, epochs: epochs)
    return optimiser.rates(learningRate: learningRate * factor, step: step)
  }
}
