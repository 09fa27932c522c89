import GraphIR
import Operators
import ProtobufMessages
import TensorCore

/// A network that many people have, told by the names of its nodes, and what its file doesn't say.
package struct KnownNetwork: Sendable {
  /// Its name.
  package let name: String
  /// The input's name, and its shape.
  package let input: String
  package let inputShape: Shape
  /// The result that pictures are classified by, and the number of its classes.
  package let output: String
  package let classes: Int
  /// The preprocessing that it was trained with, by its name on the command line.
  package let preprocessing: String
  private let nodes: [String: String]

  /// GoogLeNet as published in 2015 (`inception5h.zip`, `tensorflow_inception_graph.pb`): 224x224, x − 117.
  private static let inception5h = KnownNetwork(
    name: "inception5h", input: "input", inputShape: [1, 224, 224, 3], output: "output2",
    classes: 1008, preprocessing: "caffe",
    nodes: [
      "input": "Placeholder", "conv2d0_pre_relu/conv": "Conv2D", "localresponsenorm0": "LRN",
      "mixed3a": "Concat", "mixed4c": "Concat", "mixed5b": "Concat", "softmax2": "Softmax",
    ])

  /// The network whose nodes `graph` has.
  static func recognise(_ graph: Tensorflow_GraphDef) -> KnownNetwork? {
    let wanted = inception5h.nodes
    let found = graph.node.filter { node in
      guard let op = wanted[node.name] else { return false }
      return op == node.op || (op == "Concat" && node.op == "ConcatV2")
    }
    return found.count == wanted.count ? inception5h : nil
  }

  /// Whether the imported graph has the network's input and result.
  func fits(_ graph: Graph) -> Bool {
    guard graph.inputs.count == 1, let id = graph.inputs.first, graph[id].name == input,
      graph[id].type.shape.dimensions.dropFirst() == inputShape.dimensions.dropFirst(),
      let result = graph.outputs.first
    else { return false }
    return result.name == output
      && graph.type(of: result.value).shape.dimensions.dropFirst() == [classes]
  }
}
