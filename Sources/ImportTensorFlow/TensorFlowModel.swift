import Foundation
import GraphIR
import Operators
import TensorCore
import WireFormats

/// A network of a TensorFlow file as a graph.
package struct ImportedTensorFlowModel: Sendable {
  /// The graph, weights in it. Node names are TensorFlow's, nodes of functions being `call/node`; further outputs
  /// of a node are `node:1`, …. Values have TensorFlow's axis order, be it NHWC or NCHW.
  package let graph: Graph
  /// The network's name: a known one's, or the file's without its folder and ending.
  package let name: String
  /// What is known about using it; nil for most files.
  package let known: KnownNetwork?
}

/// Imports frozen TensorFlow graphs: a GraphDef whose variables have become constants, as TensorFlow 1's
/// `freeze_graph` and TensorFlow 2's `convert_variables_to_constants_v2` write them.
///
/// The file is untrusted: sizes, depths and numbers are bounded, and large weights stay in the mapped file.
package enum TensorFlowModel {
  /// The graph of a file.
  ///
  /// - Parameters:
  ///   - inputShapes: shapes of inputs whose extents the file leaves open. Without one the batch is 1, rows and
  ///     columns are those of a known network or 224.
  ///   - outputs: nodes whose values are the results, as `name` or `name:0`; nil takes those that nobody reads.
  /// - Throws: `.badData` for a damaged file, or one error that lists all nodes that can't be expressed; `.usage`
  ///   about `inputShapes` and `outputs`.
  package static func importGraph(
    _ file: MappedFile, inputShapes: [String: Shape] = [:], outputs: [String]? = nil
  ) throws(InceptError) -> ImportedTensorFlowModel {
    let definition = try GraphDefFile(file)
    let known = KnownNetwork.recognise(definition.message)
    var flat = try FlatGraph(definition.message, source: file.name)
    var results = try self.results(of: flat, named: outputs, known)
    let needed = try flat.needed(by: results.map(\.reference))
    for index in results.indices {
      results[index].reference = try flat.resolve(results[index].reference)
    }
    let refused = needed.sorted().filter { Conversions.of(flat.nodes[$0].op) == nil }.map {
      RefusedItem(
        kind: flat.nodes[$0].op, name: flat.nodes[$0].name,
        reason: Conversions.reason(flat.nodes[$0].op))
    }
    let order: [Int]
    do {
      order = try flat.ordered(needed)
    } catch {
      // Loops are cycles; that they are loops says more.
      throw refused.isEmpty ? error : RefusedItem.error(refused, source: file.name)
    }
    let name = known?.name ?? baseName(file.name)
    let emitter = GraphEmitter(
      name: name, nodes: flat.nodes.map(\.name), constants: ConstantReader(definition),
      inputShapes: inputShapes, defaultShape: known?.inputShape)
    let network = NetworkEmitter(flat, emitter, refused: refused, source: file.name)
    let graph = try network.emit(order, results: results)
    return ImportedTensorFlowModel(
      graph: graph, name: name, known: known.flatMap { $0.fits(graph) ? $0 : nil })
  }

  private static func results(
    of flat: FlatGraph, named names: [String]?, _ known: KnownNetwork?
  ) throws(InceptError) -> [NetworkEmitter.Result] {
    if let names {
      var results: [NetworkEmitter.Result] = []
      for name in names {
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard let node = flat.indices[String(parts[0])], parts.count <= 2,
          let index = parts.count == 2 ? Int(parts[1]) : 0, index >= 0
        else {
          throw InceptError(
            .usage, subject: "output '\(name)'", expected: "expected a node of the graph",
            found: "none of that name")
        }
        results.append(.init(name: name, reference: .output(node: node, index: index)))
      }
      return results
    }
    let found = flat.results.map { node in
      NetworkEmitter.Result(name: flat.nodes[node].name, reference: .output(node: node, index: 0))
    }
    guard !found.isEmpty else {
      throw InceptError(
        .badData, subject: "TensorFlow graph", expected: "expected nodes that nobody reads",
        found: "none", hint: "is this a frozen graph for inference?")
    }
    // The first result is what pictures are classified by.
    let first = found.filter { $0.name == known?.output }
    return first + found.filter { $0.name != known?.output }
  }

  private static func baseName(_ path: String) -> String {
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent.printable()
    return name.isEmpty ? "graph" : name
  }
}
