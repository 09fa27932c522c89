import Foundation
import Imaging
import Incept
import Models
import Reference
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("the network that comes with Incept")
struct EmbeddedDigitsTests {
  private static func path(_ name: String) -> String {
    Fixtures.package.appendingPathComponent(name).path
  }

  private static let file = path("Sources/Models/Resources/digits_cnn.safetensors")
  private static let data = path("Samples/digits.csv.gz")
  private static let heldOut = path("Samples/digits-held-out.txt")

  private static func session(_ model: Model) throws -> Session {
    try Session(model, on: try Device.select())
  }

  /// The samples, and the digit that each one's name says.
  private static func samples() throws -> [(path: String, digit: String)] {
    try FileManager.default.contentsOfDirectory(atPath: path("Samples"))
      .filter { $0.hasPrefix("digit-") && $0.hasSuffix(".png") }.sorted()
      .map { (path("Samples/\($0)"), String($0.dropFirst("digit-".count).prefix(1))) }
  }

  /// The logits of a picture of numbers by the operators' definitions in Double.
  private static func logits(_ model: Model, _ pixels: [Float]) throws -> [Double] {
    let input = try #require(model.inputs.first)
    let tensor = HostTensor(shape: input.shape, floats: pixels)
    let results = try ReferenceEvaluator.evaluate(model.graph, feeding: [input.name: tensor])
    return try #require(results["logits"]).values
  }

