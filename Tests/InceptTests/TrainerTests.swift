import Foundation
import Incept
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("Training")
struct TrainerTests {
  private static let digits = (try? Fixtures.url("digits/digits.csv.gz").path) ?? ""

  /// Options for a short training in a folder of its own.
  private func options(
    _ folder: String, _ model: String = "cnn", epochs: Int = 3
  ) -> TrainOptions {
    var options = TrainOptions(data: Self.digits, output: "\(folder)/net.safetensors")
    options.model = model
    options.epochs = epochs
    return options
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("train-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func train(_ options: TrainOptions) throws -> TrainReport {
    try Trainer(options, on: try Device.select()).run()
  }

  private func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }

  @Test("learns the digits, and the written model knows them", .enabled(if: Fixtures.available))
  func learns() throws {
    try withFolder { folder in
      let report = try train(options(folder, epochs: 6))
      let best = try #require(report.bestEpoch)
      #expect(best.validationAccuracy > 0.95 && report.epochs.count == 6)
      #expect(report.epochs[5].trainingLoss < report.epochs[0].trainingLoss / 4)
      let model = try Model.load(report.output)
      let session = try Session(model, on: try Device.select())
      let judged = try session.classify([
        Fixtures.package.appendingPathComponent("Samples/digit-3-a.png").path
      ])
      #expect(judged.results.first?.top.first?.label == "3")
    }
  }

  @Test("the same seed gives the same bytes, another others", .enabled(if: Fixtures.available))
  func deterministic() throws {
    try withFolder { folder in
      var files: [Data] = []
      for (number, seed) in [7, 7, 8].enumerated() {
        var options = options("\(folder)", epochs: 2)
        options.output = "\(folder)/\(number).safetensors"
        options.seed = UInt64(seed)
        _ = try train(options)
        files.append(try bytes(options.output))
      }
      #expect(files[0] == files[1] && files[0] != files[2])
    }
  }

  @Test(
    "stopped anywhere and resumed it ends at the same bit",
    .enabled(if: Fixtures.available), arguments: [1, 20, 45, 46, 60, 100])
  func resumed(steps: Int) throws {
    try withFolder { folder in
      let whole = options(folder)
      _ = try train(whole)
      var stopped = options(folder)
      stopped.output = "\(folder)/again.safetensors"
      let counter = Counter()
      stopped.isStopped = { counter.next() >= steps }
      let report = try train(stopped)
      #expect(report.isInterrupted)
      var resumed = stopped
      resumed.isStopped = { false }
      resumed.resumes = true
      let rest = try train(resumed)
      #expect(rest.epochs.count == 3 && !rest.isInterrupted)
      #expect(try bytes(whole.output) == bytes(stopped.output))
      let (first, second) = (
        try Safetensors.read(path: whole.lastPath), try Safetensors.read(path: stopped.lastPath)
      )
      for name in first.names {
        #expect(first[name]?.floats() == second[name]?.floats(), "\(name)")
      }
    }
  }

  @Test(
    "a state never claims a best model that is not written", .enabled(if: Fixtures.available))
  func modelBeforeState() throws {
    try withFolder { folder in
      let whole = options(folder, epochs: 2)
      _ = try train(whole)
      var options = options(folder, epochs: 2)
      options.output = "\(folder)/again.safetensors"
      // The first write of the model fails, as a kill right before it would keep it away.
      let files = FileManager.default
      try files.createDirectory(
        atPath: "\(options.output)/full", withIntermediateDirectories: true)
      #expect(throws: InceptError.self) { try train(options) }
      #expect(!files.fileExists(atPath: options.lastPath))
      try files.removeItem(atPath: options.output)
      options.resumes = true
      _ = try train(options)
      #expect(try bytes(options.output) == bytes(whole.output))
    }
  }

  @Test("a training is resumed only as it was begun", .enabled(if: Fixtures.available))
  func others() throws {
    try withFolder { folder in
      var options = options(folder, epochs: 1)
      _ = try train(options)
      options.resumes = true
      for (change, part): ((inout TrainOptions) -> Void, String) in [
        ({ $0.seed = 2 }, "--seed 1, now 2"), ({ $0.batch = 16 }, "--batch 32, now 16"),
        ({ $0.model = "mlp" }, "network"), ({ $0.validation = 0.5 }, "pictures"),
      ] {
        var other = options
        change(&other)
        let error = #expect(throws: InceptError.self) { try train(other) }
        #expect(String(describing: error).contains(part))
      }
    }
  }

