import Foundation
import Incept
import TestSupport
import Testing

@Suite(
  "Networks from TensorFlow files, on the device users get",
  .enabled(if: Fixtures.available, "needs ../shared/fixtures or $INCEPT_FIXTURES"))
struct TensorFlowTests {
  /// How far a probability may be from the recorded one: resizing and float32 together.
  private static let resized = 0.002
  private static let side = 224

  @Test("MobileNet: top five and their probabilities, pictures one by one and in a batch")
  func mobileNet() throws {
    let recorded = try JSONDecoder().decode(
      [String: [[Double]]].self,
      from: Data(contentsOf: Fixtures.url("models/mobilenet_v1_025_224.top5.json")))
    let model = try Model.load(Fixtures.url("models/mobilenet_v1_025_224.pb").path)
    #expect(model.outputIsProbability)
    #expect(model.preprocessing == nil)
    let session = try Session(model, on: try Device.select())
    let names = recorded.keys.sorted()
    let paths = try names.map { try Fixtures.url("images/\($0)").path }
    for batch in [1, names.count] {
      let report = try session.classify(
        paths, options: ClassifyOptions(top: 5, batch: batch, preprocessing: "inception"))
      for (name, result) in zip(names, report.results) {
        let expected = try #require(recorded[name])
        #expect(result.top.map(\.index) == expected.map { Int($0[0]) }, "\(name)")
        for (found, wanted) in zip(result.top, expected) {
          #expect(abs(found.probability - wanted[1]) <= Self.resized, "\(name)")
        }
      }
    }
  }

  private struct Reference: Decodable {
    let top5: [[Double]]
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
    let places = ["chelsea.png": (100, 0), "coffee.png": (188, 88), "astronaut.png": (144, 144)]
    for (name, expected) in recorded {
      let (x, y) = try #require(places[name])
      let report = try session.classify(
        [Fixtures.url("images/\(name)").path],
        options: ClassifyOptions(
          top: 5, crop: .init(x: x, y: y, width: Self.side, height: Self.side)))
      let top = try #require(report.results.first).top
      #expect(top.map(\.index) == expected.top5.map { Int($0[0]) }, "\(name)")
      for (found, wanted) in zip(top, expected.top5) {
        #expect(abs(found.probability - wanted[1]) <= 1e-5, "\(name)")
      }
    }
    let zeros = HostTensor.filled([2, 224, 224, 3], with: 0)
    let results = try session.run(["input:0": zeros], outputs: ["mixed4c:0", "localresponsenorm0"])
    #expect(results.map(\.name) == ["output2", "mixed4c:0", "localresponsenorm0"])
    #expect(results[1].tensor.shape == [2, 14, 14, 512])
  }
}
