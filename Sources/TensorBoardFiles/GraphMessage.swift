import Foundation
import GraphIR
import Operators
import ProtobufMessages
import TensorCore

/// A graph as TensorFlow's message, for looking at: operators have our names, so that nothing can run it.
struct GraphMessage {
  /// The message.
  private(set) var message = Tensorflow_GraphDef()
  /// The names in it.
  let names: NodeNames

  /// Where every node is said to be, so that times of it find the node.
  static let device = "/device:OPENCL:0"

  /// The message of a graph. Constants have a type and a shape but no contents.
  init(_ graph: Graph) {
    let order = graph.topologicalOrder()
    names = NodeNames(order.map { graph[$0].name })
    var results: [NodeID: [String]] = [:]
    for output in graph.outputs { results[output.value.node, default: []].append(output.name) }
    message.versions.producer = 1
    message.node = order.map { id in
      var node = Self.node(graph[id], named: names[graph[id].name])
      node.input = graph[id].inputs.map { input in
        let name = names[graph[input.node].name]
        return input.output == 0 ? name : "\(name):\(input.output)"
      }
      if let results = results[id] { node.attr["results"] = .texts(results) }
      return node
    }
  }

  private static func node(_ node: Node, named name: String) -> Tensorflow_NodeDef {
    var message = Tensorflow_NodeDef()
    message.name = name
    message.device = device
    message.attr["_output_shapes"] = .shapes(node.outputs.map(\.shape))
    let type = node.outputs.first
    switch node.op {
    case is Constant:
      message.op = "Const"
      message.attr["dtype"] = .type(type?.elementType)
      var tensor = Tensorflow_TensorProto()
      tensor.dtype = .init(type?.elementType)
      if let type { tensor.tensorShape = .init(type.shape) }
      var value = Tensorflow_AttrValue()
      value.tensor = tensor
      message.attr["value"] = value
    case is any GraphInput:
      message.op = "Placeholder"
      message.attr["dtype"] = .type(type?.elementType)
      var value = Tensorflow_AttrValue()
      if let type { value.shape = .init(type.shape) }
      message.attr["shape"] = value
    default:
      message.op = node.op.mnemonic
      message.attr["T"] = .type(type?.elementType)
      for attribute in node.op.attributes { message.attr[attribute.name] = .init(attribute.value) }
      if node.sources != [node.name] { message.attr["sources"] = .texts(node.sources) }
    }
    // What a sanitised name hides.
    if name != node.name { message.attr["name"] = .init(.text(node.name)) }
    return message
  }
}

extension Tensorflow_AttrValue {
  fileprivate static func type(_ type: ElementType?) -> Self {
    var value = Self()
    value.type = .init(type)
    return value
  }

  fileprivate static func texts(_ texts: [String]) -> Self {
    var value = Self()
    value.list.s = texts.map { Data($0.utf8) }
    return value
  }

  fileprivate static func shapes(_ shapes: [Shape]) -> Self {
    var value = Self()
    value.list.shape = shapes.map { .init($0) }
    return value
  }

  fileprivate init(_ attribute: Attribute.Value) {
    self.init()
    switch attribute {
    case .int(let number): i = Int64(number)
    case .ints(let numbers): list.i = numbers.map { Int64($0) }
    case .float(let number): f = Float(number)
    case .bool(let flag): b = flag
    case .text(let text): s = Data(text.utf8)
    }
  }
}

extension Tensorflow_TensorShapeProto {
  init(_ shape: Shape) {
    self.init()
    dim = shape.dimensions.map { extent in
      var dimension = Dim()
      dimension.size = Int64(extent)
      return dimension
    }
  }
}

extension Tensorflow_DataType {
  init(_ type: ElementType?) {
    switch type {
    case .float16: self = .dtHalf
    case .bfloat16: self = .dtBfloat16
    case .float32: self = .dtFloat
    case .float64: self = .dtDouble
    case .int8: self = .dtInt8
    case .int16: self = .dtInt16
    case .int32: self = .dtInt32
    case .int64: self = .dtInt64
    case .uint8: self = .dtUint8
    case .bool: self = .dtBool
    case nil: self = .dtInvalid
    }
  }
}
