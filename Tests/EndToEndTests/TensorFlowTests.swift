import Foundation
import Imaging
import Incept
import TensorCore
import TestSupport
import Testing

@Suite(
  "Networks from TensorFlow files, on the device users get",
  .enabled(if: Fixtures.available, "needs ../shared/fixtures or $INCEPT_FIXTURES"))
struct TensorFlowTests {
  /// How far results may be from the recorded ones, as a part of the largest.
  private static let agreement = 1e-5
  private static let side = 224

  private struct Reference: Decodable {
    struct Activation: Decodable {
      let shape: [Int]
      let mean: Double
      let std: Double
      let index: [Int]
      let value: [Double]
    }

    let top5: [[Double]]
    let probabilities: [Double]
    let activations: [String: Activation]?
  }

  @Test(
    "the 2015 GoogLeNet knows how its pictures are prepared, and inner values are found by name")
  func inception5h() throws {
    let recorded = try JSONDecoder().decode(
      [String: Reference].self,
      from: Data(contentsOf: Fixtures.url("models/inception5h_style.reference.json")))
    let model = try Model.load(Fixtures.unpacked("models/inception5h_style.pb.xz").path)
    #expect(model.name == "inception5h")
    #expect(model.preprocessing == "caffe")
    #expect(model.labels == nil)
    let session = try Session(model, on: try Device.select())
    for (name, expected) in recorded {
      let (x, y) = try #require(Self.places[name])
      let report = try session.classify(
        [Fixtures.url("images/\(name)").path],
        options: ClassifyOptions(
          top: 1008, crop: .init(x: x, y: y, width: Self.side, height: Self.side)))
      let top = try #require(report.results.first).top
      #expect(top.prefix(5).map(\.index) == expected.top5.map { Int($0[0]) }, "\(name)")
      let error = top.map { abs($0.probability - expected.probabilities[$0.index]) }.max() ?? 1
      #expect(top.count == 1008 && error <= Self.agreement, "\(name): \(error)")
    }
    let zeros = HostTensor.filled([2, 224, 224, 3], with: 0)
    let results = try session.run(["input:0": zeros], outputs: ["mixed4c:0", "localresponsenorm0"])
    #expect(results.map(\.name) == ["output2", "mixed4c:0", "localresponsenorm0"])
    #expect(results[1].tensor.shape == [2, 14, 14, 512])
  }

  /// Corner of each picture's rectangle.
  private static let places = [
    "chelsea.png": (100, 0), "coffee.png": (188, 88), "astronaut.png": (144, 144),
  ]

  @Test("inner values of the 2015 GoogLeNet are TensorFlow's", arguments: Accuracy.allCases)
  func activations(accuracy: Accuracy) throws {
    let recorded = try JSONDecoder().decode(
      [String: Reference].self,
      from: Data(contentsOf: Fixtures.url("models/inception5h_style.reference.json")))
    let expected = try #require(recorded["chelsea.png"]?.activations)
    let (x, y) = try #require(Self.places["chelsea.png"])
    let input = try Preprocessing.caffe.tensor(
      of: try Image.decode(path: try Fixtures.url("images/chelsea.png").path), height: Self.side,
      width: Self.side, layout: .nhwc,
      crop: PixelRectangle(x: x, y: y, width: Self.side, height: Self.side))
    let model = try Model.load(Fixtures.unpacked("models/inception5h_style.pb.xz").path)
    let session = try Session(
      model, on: try Device.select(), options: SessionOptions(accuracy: accuracy))
    let names = expected.keys.sorted()
    let results = try session.run(["input": input], outputs: names)
    for name in names {
      let wanted = try #require(expected[name])
      let found = try #require(results.first { $0.name == name }).tensor
      #expect(Array(found.shape.dimensions.dropFirst()) == wanted.shape, "\(name)")
      let values = found.floats().map(Double.init)
      let largest = values.map(abs).max() ?? 0
      let error = zip(wanted.index, wanted.value).map { abs(values[$0] - $1) }.max() ?? 1
      #expect(error <= Self.agreement * largest, "\(name): \(error) of \(largest)")
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      #expect(abs(mean - wanted.mean) <= Self.agreement * largest, "\(name)")
      #expect(abs(variance.squareRoot() - wanted.std) <= Self.agreement * largest, "\(name)")
    }
  }
}
