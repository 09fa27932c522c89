import Foundation
import Incept
import TestSupport
import Testing

/// Whether this machine has an OpenCL device; without one the tests of sessions are skipped.
let hasDevice = !Device.list().isEmpty

/// A sample picture that comes with the package.
func sample(_ name: String) -> String {
  Fixtures.package.appendingPathComponent("Samples/\(name).png").path
}

@Suite("sessions", .enabled(if: hasDevice, "needs an OpenCL device"))
struct SessionTests {
  private let digits = [
    "digit-0-a", "digit-1-a", "digit-2-a", "digit-3-a", "digit-3-b", "digit-4-a", "digit-5-a",
    "digit-6-a", "digit-7-a", "digit-8-a", "digit-8-b", "digit-9-a",
  ]

  /// How far logits may differ between two plans of one network.
  private static let tolerance: Float = 1e-4

  private func session() throws -> Session {
    try Session(Model.load("digits_cnn"), on: Device.select())
  }

  @Test(
    "the embedded network reads every sample digit, in batches of any size",
    arguments: [1, 5, 12, 100])
  func classify(_ batch: Int) throws {
    let report = try session().classify(
      digits.map(sample), options: ClassifyOptions(top: 3, batch: batch))
    let expected = digits.map { String($0.dropFirst("digit-".count).prefix(1)) }
    #expect(report.results.map { $0.top.first?.label } == expected)
    for result in report.results {
      #expect(result.top.count == 3)
      #expect(result.top.map(\.probability) == result.top.map(\.probability).sorted(by: >))
      #expect(result.top.allSatisfy { (0...1).contains($0.probability) })
    }
  }

  @Test("probabilities of all classes sum to 1")
  func softmax() throws {
    let report = try session().classify([sample("digit-2-a")], options: ClassifyOptions(top: 10))
    let sum = try #require(report.results.first).top.reduce(0) { $0 + $1.probability }
    #expect(abs(sum - 1) < 1e-12)
  }

