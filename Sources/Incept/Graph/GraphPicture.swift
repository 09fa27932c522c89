import Foundation
import GraphPictures
import Operators
import Profiling

/// A network as a picture: an SVG, an HTML page to look around in, or DOT for Graphviz.
///
/// Modules are boxes around what is in them. No other program is needed, and no file loads anything.
public struct GraphPicture: Sendable {
  /// What is drawn.
  package private(set) var graph: PictureGraph
  /// The operators of the picture's graph.
  let network: Graph
  let stage: GraphStage
  /// Positions of the operators' nodes, by name.
  let positions: [String: Int]

  /// The picture of a model's graph, as imported or after all passes.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - stage: `imported` or `optimised`; for `plan` see ``PlanReport/picture(of:)``.
  ///   - pass: Name or beginning of the pass to stop after; nil for a whole stage.
  ///   - batch: Items per run.
  ///   - outputs: Names of nodes that are wanted as results.
  /// - Throws: what a graph throws that can't take the batch size.
  public static func of(
    _ model: Model, stage: GraphStage = .imported, after pass: String? = nil, batch: Int = 1,
    outputs: [String] = []
  ) throws(InceptError) -> GraphPicture {
    if let pass {
      let graph = try model.graph(after: pass, batch: batch, outputs: outputs).graph
      return GraphPicture(graph, stage: .optimised, of: model)
    }
    let shapes = model.shapes(batch: batch)
    let graph =
      stage == .imported
      ? try model.requesting(shapes, outputs: outputs)
      : try model.optimised(shapes, outputs: outputs)
    return GraphPicture(graph, stage: stage, of: model)
  }

  /// The picture of a graph that belongs to a model.
  init(_ network: Graph, stage: GraphStage, of model: Model) {
    self.network = network
    self.stage = stage
    let report = GraphReport(network, stage: stage)
    var picture = PictureGraph(title: model.name, caption: Self.caption(report))
    var positions: [String: Int] = [:]
    var byNode: [NodeID: Int] = [:]
    let order = network.topologicalOrder().map { network[$0] }
    for node in order where !(node.op is Constant) {
      byNode[node.id] = picture.nodes.count
      if node.op.isComputed { positions[node.name] = picture.nodes.count }
      picture.nodes.append(PictureGraph.Node(node, in: network))
    }
    for node in order {
      guard let to = byNode[node.id] else { continue }
      for input in node.inputs {
        guard let from = byNode[input.node] else { continue }
        picture.edges.append(.init(from: from, output: input.output, to: to))
      }
    }
    for output in network.outputs {
      guard let from = byNode[output.value.node] else { continue }
      picture.edges.append(
        .init(from: from, output: output.value.output, to: picture.nodes.count))
      picture.nodes.append(PictureGraph.Node(name: output.name, op: "", kind: .output))
    }
    ModulePaths.assign(to: &picture)
    if model.isSynthetic {
      picture.notes.append(
        "The weights are made up (\(model.weights)): only shapes and times mean anything.")
    }
    graph = picture
    self.positions = positions
  }

  private static func caption(_ report: GraphReport) -> String {
    let parameters = report.nodes.reduce(0) { $0 + $1.parameters }
    let macs = report.nodes.reduce(0) { $0 + $1.macs }
    return "\(report.stage): \(report.nodes.count) operators, "
      + "\(NumberText.count(parameters)) parameters, \(NumberText.count(macs)) multiply-adds"
  }

  /// Changes what is drawn of an operator.
  mutating func change(_ position: Int, _ body: (inout PictureGraph.Node) -> Void) {
    body(&graph.nodes[position])
  }

  /// Adds a remark to the picture.
  mutating func note(_ text: String) { graph.notes.append(text) }

  /// Says what the times are from.
  mutating func setProfile(_ text: String) { graph.profile = text }

  /// The nodes of the picture's graph, inputs and results included.
  var nodes: [PictureGraph.Node] { graph.nodes }

  /// An SVG 1.1 file with everything in it.
  public func svg() -> String { SVGWriter.text(graph) }

  /// A page with everything in it.
  public func html() -> String { HTMLWriter.text(graph) }

