import Foundation
import GraphIR
import Operators
import Reference
import TensorCore
import TestSupport
import Testing
import Training

@Suite("Descriptions of networks")
struct DescriptionTests {
  private static let all = """
    {"input": [12, 10, 3], "layers": [
      {"type": "conv2d", "channels": 8, "kernel": [3, 5], "stride": 2, "padding": "same", "name": "first"},
      {"type": "batch_norm", "momentum": 0.2, "activation": "relu"},
      {"type": "conv2d", "channels": 6, "kernel": 3, "dilation": 2, "padding": 2, "groups": 2, "bias": false,
       "activation": "tanh"},
      {"type": "max_pool2d", "size": 2}, {"type": "average_pool2d", "size": 2, "stride": 1, "padding": "same"},
      {"type": "activation", "function": "leaky_relu"}, {"type": "dropout", "rate": 0.5},
      {"type": "flatten"}, {"type": "dense", "units": 7, "activation": "gelu"},
      {"type": "dense", "units": 4, "bias": false}]}
    """

  private func decode(_ text: String) throws -> NetworkDescription {
    try NetworkDescription.decode(Data(text.utf8), subject: "net.json")
  }

  @Test("are read, written and read again as they were")
  func roundTrip() throws {
    let description = try decode(Self.all)
    let again = try decode(String(decoding: JSONEncoder().encode(description), as: UTF8.self))
    #expect(again == description)
    for standard in [NetworkDescription.cnn(classes: 10), .mlp(classes: 3)] {
      #expect(
        try decode(String(decoding: JSONEncoder().encode(standard), as: UTF8.self)) == standard)
    }
  }

  @Test("of every layer make graphs for training, judging and using")
  func graphs() throws {
    let network = try TrainableNetwork(
      try decode(Self.all), image: [12, 10, 3], classes: 4)
    #expect(network.statisticsCount == 16 && network.hasDropout)
    #expect(network.names[0] == "first" && network.names[2] == "conv2d_2")
    let graphs = TrainingGraph(network, batch: 5)
    let step = try graphs.step(.sgd(momentum: 0.9, weightDecay: 0, nesterov: false), clip: 1)
    try step.verify()
    let names = step.outputs.map(\.name)
    #expect(
      Set(names) == [
        "loss", "metrics.next", "parameters.next", "velocity.next", "statistics.next",
      ])
    try graphs.evaluation().verify()
    try graphs.diagnosis().verify()
  }

  @Test("have the tutorial's number of parameters")
  func counts() throws {
    let cnn = try TrainableNetwork(.cnn(classes: 10), image: [8, 8, 1], classes: 10)
    #expect(cnn.parameterCount == 160 + 4640 + 9248 + 4128 + 330)
    let mlp = try TrainableNetwork(.mlp(classes: 10), image: [8, 8, 1], classes: 10)
    #expect(mlp.parameterCount == 64 * 32 + 32 + 330)
    #expect(cnn.parameters.map(\.name).prefix(2) == ["conv2d_1.weight", "conv2d_1.bias"])
  }

  @Test("a network with its parameters as constants computes what the judged one does")
  func inference() throws {
    let network = try TrainableNetwork(try decode(Self.all), image: [12, 10, 3], classes: 4)
    var random = RandomSource(seed: 4)
    func numbers(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
      (0..<count).map { _ in random.float(in: range) }
    }
    let parameters = numbers(network.parameterCount, -0.5...0.5)
    let statistics = numbers(network.statisticsCount, 0.5...1)
    let image = HostTensor(shape: [2, 12, 10, 3], floats: numbers(720, -1...1))
    let graphs = TrainingGraph(network, batch: 2)
    func logits(_ graph: Graph, _ inputs: [String: HostTensor]) throws -> [Double] {
      let known = Set(graph.inputs.map { graph[$0].name })
      let results = try ReferenceEvaluator.evaluate(
        graph, feeding: inputs.filter { known.contains($0.key) })
      return try #require(results["logits"]).values
    }
    let all = [
      "input": image, "parameters": HostTensor(shape: [parameters.count], floats: parameters),
      "statistics": HostTensor(shape: [statistics.count], floats: statistics),
    ]
    let judged = try logits(try graphs.evaluation(), all)
    let used = try logits(
      try graphs.inference(parameters, statistics: statistics, name: "net"), all)
    #expect(judged == used && Set(judged).count == 8)
  }

  @Test(
    "flaws are named with their place",
    arguments: [
      ("{}", "layers"), ("[]", "array"), ("{\"layers\": []}", "0"),
      ("{\"layers\": [{\"type\": \"lstm\"}]}", "'lstm'"),
      ("{\"layers\": [{\"type\": \"dense\"}]}", "'units'"),
      ("{\"layers\": [{\"type\": \"dense\", \"units\": 0}]}", "units"),
      ("{\"layers\": [{\"type\": \"dense\", \"units\": 1e30}]}", "expected the description"),
      ("{\"layers\": [{\"type\": \"dense\", \"unit\": 3}]}", "'unit' of a dense"),
      ("{\"layers\": [{\"type\": \"conv2d\", \"channels\": 4, \"kernel\": [3]}]}", "kernel"),
      ("{\"layers\": [{\"type\": \"flatten\"}, {\"type\": \"dropout\", \"rate\": 1}]}", "[1].rate"),
      ("{\"layers\": [{\"type\": \"activation\", \"function\": \"swoosh\"}]}", "'swoosh'"),
    ])
  func flaws(_ text: String, _ part: String) throws {
    let error = #expect(throws: InceptError.self) { try decode(text) }
    #expect(String(describing: error).contains(part), "\(String(describing: error))")
  }

  @Test(
    "networks that don't fit the pictures are refused",
    arguments: [
      ("{\"layers\": [{\"type\": \"dense\", \"units\": 10}]}", "layer 'dense_1'"),
      ("{\"layers\": [{\"type\": \"flatten\"}, {\"type\": \"dense\", \"units\": 9}]}", "10 values"),
      ("{\"input\": [9, 9, 1], \"layers\": [{\"type\": \"flatten\"}]}", "[9, 9, 1]"),
      (
        "{\"layers\": [{\"type\": \"conv2d\", \"channels\": 10, \"kernel\": 9}]}",
        "layer 'conv2d_1'"
      ),
      (
        "{\"layers\": [{\"type\": \"flatten\", \"name\": \"a\"}, {\"type\": \"flatten\", \"name\": \"a\"}]}",
        "'a'"
      ),
    ])
  func misfits(_ text: String, _ part: String) throws {
    let description = try decode(text)
    let error = #expect(throws: InceptError.self) {
      try TrainableNetwork(description, image: [8, 8, 1], classes: 10)
    }
    #expect(String(describing: error).contains(part), "\(String(describing: error))")
  }

  @Test("damaged ones never end the process")
  func fuzzed() {
    let bytes = Array(Self.all.utf8)
    var random = RandomSource(seed: 5)
    for _ in 0..<500 {
      var damaged = bytes
      for _ in 0..<random.int(in: 1...5) {
        damaged[random.int(in: 0...bytes.count - 1)] = UInt8(random.int(in: 32...126))
      }
      guard
        let description = try? NetworkDescription.decode(Data(damaged), subject: "net.json"),
        let network = try? TrainableNetwork(description, image: [12, 10, 3], classes: 4)
      else { continue }
      _ = try? TrainingGraph(network, batch: 2).evaluation()
    }
  }
}
