import Foundation
import GraphIR
import ImportKeras
import Operators
import Reference
import TensorCore
import TestSupport
import Testing
import WireFormats

@Suite("Imported Keras models compute what Keras computes")
struct AgreementTests {
  /// Keras computes in float32, the reference in double.
  static let tolerance = Tolerance.close

  @Test(
    "every output of every case",
    arguments: [
      "convolutions", "activations", "pools", "merges", "shapes", "sequential", "nested", "more",
      "enlarging",
    ])
  func agrees(name: String) throws { try agrees(KerasCase(name), name) }

  @Test(
    "every output of the cases that are archives as well",
    arguments: ["shapes", "sequential", "nested", "more", "enlarging"])
  func archivesAgree(name: String) throws { try agrees(KerasCase(name, archive: true), name) }

  @Test(
    "weights under whole names make the same graph",
    arguments: ["shapes", "nested", "more", "enlarging"])
  func wholeNamesAgree(name: String) throws {
    let model = try KerasModel.importGraph(try KerasCase.archive(name), source: name)
    let again = try KerasModel.importGraph(
      modelConfig: model.config, weights: .whole(model.weights), kerasVersion: model.kerasVersion,
      source: name)
    #expect(again.graph.text() == model.graph.text())
    #expect(again.weights.map(\.tensor) == model.weights.map(\.tensor))
  }

  private func agrees(_ expected: KerasCase, _ name: String) throws {
    // One shape is for all inputs, so that inputs of several shapes keep the batch of 1.
    let shapes = Set(expected.inputs.map(\.shape))
    let model = try KerasModel.importGraph(
      expected.file, source: name, inputShape: shapes.count == 1 ? shapes.first : nil)
    try model.graph.verify()
    #expect(model.inputs.map(\.shape) == expected.inputs.map(\.shape))
    #expect(model.outputs.map(\.shape) == expected.outputs.map(\.shape))
    let feeds = Dictionary(uniqueKeysWithValues: zip(model.inputs.map(\.name), expected.inputs))
    let results = try ReferenceEvaluator.evaluate(model.graph, feeding: feeds)
    for (output, wanted) in zip(model.outputs, expected.outputs) {
      let found = try #require(results[output.name])
      let complaint = AgreementTests.tolerance.mismatch(found.values, reference: wanted.floats())
      #expect(complaint == nil, "\(name): \(output.name)")
    }
  }

  @Test(
    "a sequential model keeps its layers' names, and the value after its activation has the name")
  func names() throws {
    let model = try KerasModel.importGraph(try KerasCase.file("sequential"), source: "x")
    #expect(model.name == "sequential")
    #expect(model.inputs.map(\.name) == ["pixels"])
    #expect(model.outputs.map(\.name) == ["digits"])
    let graph = model.graph
    #expect(graph.node(named: "conv")?.op.mnemonic == "relu")
    #expect(graph.node(named: "conv/conv")?.op is Conv2D)
    #expect(graph.node(named: "conv/kernel")?.op is Constant)
    #expect(graph.node(named: "digits")?.op is Softmax)
    #expect(graph.node(named: "digits/dense")?.sources == ["digits"])
    #expect(graph.node(named: "pool")?.op is Pool2D)
  }

  @Test(
    "layers of nested models are named after both, further calls are numbered, weights are shared")
  func nestedNames() throws {
    let model = try KerasModel.importGraph(try KerasCase.file("nested"), source: "x")
    let graph = model.graph
    for name in [
      "conv", "shared", "shared_1", "inner/conv", "inner/relu", "inner_1/conv", "head/conv",
      "head/pool", "sum",
    ] {
      #expect(graph.node(named: name) != nil, "\(name)")
    }
    #expect(model.outputs.map(\.name) == ["head", "sum"])
    let first = try #require(graph.node(named: "inner/conv"))
    let second = try #require(graph.node(named: "inner_1/conv"))
    #expect(first.inputs[1] == second.inputs[1])
    #expect(first.inputs[0] != second.inputs[0])
  }

  @Test("an input without extents needs the caller's shape")
  func openInput() throws {
    let file = try KerasCase.file("open")
    let error = #expect(throws: InceptError.self) {
      try KerasModel.importGraph(file, source: "open.h5")
    }
    #expect(error?.category == .usage)
    #expect(error?.actual == "[None, None, None, 3]")
    let model = try KerasModel.importGraph(file, source: "open.h5", inputShape: [2, 9, 8, 3])
    #expect(model.outputs.map(\.shape) == [[2, 2]])
    let wrong = #expect(throws: InceptError.self) {
      try KerasModel.importGraph(file, source: "open.h5", inputShape: [2, 9, 8, 4])
    }
    #expect(wrong?.category == .usage)
  }
}