  @Test(
    "values that grow without bound end it, naming the first layer that has one",
    .enabled(if: Fixtures.available),
    // Each layer multiplies what the one before has grown to: the larger the rate, the earlier the first infinity.
    arguments: [(1e3, "dense_2"), (1e4, "dense_1"), (1e6, "conv2d_2")])
  func diverged(_ rate: Double, _ layer: String) throws {
    try withFolder { folder in
      var options = options(folder)
      options.optimizer = .sgd
      options.learningRate = rate
      let error = try #require(#expect(throws: InceptError.self) { try train(options) })
      #expect(error.description.contains("as a result of layer '\(layer)'"), "\(error)")
      #expect(error.description.contains("epoch 1, step"), "\(error)")
      #expect(error.hint == "a lower --lr, or --clip 1, keeps values small")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }

  @Test(
    "a training that diverges later names the state that is there",
    .enabled(if: Fixtures.available))
  func divergedLater() throws {
    try withFolder { folder in
      var options = options(folder, epochs: 3)
      options.optimizer = .sgd
      options.schedule = .step(epochs: 1, factor: 1e12)
      let error = try #require(#expect(throws: InceptError.self) { try train(options) })
      #expect(error.description.contains("epoch 2, step"), "\(error)")
      #expect(
        error.hint?.hasSuffix("; \(options.lastPath) has the state that was saved last") == true)
      #expect(FileManager.default.fileExists(atPath: options.lastPath))
    }
  }

  @Test("every kind of layer, schedule and optimizer trains", .enabled(if: Fixtures.available))
  func kinds() throws {
    try withFolder { folder in
      let network = "\(folder)/net.json"
      try """
      {"layers": [{"type": "conv2d", "channels": 8, "kernel": 3, "padding": "same", "bias": false},
        {"type": "batch_norm", "activation": "relu"}, {"type": "max_pool2d", "size": 2},
        {"type": "conv2d", "channels": 8, "kernel": 3, "padding": 1, "groups": 2, "activation": "silu"},
        {"type": "average_pool2d", "size": 2}, {"type": "dropout", "rate": 0.2}, {"type": "flatten"},
        {"type": "dense", "units": 10}]}
      """.write(toFile: network, atomically: true, encoding: .utf8)
      for (number, optimizer) in TrainOptions.Optimizer.allCases.enumerated() {
        var options = options(folder, network, epochs: 4)
        options.optimizer = optimizer
        options.clip = number == 0 ? 1 : nil
        options.schedule = [.constant, .step(epochs: 2, factor: 0.5), .cosine][number]
        options.initializer = [.glorotUniform, .heUniform, .glorotNormal][number]
        options.history = ["\(folder)/h.csv", "\(folder)/h.svg"]
        let report = try train(options)
        #expect((report.bestEpoch?.validationAccuracy ?? 0) > 0.5, "\(optimizer)")
        let lines = try String(contentsOfFile: "\(folder)/h.csv", encoding: .utf8)
        #expect(lines.split(separator: "\n").count == 5)
      }
    }
  }

  @Test("pictures that can't be trained on are refused", .enabled(if: Fixtures.available))
  func refused() throws {
    try withFolder { folder in
      for (change, part): ((inout TrainOptions) -> Void, String) in [
        ({ $0.validation = 0 }, "to judge by"), ({ $0.data = "\(folder)/none" }, "none"),
        ({ $0.model = "\(folder)/none.json" }, "none.json"),
        ({ $0.history = ["\(folder)/h.tiff"] }, "h.tiff"),
        ({ $0.output = "\(folder)/no/such/folder/x.safetensors" }, "no/such/folder"),
      ] {
        var options = options(folder, epochs: 1)
        change(&options)
        let error = #expect(throws: InceptError.self) { try train(options) }
        #expect(String(describing: error).contains(part))
      }
    }
  }
}

/// Counts calls.
private final class Counter: @unchecked Sendable {
  // SAFETY: trainers ask from one thread.
  private var count = 0

  func next() -> Int {
    count += 1
    return count
  }
}
