import Foundation
import GraphIR
import Incept
import Operators
import TensorCore
import TestSupport
import Testing
import Training

/// Fifty steps beside PyTorch's from the same weights on the same batches; `tools/oracles/torch_training.py` makes the
/// losses and tells the rule of the weights.
@Suite("Training follows PyTorch", .serialized)
struct TrainingReferenceTests {
  private struct Document: Decodable {
    var cases: [Case]
  }

  struct Case: Decodable, CustomTestStringConvertible {
    var network: String
    var optimizer: String
    var clip: Float?
    var losses: [Double]

    var testDescription: String {
      "\(network), \(optimizer), clip \(clip.map { "\($0)" } ?? "none")"
    }
  }

  private static let cases: [Case] = {
    let url = Fixtures.package.appendingPathComponent(
      "Tests/InceptTests/Fixtures/torch_training.json")
    guard let data = try? Data(contentsOf: url) else { return [] }
    return (try? JSONDecoder().decode(Document.self, from: data).cases) ?? []
  }()

  @Test("the fixture has its cases")
  func fixture() {
    #expect(Self.cases.count == 12 && Self.cases.allSatisfy { $0.losses.count == 50 })
  }

  @Test(
    "the loss of 50 steps is PyTorch's within a thousandth", .enabled(if: Fixtures.available),
    arguments: cases)
  func losses(_ example: Case) throws {
    let network = try TrainableNetwork(
      try description(example.network), image: [8, 8, 1], classes: 10)
    let (images, labels) = try digits()
    for info in Device.list() where info.isUsable {
      var machine = try TrainingDevice(
        network, recipe(example), on: info, cache: .standard())
      var state = machine.initialState()
      state["parameters"] = weights(network)
      try machine.load(state, batch: 32)
      var furthest = 0.0
      for step in 0..<50 {
        let rows = (0..<32).map { (32 * step + $0) % labels.count }
        let loss = try machine.step(
          HostTensor(shape: [32, 8, 8, 1], floats: rows.flatMap { images[$0] }),
          HostTensor(shape: [32], int32s: rows.map { labels[$0] }),
          rates: machine.recipe.rates(step: step, stepsPerEpoch: 50), seed: 0)
        furthest = max(furthest, abs(Double(loss) - example.losses[step]))
      }
      #expect(furthest < 1e-3, "\(info.name): \(furthest)")
    }
  }

  private func recipe(_ example: Case) -> TrainingRecipe {
    let optimiser: Optimiser =
      switch example.optimizer {
      case "sgd": .sgd(momentum: 0.9, weightDecay: 0, nesterov: false)
      case "adam": .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01)
      default: .adamW(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.05)
      }
    return TrainingRecipe(
      optimiser: optimiser, learningRate: example.optimizer == "sgd" ? 0.02 : 0.002,
      schedule: .constant, clip: example.clip, batch: 32, epochs: 1, seed: 1,
      initialiser: .heNormal)
  }

  private func description(_ name: String) throws -> NetworkDescription {
    switch name {
    case "cnn": return .cnn(classes: 10)
    case "mlp": return .mlp(classes: 10)
    default:
      let json = """
        {"layers": [{"type": "conv2d", "channels": 8, "kernel": 3, "padding": 1, "bias": false},
          {"type": "batch_norm", "activation": "relu"}, {"type": "max_pool2d", "size": 2},
          {"type": "conv2d", "channels": 12, "kernel": 3, "padding": 2, "dilation": 2, "groups": 2,
           "activation": "tanh"}, {"type": "average_pool2d", "size": 2}, {"type": "flatten"},
          {"type": "dense", "units": 10}]}
        """
      return try NetworkDescription.decode(Data(json.utf8), subject: "net.json")
    }
  }

  private func weights(_ network: TrainableNetwork) -> [Float] {
    var values = [Float](repeating: 0, count: network.parameterCount)
    for parameter in network.parameters {
      for index in 0..<parameter.shape.elementCount {
        switch parameter.role {
        case .scale: values[parameter.offset + index] = 1
        case .bias, .shift: break
        case .weights(let fanIn, _):
          let value = Double(hash(UInt32(index) + 1) >> 8) / Double(1 << 23) - 1
          values[parameter.offset + index] = Float(value * (6 / Double(fanIn)).squareRoot())
        }
      }
    }
    return values
  }

  /// Wellons's lowbias32.
  private func hash(_ number: UInt32) -> UInt32 {
    var bits = number
    bits = (bits ^ (bits >> 16)) &* 0x7feb_352d
    bits = (bits ^ (bits >> 15)) &* 0x846c_a68b
    return bits ^ (bits >> 16)
  }

  private func digits() throws -> (images: [[Float]], labels: [Int32]) {
    let unzip = Process()
    unzip.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    unzip.arguments = ["gzip", "-dc", try Fixtures.url("digits/digits.csv.gz").path]
    let pipe = Pipe()
    unzip.standardOutput = pipe
    try unzip.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let rows = text.split(separator: "\n").map { line in
      line.split(separator: ",").compactMap { Float($0) }
    }
    return (rows.map { $0.dropLast().map { $0 / 8 - 1 } }, rows.map { Int32($0[64]) })
  }
}