  /// The graph in Graphviz's language.
  public func dot() -> String { DOTWriter.text(graph) }

  /// The parts of ``html()``, for pages that show more: the data, and the style and script of
  /// `InceptGraph.mount(element, data, options)`.
  package func viewer() -> (data: String, style: String, script: String) {
    (GraphViewer.data(graph), GraphViewer.style, GraphViewer.script)
  }
}

extension PictureGraph.Node {
  /// What is drawn of a node.
  init(_ node: Node, in graph: Graph) {
    let constants = node.inputs.filter { graph.producer(of: $0).op is Constant }
    let shapes = constants.map { graph.type(of: $0) }
    let outputs = node.outputs.map(Self.text)
    guard node.op.isComputed else {
      self.init(name: node.name, op: "", kind: .input, outputs: outputs)
      return
    }
    let cost = graph.cost(of: node.id)
    self.init(
      name: node.name, op: node.op.mnemonic,
      detail: NodeDetail.text(node.op, weights: shapes.first?.shape),
      attributes: node.op.attributes.map { .init($0.name, "\($0.value)") }, outputs: outputs,
      macs: cost.multiplyAdds,
      parameters: shapes.reduce(0) { $0 + $1.shape.elementCount }, bytes: cost.bytes,
      sources: node.sources, weights: shapes.map { .init(shape: Self.text($0)) })
  }

  /// `1×149×149×32`, with the type unless it is float32.
  static func text(_ type: TensorType) -> String {
    let extents = type.shape.dimensions.map(String.init).joined(separator: "×")
    let shape = extents.isEmpty ? "scalar" : extents
    return type.elementType == .float32 ? shape : "\(shape) \(type.elementType.rawValue)"
  }
}

/// What of an operator's attributes is worth a line in its box.
enum NodeDetail {
  /// For instance `3×3, stride 2, pad 1, relu`.
  static func text(_ op: any Operator, weights: Shape?) -> String {
    var parts: [String] = []
    let attributes = op.attributes
    let isConvolution = op is Conv2D || op is ConvTranspose2D
    if isConvolution, let weights, weights.rank == 4 { parts.append("\(weights[0])×\(weights[1])") }
    if op is Dense, let weights { parts.append(PictureGraph.Node.text(TensorType(weights))) }
    for attribute in attributes {
      switch (attribute.name, attribute.value) {
      case ("kernel_shape", .ints(let list)): parts.append(pair(list))
      case ("strides", .ints(let list)):
        if list.contains(where: { $0 != 1 }) {
          parts.append("stride " + pair(list, shortened: true))
        }
      case ("dilations", .ints(let list)):
        if list.contains(where: { $0 != 1 }) {
          parts.append("dilation " + pair(list, shortened: true))
        }
      case ("pads", .ints(let list)):
        if list.contains(where: { $0 != 0 }) { parts.append("pad " + pads(list)) }
      case ("auto_pad", .text(let text)):
        if text != "valid" { parts.append(text.replacingOccurrences(of: "_upper", with: "")) }
      case ("group", .int(let count)): parts.append("\(count) groups")
      case ("epsilon", _), ("count_include_pad", _), ("keepdims", _), ("split_activations", _):
        break
      case ("splits", .ints(let list)): parts.append("\(list.count) results")
      case (_, .text(let text)): parts.append(text)
      case (_, let value): parts.append("\(attribute.name) \(value)")
      }
    }
    return parts.joined(separator: ", ")
  }

  private static func pair(_ list: [Int], shortened: Bool = false) -> String {
    if shortened, let first = list.first, list.allSatisfy({ $0 == first }) { return "\(first)" }
    return list.map(String.init).joined(separator: "×")
  }

  /// Pads before and after each axis, shortened where they are alike.
  private static func pads(_ list: [Int]) -> String {
    let half = list.count / 2
    guard list.count.isMultiple(of: 2), Array(list.prefix(half)) == Array(list.suffix(half)) else {
      return "[" + list.map(String.init).joined(separator: ", ") + "]"
    }
    return pair(Array(list.prefix(half)), shortened: true)
  }
}
