import Foundation
import GraphIR
import Incept
import OpenCLBackend
import Operators
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("comparing layer by layer", .enabled(if: hasDevice, "needs an OpenCL device"))
struct CompareTests {
  private func session(_ model: Model, _ options: SessionOptions = SessionOptions()) throws
    -> Session
  {
    try Session(model, on: Device.select(), options: options)
  }

  private static let layers = ["relu1", "relu2", "relu3", "flatten", "relu4", "fc2"]

  /// The digit classifier's own activations, fused ones too, and its input.
  private func activations(_ session: Session) throws -> [String: HostTensor] {
    let input = HostTensor(shape: [1, 1, 8, 8], floats: (0..<64).map { Float($0 * 7 % 17) / 17 })
    let names = Self.layers + ["conv1", "conv2", "conv3", "fc1"]
    let results = try session.run(["input": input], outputs: names)
    return Dictionary(results.map { ($0.name, $0.tensor) }, uniquingKeysWith: { $1 })
      .merging(["input": input]) { $1 }
  }

  private func compare(
    _ session: Session, _ tensors: [String: HostTensor],
    _ options: CompareOptions = CompareOptions()
  ) throws -> CompareReport {
    try withFolder { folder in
      let path = "\(folder)/activations.safetensors"
      try Safetensors.write(tensors.map { ($0.key, $0.value) }, metadata: [:], to: path)
      var options = options
      options.against = .file(path)
      return try session.compare(options)
    }
  }

  private func disturbed(
    _ tensor: HostTensor?, at index: Int, by change: (Float) -> Float
  ) throws -> HostTensor {
    let tensor = try #require(tensor)
    var values = tensor.floats()
    values[index] = change(values[index])
    return HostTensor(shape: tensor.shape, floats: values)
  }

  // MARK: The reference

  @Test(
    "a right network agrees with the reference, every layer of it",
    arguments: Incept.Accuracy.allCases)
  func reference(_ accuracy: Incept.Accuracy) throws {
    let session = try session(
      Model.load("digits_cnn"), SessionOptions(accuracy: accuracy))
    let report = try session.compare()
    #expect(report.agrees && report.firstBad == nil && report.results.isEmpty)
    #expect(report.layers.map(\.name) == ["input.nhwc"] + Self.layers)
    for layer in report.layers {
      #expect(layer.error.relativeError < 1e-5 && layer.error.cosine > 0.999_999)
      // Views compute nothing of their own.
      #expect((layer.own == nil) == layer.variant.isEmpty)
    }
    let convolution = try #require(report.layers.first { $0.name == "relu1" })
    #expect(convolution.shape == [1, 16, 8, 8], "the framework's axis order")
    #expect(convolution.sources == ["conv1", "relu1"])
    #expect(report.inputs.map(\.source) == ["made up, -1 to 1, seed 1"])
  }

  @Test("what fusion has swallowed is compared where it is asked for")
  func inner() throws {
    let report = try session(Model.load("digits_cnn")).compare(CompareOptions(outputs: ["conv2"]))
    #expect(report.agrees)
    #expect(report.layers.filter(\.isApart).map(\.name) == ["conv2"])
    let names = report.layers.map(\.name)
    #expect(names.firstIndex(of: "conv2") == names.firstIndex(of: "relu2").map { $0 - 1 })
  }

  @Test("random networks agree, whatever passes have made of their layers", arguments: 0..<8)
  func randomNetworks(_ seed: UInt64) throws {
    let (graph, feeds) = try GraphGenerator.randomGraph(seed: seed)
    let report = try session(Model(graph)).compare(
      CompareOptions(tolerance: 1e-3, inputs: feeds))
    #expect(report.agrees, "seed \(seed): \(report.text())")
  }

  @Test("random networks of integers and bools agree exactly", arguments: 0..<6)
  func typedNetworks(_ seed: UInt64) throws {
    let (graph, feeds) = try TypedGraphGenerator.randomGraph(seed: seed)
    let report = try session(Model(graph)).compare(CompareOptions(tolerance: 1e-3, inputs: feeds))
    #expect(report.agrees, "seed \(seed): \(report.text())")
  }

  // MARK: Mistakes

