import Foundation
import Imaging
import Incept
import TensorCore
import TestSupport
import Testing

@Suite("judging a classifier")
struct EvaluateTests {
  private static func session(_ weights: String? = nil) throws -> Session {
    try Session(try Model.load("digits_cnn", weights: weights), on: try Device.select())
  }

  @Test(
    "torch's digit classifier is as good on the held-out rows as its training said",
    .enabled(if: Fixtures.available, "no fixtures"), arguments: [1, 7, 64, 1000])
  func digits(_ batch: Int) throws {
    let weights = try Fixtures.url("models/digits_cnn_torch.safetensors").path
    let report = try Self.session(weights).evaluate(
      EvaluateOptions(
        data: Fixtures.url("digits/digits.csv.gz").path,
        rows: Fixtures.url("models/digits_cnn_torch.reference.json").path, batch: batch))
    #expect(report.right == 355 && report.data.images == 360 && report.data.available == 1797)
    #expect(abs(report.accuracy - 355.0 / 360) < 1e-12)
    #expect(report.topFive == nil)
    #expect(report.classes.map(\.label) == (0...9).map(String.init))
    #expect(report.classes.reduce(0) { $0 + $1.count } == 360)
    #expect(report.classes.reduce(0) { $0 + $1.right } == 355)
    #expect(report.confusion.reduce(0) { $0 + $1.count } == 360)
    #expect(report.mistakes.count == 5)
    for mistake in report.mistakes {
      #expect(mistake.label != mistake.predicted)
      #expect(mistake.probability > mistake.labelProbability)
      #expect(mistake.image.hasSuffix("digits.csv.gz, line \(mistake.row + 1)"))
    }
    let order = report.mistakes.map(\.labelProbability)
    #expect(order == order.sorted())
  }

  @Test("precision and recall are what their names say")
  func table() throws {
    try withFolder { folder in
      // The digits 3, 3 and 8 as three threes and a class without images that is taken for nothing.
      for (number, (name, sample)) in [("3", "3-a"), ("3", "3-b"), ("3", "8-a")].enumerated() {
        let target = "\(folder)/\(name)/\(number).png"
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: Fixtures.package.appendingPathComponent("Samples/digit-\(sample).png").path,
          toPath: target)
      }
      let report = try Self.session().evaluate(EvaluateOptions(data: folder, batch: 2))
      #expect(report.right == 2 && report.data.images == 3)
      let three = try #require(report.classes.first { $0.index == 3 })
      #expect(three.precision == 1 && abs(three.recall - 2.0 / 3) < 1e-12)
      let eight = try #require(report.classes.first { $0.index == 8 })
      #expect(eight.precision == 0 && eight.recall.isNaN && eight.count == 0)
      #expect(report.classes.map(\.index) == [3, 8])
      #expect(report.mistakes.map(\.image) == ["\(folder)/3/2.png"])
      #expect(try report.json().contains("\"recall\": null"))
      #expect(report.csv().contains("8,8,0,0,1,0.0,,digits_cnn"))
    }
  }

  @Test("class folders are found by name, by number, or not at all")
  func names() throws {
    try withFolder { folder in
      let sample = Fixtures.package.appendingPathComponent("Samples/digit-4-a.png").path
      func judge(_ name: String, labels: [String]? = nil) throws -> EvaluateReport {
        let data = "\(folder)/\(UUID().uuidString)"
        try FileManager.default.createDirectory(
          atPath: "\(data)/\(name)", withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: sample, toPath: "\(data)/\(name)/a.png")
        return try Self.session().evaluate(EvaluateOptions(data: data, labels: labels))
      }
      let words = [
        "zero", "one", "two", "three", "The Four", "five", "six", "seven", "eight", "nine",
      ]
      let right = [
        try judge("4").right, try judge("the_four", labels: words).right,
        try judge("4", labels: words).right,
      ]
      #expect(right == [1, 1, 1])
      let error = Attack.refused("unknown name") { _ = try judge("fuor", labels: words) }
      #expect(error?.subject.hasSuffix("/fuor") == true)
      Attack.refused("beyond the network's classes") { _ = try judge("12") }
      Attack.refused("a name twice") {
        _ = try judge("one", labels: ["one", "one"] + words.dropFirst(2))
      }
    }
  }

  @Test("pictures are drawn in every format, also of many classes and without mistakes")
  func pictures() throws {
    let session = try Self.session()
    try withFolder { folder in
      for name in ["0-a", "8-b"] {
        let digit = String(name.prefix(1))
        try FileManager.default.createDirectory(
          atPath: "\(folder)/data/\(digit)", withIntermediateDirectories: true)
        try FileManager.default.copyItem(
          atPath: Fixtures.package.appendingPathComponent("Samples/digit-\(name).png").path,
          toPath: "\(folder)/data/\(digit)/a.png")
      }
      for format in ["png", "svg", "pdf"] {
        let (matrix, mistakes) = ("\(folder)/c.\(format)", "\(folder)/m.\(format)")
        _ = try session.evaluate(
          EvaluateOptions(
            data: "\(folder)/data", confusion: PlotFile(matrix), mistakes: PlotFile(mistakes)))
        for file in [matrix, mistakes] {
          #expect(try Data(contentsOf: URL(fileURLWithPath: file)).count > 400, "\(file)")
        }
      }
    }
  }
}
