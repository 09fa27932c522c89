import SwiftProtobuf
import TensorCore
import WireFormats

/// A file that holds an ONNX message, decoded but for the data of its tensors.
struct ONNXFile<Message: SwiftProtobuf.Message> {
  /// The message; each `raw_data` is a token of ``outline``, which also stands for `float_data`.
  let message: Message
  /// Where the tensors' data are.
  let outline: ProtobufOutline

  /// Reads `file`, which holds a `ModelProto`, or a `TensorProto` where that is the message's type.
  ///
  /// Throws `.badData` where it is damaged, beyond the limits of ``ProtobufOutline``, or no such message.
  init(_ file: MappedFile, _ root: ONNXSchema.Root) throws(InceptError) {
    outline = try ProtobufOutline(
      file, schema: ONNXSchema.schema(root), limits: ONNXSchema.limits)
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = 100
    options.discardUnknownFields = true
    do {
      message = try Message(serializedBytes: outline.bytes, partial: true, options: options)
    } catch {
      throw InceptError(
        .badData, subject: file.name, expected: "expected \(root.rawValue)",
        found: "a message that isn't one (\(error))".printable(), hint: "is the file complete?")
    }
  }
}

/// Which fields of ONNX's messages are looked into. (onnx-ml.proto of onnx 1.23.)
///
/// What an import does not read (documentation, inferred types of inner values, training) is left out.
enum ONNXSchema {
  /// What a file holds, as errors call it.
  enum Root: String {
    case model = "an ONNX model (protobuf)"
    case tensor = "an ONNX tensor (protobuf)"
  }

  /// The field of a TensorProto that holds elements of type float as a list.
  static let floatData = 4
  /// The field of a TensorProto that holds elements as bytes.
  static let rawData = 9

  /// Less than usual: a node is one message, and each is large when decoded.
  static let limits: ProtobufOutline.Limits = {
    var limits = ProtobufOutline.Limits()
    limits.messages = 400_000
    limits.depth = 40
    return limits
  }()

  /// The schema of a file.
  static func schema(_ root: Root) -> ProtobufSchema {
    ProtobufSchema(
      title: root.rawValue, root: root == .model ? "Model" : "Tensor", messages: messages)
  }

  private static let messages: [String: [Int: ProtobufSchema.Field]] = [
    "Model": [
      6: .dropped, 7: .message("Graph"), 8: .message("OperatorSet"), 14: .dropped, 20: .dropped,
      25: .message("Function"), 26: .dropped,
    ],
    "Graph": [
      1: .message("Node"), 5: .message("Tensor"), 10: .dropped, 11: .message("Value"),
      12: .message("Value"), 13: .dropped, 14: .dropped, 15: .message("Sparse"), 16: .dropped,
    ],
    "Function": [
      7: .message("Node"), 8: .dropped, 9: .message("OperatorSet"), 11: .message("Attribute"),
      12: .dropped, 14: .dropped,
    ],
    "Node": [5: .message("Attribute"), 6: .dropped, 9: .dropped, 10: .dropped],
    "Attribute": [
      5: .message("Tensor"), 6: .message("Graph"), 10: .message("Tensor"), 11: .message("Graph"),
      13: .dropped, 14: .dropped, 15: .dropped, 22: .message("Sparse"), 23: .message("Sparse"),
    ],
    "Tensor": [
      floatData: .content(as: rawData), 6: .dropped, rawData: .content(as: rawData), 12: .dropped,
      13: .message("Entry"), 16: .dropped,
    ],
    "Sparse": [1: .message("Tensor"), 2: .message("Tensor")],
    "Value": [2: .message("Type"), 3: .dropped, 4: .dropped],
    "Type": [
      1: .message("TensorType"), 4: .message("Element"), 5: .message("Map"), 6: .dropped,
      8: .message("TensorType"), 9: .message("Element"),
    ],
    "TensorType": [2: .message("Shape")],
    "Shape": [1: .message("Extent")],
    "Element": [1: .message("Type")],
    "Map": [2: .message("Type")],
  ]
}
