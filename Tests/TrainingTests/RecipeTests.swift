import Foundation
import TensorCore
import Testing
import Training

@Suite("Recipes of a training")
struct RecipeTests {
  private static let network = try? TrainableNetwork(
    .cnn(classes: 10), image: [28, 28, 1], classes: 10)

  @Test("the learning rate stays, falls by steps, or along half a cosine")
  func schedules() {
    func rates(_ schedule: Schedule) -> [Double] {
      [0, 9, 10, 19, 20, 39, 40].map { schedule.factor(step: $0, stepsPerEpoch: 10, epochs: 4) }
    }
    #expect(rates(.constant) == [1, 1, 1, 1, 1, 1, 1])
    #expect(rates(.step(epochs: 1, factor: 0.5)) == [1, 1, 0.5, 0.5, 0.25, 0.125, 0.0625])
    #expect(rates(.step(epochs: 2, factor: 0.1)) == [1, 1, 1, 1, 0.1, 0.1, 0.1 * 0.1])
    let cosine = rates(.cosine)
    #expect(cosine.first == 1 && abs(cosine[4] - 0.5) < 1e-12 && abs(cosine[6]) < 1e-12)
    #expect(cosine == cosine.sorted(by: >))
  }

  @Test("Adam's corrections are those of the paper", arguments: [1, 2, 7, 1000, 123_456])
  func corrections(_ step: Int) {
    let optimiser = Optimiser.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0)
    let rates = optimiser.rates(learningRate: 0.5, step: step - 1)
    #expect(rates.count == optimiser.rateCount && rates[0] == 0.5)
    for (rate, beta) in zip(rates.dropFirst(), [0.9, 0.999]) {
      let expected = 1 / (1 - pow(beta, Double(step)))
      #expect(abs(Double(rate) / expected - 1) < 1e-6)
    }
  }

  @Test("weights have the variance of their rule, biases are 0", arguments: Initialiser.allCases)
  func initialisers(_ rule: Initialiser) throws {
    let network = try #require(Self.network)
    let values = rule.parameters(of: network, seed: 3)
    #expect(values.count == network.parameterCount)
    for parameter in network.parameters {
      let own = values[parameter.offset..<parameter.offset + parameter.shape.elementCount]
        .map(Double.init)
      guard case .weights(let fanIn, let fanOut) = parameter.role else {
        #expect(own.allSatisfy { $0 == 0 })
        continue
      }
      let isGlorot = rule == .glorotNormal || rule == .glorotUniform
      let variance = isGlorot ? 2 / Double(fanIn + fanOut) : 2 / Double(fanIn)
      let found = own.reduce(0) { $0 + $1 * $1 } / Double(own.count)
      let spread = 4 * (2.5 / Double(own.count)).squareRoot()
      #expect(abs(found / variance - 1) < spread, "\(parameter.name): \(found), not \(variance)")
      if rule == .heUniform || rule == .glorotUniform {
        let bound = (3 * variance).squareRoot()
        #expect(own.allSatisfy { abs($0) <= bound * 1.000_001 })
      }
    }
  }

  @Test("the same seed gives the same weights, another others, and layers differ")
  func seeds() throws {
    let network = try #require(Self.network)
    let first = Initialiser.heNormal.parameters(of: network, seed: 1)
    #expect(first == Initialiser.heNormal.parameters(of: network, seed: 1))
    #expect(first != Initialiser.heNormal.parameters(of: network, seed: 2))
    let weights = network.parameters.filter { $0.name.hasSuffix("weight") }
    #expect(Set(weights.map { first[$0.offset] }).count == weights.count)
  }

  @Test("recipes say in what they differ")
  func differences() {
    var recipe = TrainingRecipe(
      optimiser: .sgd(momentum: 0.9, weightDecay: 0, nesterov: false), learningRate: 0.1,
      schedule: .constant, clip: nil, batch: 32, epochs: 3, seed: 1, initialiser: .heNormal)
    let old = recipe
    #expect(recipe.difference(from: old) == nil)
    recipe.batch = 16
    recipe.seed = 2
    #expect(recipe.difference(from: old) == "--batch 32, now 16, --seed 1, now 2")
  }
}