  @Test("a kernel that is wrong is found, and that it is the kernel")
  func wrongKernel() throws {
    var options = CompareOptions()
    options.fault = { plan in
      for (index, launch) in plan.launches.enumerated() where launch.label == "relu2" {
        plan.launches[index].kernel = launch.kernel.scalingResults(by: "1.01f")
      }
    }
    let report = try session(Model.load("digits_cnn")).compare(options)
    #expect(report.firstBad?.name == "relu2" && report.firstBad?.cause == .kernel)
    let later = report.layers.drop { $0.name != "relu2" }.dropFirst()
    #expect(later.allSatisfy { !$0.isWithin }, "errors are passed on")
    #expect(later.allSatisfy { ($0.own?.relativeError ?? 0) < 1e-5 }, "the others are right")
    options.isIsolated = true
    let isolated = try session(Model.load("digits_cnn")).compare(options)
    #expect(isolated.layers.filter { !$0.isWithin }.map(\.name) == ["relu2"])
  }

  @Test("a value that is overwritten before it is read is found, and that it is the memory")
  func wrongMemory() throws {
    var options = CompareOptions()
    options.fault = { plan in
      // relu1 is written once more, after its value was read: relu2 gets another.
      guard let index = plan.launches.firstIndex(where: { $0.label == "relu1" }) else { return }
      var spoiler = plan.launches[index]
      spoiler.node = nil
      spoiler.kernel = spoiler.kernel.scalingResults(by: "2.0f")
      plan.launches.insert(spoiler, at: index + 1)
    }
    let session = try session(Model.load("digits_cnn"), SessionOptions(queue: .inOrder))
    let report = try session.compare(options)
    #expect(report.firstBad?.name == "relu2" && report.firstBad?.cause == .memory)
  }

  @Test("a wrong value in a file is found at its layer, and that the kernel is right")
  func wrongValue() throws {
    let session = try session(Model.load("digits_cnn"))
    let sound = try activations(session)
    #expect(try compare(session, sound).agrees)
    for name in ["relu1", "relu3", "fc2"] {
      var tensors = sound
      tensors[name] = try disturbed(tensors[name], at: 3) { $0 + 1 }
      let report = try compare(session, tensors)
      #expect(report.firstBad?.name == name)
      #expect(report.firstBad?.cause == .definition)
      #expect(report.layers.filter { !$0.isWithin }.map(\.name) == [name])
      let layer = try #require(report.layers.first { $0.name == name })
      #expect(abs(layer.error.maxError - 1) < 1e-3)
      let worst = try #require(layer.error.worst?.index)
      #expect(zip(worst, Shape(layer.shape).denseStrides).reduce(0) { $0 + $1.0 * $1.1 } == 3)
    }
  }

  @Test("weights that are wrong in the middle of a network are found where they are")
  func wrongWeights() throws {
    let right = try session(Model.load("digits_cnn"))
    var graph = try Model.load("digits_cnn").graph
    let id = try #require(graph.node(named: "conv2.weight")?.id ?? graph.constant(before: "conv2"))
    let weights = try #require((graph[id].op as? Constant)?.tensor)
    try graph.replace(
      id, with: Constant(disturbed(weights.converted(), at: 40) { $0 + 0.5 }), inputs: [])
    let wrong = try session(Model(graph))
    var tensors = try activations(right)
    // As people have them who call functions without names in between.
    for name in ["conv1", "conv2", "conv3", "fc1", "flatten"] { tensors[name] = nil }
    let report = try compare(wrong, tensors)
    #expect(report.firstBad?.name == "relu2" && report.firstBad?.cause == .definition)
  }

  @Test("a NaN that should not be, or is missing, is no rounding error", arguments: [true, false])
  func notANumber(_ isInf: Bool) throws {
    let session = try session(Model.load("digits_cnn"))
    var tensors = try activations(session)
    tensors["relu2"] = try disturbed(tensors["relu2"], at: 5) { _ in isInf ? .infinity : .nan }
    let report = try compare(session, tensors, CompareOptions(tolerance: 1e6))
    #expect(report.firstBad?.name == "relu2")
    let error = try #require(report.layers.first { $0.name == "relu2" }).error
    #expect(error.nanCount == 0 && error.infinityCount == 0 && error.mismatchCount == 1)
    #expect(error.expectedNaNCount == (isInf ? 0 : 1))
    #expect(error.expectedInfinityCount == (isInf ? 1 : 0))
    #expect(error.worst?.expected == nil && error.worst?.actual != nil)
  }