  @Test("it is the file that `incept train` wrote, and that file has no more than it needs")
  func contents() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.file)))
    #expect(EmbeddedResources.digitsNetwork == bytes)
    #expect(bytes.count < 4 * 18_506 + 4096)
    let file = try Safetensors.read(path: Self.file)
    #expect(file.entries.count == 10)
    #expect(file.entries.reduce(0) { $0 + $1.tensor.elementCount } == 18_506)
    #expect(
      file.metadata.keys.sorted() == [
        "format", "incept.axis_order", "incept.device", "incept.graph", "incept.inputs",
        "incept.labels", "incept.outputs", "incept.preprocessing",
      ])
  }

  @Test("the name and the file are one network", arguments: 0..<5)
  func same(_ seed: UInt64) throws {
    var random = RandomSource(seed: seed)
    let pixels = (0..<64).map { _ in random.float(in: -1...3) }
    let embedded = try Model.load("digits_cnn")
    let expected = try Self.logits(Model.load(Self.file), pixels)
    let weighted = try Model.load("digits_cnn", weights: Self.file)
    for model in [embedded, weighted] {
      // Sums over the same products in another order.
      let found = try Self.logits(model, pixels)
      let largest = zip(found, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(largest < 1e-12, "\(model.weights), seed \(seed): \(largest)")
      #expect(model.name == "digits_cnn" && model.preprocessing == "normalised")
      #expect(model.labels == (0...9).map(String.init))
    }
  }

  @Test("every sample is read rightly and surely, black on white as well")
  func pictures() throws {
    let session = try Self.session(Model.load("digits_cnn"))
    let samples = try Self.samples()
    #expect(samples.count == 12)
    try withFolder { folder in
      var paths = samples.map(\.path)
      for (number, sample) in samples.enumerated() {
        let negative = "\(folder)/\(number).png"
        try Image.encodePNG(Image.decode(path: sample.path).negative(), to: negative)
        paths.append(negative)
      }
      let results = try session.classify(paths).results
      for (result, sample) in zip(results, samples + samples) {
        let top = try #require(result.top.first)
        #expect(top.label == sample.digit, "\(result.image)")
        // The least sure of them, a 2, has 0.988.
        #expect(top.probability > 0.95, "\(result.image): \(top.probability)")
      }
    }
  }

  @Test("98 % and more of the held-out digits are right")
  func heldOut() throws {
    let report = try Self.session(Model.load("digits_cnn")).evaluate(
      EvaluateOptions(data: Self.data, rows: Self.heldOut))
    #expect(report.data.images == 360 && report.data.available == 1797)
    #expect(report.accuracy >= 0.98)
    #expect(report.right == 358 && report.loss < 0.05)
  }

  @Test(
    "what was held out is what the fixtures' network was judged by",
    .enabled(if: Fixtures.available))
  func rows() throws {
    struct Reference: Decodable { let testRows: [Int] }
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let reference = try decoder.decode(
      Reference.self,
      from: Data(contentsOf: Fixtures.url("models/digits_cnn_torch.reference.json")))
    let rows = try String(contentsOfFile: Self.heldOut, encoding: .utf8)
      .split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
    #expect(rows == reference.testRows.sorted())
  }

  @Test("torch's weights keep their own preprocessing", .enabled(if: Fixtures.available))
  func torch() throws {
    let weights = try Fixtures.url("models/digits_cnn_torch_zip.pth").path
    let model = try Model.load("digits_cnn", weights: weights)
    #expect(model.preprocessing == "digits")
    let session = try Self.session(model)
    let samples = try Self.samples()
    for (result, sample) in zip(try session.classify(samples.map(\.path)).results, samples) {
      #expect(result.top.first?.label == sample.digit)
    }
    let report = try session.evaluate(EvaluateOptions(data: Self.data, rows: Self.heldOut))
    #expect(report.right == 355)
  }

  @Test("converted it keeps how pictures are prepared")
  func converted() throws {
    try withFolder { folder in
      let path = "\(folder)/digits.safetensors"
      let embedded = try Model.load("digits_cnn")
      _ = try embedded.write(safetensors: path)
      let pixels = (0..<64).map { Float($0 % 7) / 3 - 1 }
      let expected = try Self.logits(embedded, pixels)
      for model in [try Model.load(path), try Model.load("digits_cnn", weights: path)] {
        #expect(model.name == "digits_cnn" && model.preprocessing == "normalised")
        #expect(model.labels == embedded.labels)
        #expect(try Self.logits(model, pixels) == expected)
        let samples = try Self.samples()
        let results = try Self.session(model).classify(samples.map(\.path)).results
        #expect(results.map { $0.top.first?.label ?? "" } == samples.map(\.digit))
      }
    }
  }

  /// Trains for an epoch and returns the file.
  private func trained(_ folder: String, _ network: String) throws -> String {
    var options = TrainOptions(
      data: Self.data, output: "\(folder)/\(UUID().uuidString).safetensors")
    options.model = network
    options.epochs = 1
    return try Trainer(options, on: try Device.select()).run().output
  }

  /// `cnn` for 8x8 digits as a file describes it, with a function of choice behind the second convolution.
  private func described(_ function: String, _ path: String) throws -> String {
    let layers = [(16, 1, "relu"), (32, 2, function), (32, 2, "relu")].map {
      """
      {"type": "conv2d", "channels": \($0), "kernel": 3, "stride": \($1), "padding": 1, "activation": "\($2)"}
      """
    }
    try """
    {"layers": [\(layers.joined(separator: ", ")), {"type": "flatten"},
      {"type": "dense", "units": 32, "activation": "relu"}, {"type": "dense", "units": 10}]}
    """.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }

  @Test("what you trained fits the name; a network that only looks alike does not")
  func others() throws {
    try withFolder { folder in
      let own = try trained(folder, "cnn")
      let model = try Model.load("digits_cnn", weights: own)
      #expect(model.preprocessing == "normalised")
      let pixels = (0..<64).map { Float($0 % 5) / 2 - 1 }
      let pairs = zip(try Self.logits(model, pixels), try Self.logits(Model.load(own), pixels))
      #expect(pairs.allSatisfy { abs($0 - $1) < 1e-12 })
      // The same parameters, under the same names; but another function between them.
      let other = try trained(folder, described("elu", "\(folder)/alike.json"))
      #expect(try Model.load(other).name == "alike")
      let error = #expect(throws: InceptError.self) {
        try Model.load("digits_cnn", weights: other)
      }
      #expect(error?.category == .badData)
      // The same layers described in a file are the same network.
      let twin = try trained(folder, described("relu", "\(folder)/twin.json"))
      #expect(try Model.load("digits_cnn", weights: twin).name == "digits_cnn")
    }
  }
}
