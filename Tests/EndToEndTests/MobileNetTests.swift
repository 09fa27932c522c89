import Foundation
import Incept
import TestSupport
import Testing

@Suite(
  "MobileNet from a whole Keras file, on the device users get",
  .enabled(if: Fixtures.available, "needs ../shared/fixtures or $INCEPT_FIXTURES"))
struct MobileNetTests {
  /// How far a probability may be from the recorded one: resizing and float32 together.
  private static let probability = 0.002

  @Test("top five and their probabilities for every picture, pictures one by one and in a batch")
  func topFive() throws {
    let recorded = try JSONDecoder().decode(
      [String: [[Double]]].self,
      from: Data(contentsOf: Fixtures.url("models/mobilenet_v1_025_224.top5.json")))
    let model = try Model.load(Fixtures.url("models/mobilenet_v1_025_224.h5").path)
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
          #expect(abs(found.probability - wanted[1]) <= Self.probability, "\(name)")
        }
      }
      let coffee = try #require(names.firstIndex(of: "coffee.png"))
      #expect(report.results[coffee].top.first?.label == "espresso")
    }
  }
}