  @Test("an error of just the tolerance is accepted, and not a bit more")
  func edge() throws {
    let session = try session(Model.load("digits_cnn"))
    var tensors = try activations(session)
    tensors["fc2"] = try disturbed(tensors["fc2"], at: 2) { $0 + 0.25 }
    let error = try #require(try compare(session, tensors).layers.last).error.relativeError
    #expect(error > 0)
    #expect(try compare(session, tensors, CompareOptions(tolerance: error)).agrees)
    #expect(try !compare(session, tensors, CompareOptions(tolerance: error.nextDown)).agrees)
  }

  // MARK: Files

  @Test("files name layers that others do not have, and lack some that others have")
  func names() throws {
    let session = try session(Model.load("digits_cnn"))
    let sound = try activations(session)
    var tensors = sound.filter { ["input", "relu2", "logits"].contains($0.key) }
    tensors["aux.loss"] = tensors["logits"]
    let report = try compare(session, tensors)
    #expect(report.agrees)
    #expect(report.layers.map(\.name) == ["relu2", "logits"])
    #expect(report.unmatched == ["aux.loss"])
    #expect(report.missing == ["relu1", "relu3", "relu4"])
    #expect(report.layers.allSatisfy { $0.own == nil }, "what comes in isn't known")
  }

  @Test("files that can't be compared with say why")
  func refused() throws {
    let session = try session(Model.load("digits_cnn"))
    let sound = try activations(session)
    let input = try #require(sound["input"])
    func refusal(_ tensors: [String: HostTensor]) -> InceptError? {
      do {
        _ = try compare(session, tensors)
        return nil
      } catch {
        return error as? InceptError
      }
    }
    let strangers = refusal(["input": input, "a": input])
    #expect(strangers?.category == .badData && strangers?.expectation.contains("fc2") == true)
    let blind = refusal(["relu2": try #require(sound["relu2"])])
    #expect(blind?.category == .usage && blind?.subject == "input 'input'")
    let relu = try #require(sound["relu2"])
    let other = refusal(["input": input, "relu2": relu.permuted([0, 2, 3, 1])])
    #expect(other?.category == .badData && other?.subject.hasPrefix("'relu2'") == true)
    #expect(other?.hint?.contains("axes") == true)
    // Ones more or less are the same.
    #expect(
      refusal([
        "input": input, "relu2": relu.reshaped(Shape(Array(relu.shape.dimensions.dropFirst()))),
      ])
        == nil)
  }

  // MARK: Devices

  @Test("a device agrees with itself in every bit")
  func sameDevice() throws {
    let session = try session(Model.load("digits_cnn"))
    let report = try session.compare(CompareOptions(against: .device(session.device), tolerance: 0))
    #expect(report.agrees && report.against.kind == "device")
    #expect(report.layers.count == 7)
  }

  @Test(
    "other devices agree",
    .enabled(if: Device.list().count > 1, "needs two OpenCL devices"))
  func otherDevice() throws {
    let devices = Device.list().filter(\.isUsable)
    let session = try Session(Model.load("digits_cnn"), on: devices[0])
    for device in devices.dropFirst() {
      let report = try session.compare(CompareOptions(against: .device(device)))
      #expect(report.agrees, "\(report.text())")
    }
  }

  // MARK: Types

  @Test("integers must be equal, whatever the tolerance")
  func integers() throws {
    var graph = Graph(name: "integers")
    let x = try graph.add(Input(TensorType([1, 6])), name: "x")
    let best = try graph.add(ArgReduce(.max, axis: 1), [x], name: "best")
    let sure = try graph.add(Operators.Comparison(.greater), [x, x], name: "sure")
    graph.outputs = [
      GraphOutput(name: "best", value: best), GraphOutput(name: "sure", value: sure),
    ]
    let session = try session(Model(graph))
    let input = HostTensor(shape: [1, 6], floats: [0, 3, 1, 5, 2, 4])
    let report = try session.compare(CompareOptions(inputs: ["x": input]))
    #expect(report.agrees && report.layers.map(\.type) == ["int64", "bool"])
    let index = try #require(try session.run(["x": input]).first?.tensor)
    let off = HostTensor(shape: index.shape, int64s: [2])
    let bad = try compare(session, ["x": input, "best": off], CompareOptions(tolerance: 1e9))
    #expect(bad.firstBad?.name == "best")
    #expect(bad.layers.first?.error.mismatchCount == 1)
    #expect(bad.text().contains("1 of 1 differ"))
  }

  // MARK: Real networks

  @Test(
    "MobileNet agrees with the reference from every format",
    .enabled(if: Fixtures.available, "needs the fixtures"), arguments: ["onnx", "pb", "keras"])
  func mobileNet(_ format: String) throws {
    let path = try Fixtures.url("models/mobilenet_v1_025_224.\(format)").path
    let report = try session(Model.load(path)).compare()
    #expect(report.agrees, "\(report.text())")
    #expect(report.layers.count > 30)
    #expect(report.layers.count { $0.own != nil } > 25)
  }

  // MARK: Reproducers

  @Test("the first bad layer can be run alone, and shows the same error")
  func reproducer() throws {
    try withFolder { folder in
      let session = try session(Model.load("digits_cnn"))
      var tensors = try activations(session)
      tensors["relu3"] = try disturbed(tensors["relu3"], at: 11) { $0 + 2 }
      let report = try compare(session, tensors, CompareOptions(dump: "\(folder)/bad"))
      let reproducer = try #require(report.reproducer)
      #expect(reproducer.layer == "relu3" && reproducer.reproduces)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["bad"])
      let alone = try self.session(Model.load("\(folder)/bad/layer.safetensors"))
      let again = try alone.compare(
        CompareOptions(against: .file("\(folder)/bad/expected.safetensors")))
      #expect(again.firstBad?.name == "relu3" && again.layers.count == 1)
      #expect(
        again.layers[0].error.maxError == report.layers.first { $0.name == "relu3" }?.own?.maxError)
      #expect(again.layers[0].variant == report.layers.first { $0.name == "relu3" }?.variant)
      // Expected values of its own are right.
      #expect(try alone.compare().agrees)
      let files = Set(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/bad"))
      #expect(
        files.isSuperset(of: [
          "README.txt", "layer.json", "kernel-0.cl", "input.relu2.npy", "expected.relu3.npy",
          "actual.relu3.npy",
        ]))
      let kernel = try String(contentsOfFile: "\(folder)/bad/kernel-0.cl", encoding: .utf8)
      #expect(kernel.contains("__kernel") && kernel.hasPrefix("#define"))
      #expect(throws: InceptError.self, "a folder with files in it stays as it is") {
        try session.compare(CompareOptions(dump: "\(folder)/bad"))
      }
    }
  }

  @Test("without a bad layer nothing is written, but for a layer that is asked for")
  func chosenLayer() throws {
    try withFolder { folder in
      let session = try session(Model.load("digits_cnn"))
      let good = try session.compare(CompareOptions(dump: "\(folder)/a"))
      #expect(good.reproducer == nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
      let chosen = try session.compare(CompareOptions(dump: "\(folder)/a", layer: "relu1"))
      #expect(chosen.agrees && chosen.reproducer?.reproduces == false)
      #expect(throws: InceptError.self) {
        try session.compare(CompareOptions(dump: "\(folder)/b", layer: "relu9"))
      }
    }
  }
}

func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("incept-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

extension KernelSpecialization {
  /// The kernel with another activation: what it should give, times `factor`.
  fileprivate func scalingResults(by factor: String) -> KernelSpecialization {
    KernelSpecialization(
      file: file, entry: entry,
      defines: defines.map { define in
        define.name.hasPrefix("ACT0(")
          ? Define(define.name, "((\(define.value)) * \(factor))") : define
      })
  }
}

extension Graph {
  /// The constant that the first weights of a node are.
  fileprivate func constant(before name: String) -> NodeID? {
    node(named: name)?.inputs.first { producer(of: $0).op is Constant }?.node
  }
}