  @Test("inner values come in the framework's axis order and leave results as they are")
  func innerValues() throws {
    let session = try session()
    let input = HostTensor(shape: [1, 1, 8, 8], floats: (0..<64).map { Float($0) / 64 })
    let plain = try session.run(["input": input])
    let results = try session.run(["anything": input], outputs: ["conv1", "relu3", "flatten"])
    #expect(results.map(\.name) == ["logits", "conv1", "relu3", "flatten"])
    #expect(
      results.map(\.tensor.shape) == [[1, 10], [1, 16, 8, 8], [1, 32, 2, 2], [1, 128]])
    let difference = zip(plain[0].tensor.floats(), results[0].tensor.floats()).map { abs($0 - $1) }
    #expect(try #require(difference.max()) < Self.tolerance)
    #expect(results[1].tensor.floats().contains { $0 < 0 }, "conv1 is before its relu")
    #expect(results[2].tensor.floats().allSatisfy { $0 >= 0 })
  }

  @Test("each item of a batch gets what it gets alone")
  func batches() throws {
    let session = try session()
    let values: [[Float]] = (0..<3).map { item in
      (0..<64).map { position in Float((position * 7 + item * 31) % 17) / 17 }
    }
    let together = try session.run([
      "input": HostTensor(shape: [3, 1, 8, 8], floats: values.flatMap { $0 })
    ])
    for (item, value) in values.enumerated() {
      let alone = try session.run(["input": HostTensor(shape: [1, 1, 8, 8], floats: value)])
      let part = together[0].tensor.floats()[(item * 10)..<((item + 1) * 10)]
      for (a, b) in zip(alone[0].tensor.floats(), part) { #expect(abs(a - b) < Self.tolerance) }
    }
  }

  @Test("a prepared network is used again")
  func cache() throws {
    let session = try session()
    _ = try session.benchmark(MeasureOptions(runs: 1, warmup: 0))
    let built = session.buildMilliseconds
    _ = try session.benchmark(MeasureOptions(runs: 1, warmup: 0))
    #expect(session.buildMilliseconds == built)
    _ = try session.benchmark(MeasureOptions(runs: 1, warmup: 0, batch: 2))
    #expect(session.buildMilliseconds > built)
  }

  @Test(
    "a wrong shape is told with the right one",
    arguments: [[1, 8, 8], [1, 3, 8, 8], [0, 1, 8, 8], [1, 1, 9, 30]])
  func wrongShape(_ extents: [Int]) throws {
    let session = try session()
    let error = #expect(throws: InceptError.self) {
      try session.run(["input": .filled(Shape(extents), with: 0)])
    }
    #expect(error?.category == .badData)
    #expect(error?.description.contains("[1, 1, 8, 8]") == true)
    #expect(error?.description.contains("\(Shape(extents))") == true)
  }

  @Test("an unknown inner value is told with names like it")
  func unknownOutput() throws {
    let session = try session()
    let error = #expect(throws: InceptError.self) {
      try session.run(["input": .filled([1, 1, 8, 8], with: 0)], outputs: ["relu33"])
    }
    #expect(error?.category == .usage)
    #expect(error?.hint?.contains("relu3") == true)
  }

  @Test("profiles add up")
  func profile() throws {
    let report = try session().profile(
      image: sample("digit-7-a"), MeasureOptions(runs: 5, warmup: 1, batch: 2))
    #expect(report.batch == 2)
    #expect(report.runs == 5)
    #expect(!report.layers.isEmpty)
    let share = report.layers.reduce(0) { $0 + $1.share }
    #expect(abs(share - 1) < 1e-9)
    for layer in report.layers {
      #expect(layer.time.min > 0)
      #expect(layer.time.min <= layer.time.median && layer.time.median <= layer.time.p90)
      #expect(layer.queue >= 0)
      #expect(!layer.sources.isEmpty)
    }
    #expect(report.total.kernel > 0 && report.total.wall > 0 && report.total.unprofiledWall > 0)
    let slowest = report.sorted(by: .time, first: 2).layers
    #expect(slowest.count == 2)
    #expect(slowest[0].time.median == report.layers.map(\.time.median).max())
  }

  @Test("benchmarks measure what they say")
  func benchmark() throws {
    let report = try session().benchmark(MeasureOptions(runs: 10, warmup: 1, batch: 4))
    #expect(report.latency.min > 0)
    #expect(report.latency.min <= report.latency.median)
    #expect(report.latency.median <= report.latency.p90)
    #expect(report.latency.p90 <= report.latency.p99)
    #expect(report.throughput > 0)
    #expect(report.memory.weights > 0 && report.memory.arena > 0)
    #expect(report.memory.largestBuffer <= report.memory.weights + report.memory.arena)
    #expect(report.peakResidentBytes > 1 << 20)
  }

  @Test("all results are written, or none")
  func writing() throws {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appendingPathComponent("incept-\(UUID().uuidString)")
    defer { try? files.removeItem(at: folder) }
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    let input = folder.appendingPathComponent("in.npy").path
    try NPY.write(.filled([1, 1, 8, 8], with: 0.5), to: input)
    let session = try session()

    let good = folder.appendingPathComponent("good").path
    let report = try session.run(files: ["x": input], outputs: ["relu3"], to: good)
    #expect(try files.contentsOfDirectory(atPath: good).sorted() == ["logits.npy", "relu3.npy"])
    #expect(try NPY.read(path: "\(good)/relu3.npy").shape == [1, 32, 2, 2])
    #expect(report.outputs?.map(\.file) == ["\(good)/logits.npy", "\(good)/relu3.npy"])

    // A folder where a file must go.
    let bad = folder.appendingPathComponent("bad").path
    try files.createDirectory(atPath: "\(bad)/relu3.npy", withIntermediateDirectories: true)
    let error = #expect(throws: InceptError.self) {
      try session.run(files: ["x": input], outputs: ["relu3"], to: bad)
    }
    #expect(error?.category == .cannotCreate)
    #expect(try files.contentsOfDirectory(atPath: bad) == ["relu3.npy"])
  }
}
