import GraphIR
import ProtobufMessages
import SwiftProtobuf
import TensorCore
import WireFormats

/// A file that holds a GraphDef, decoded but for the contents of its tensors.
struct GraphDefFile {
  /// The graph; each `tensor_content` is a token of ``outline``.
  let message: Tensorflow_GraphDef
  /// Where the tensors' contents are.
  let outline: ProtobufOutline
  /// The whole file.
  let storage: TensorStorage

  /// What errors call the file.
  var name: String { outline.file.name }

  /// Reads `file`.
  ///
  /// Throws `.badData` where it is damaged, beyond the limits of ``ProtobufOutline``, or no GraphDef.
  init(_ file: MappedFile) throws(InceptError) {
    outline = try ProtobufOutline(file, schema: Self.schema)
    storage = file.tensorStorage
    do {
      var options = BinaryDecodingOptions()
      options.discardUnknownFields = true
      message = try Tensorflow_GraphDef(serializedBytes: outline.bytes, options: options)
    } catch {
      throw InceptError(
        .badData, subject: file.name, expected: "expected a TensorFlow GraphDef",
        found: "a message that isn't one (\(error))".printable(), hint: "is the file complete?")
    }
    guard !message.node.isEmpty else {
      throw InceptError(
        .badData, subject: file.name, expected: "expected a TensorFlow GraphDef with nodes",
        found: "none")
    }
  }

  private static let schema = ProtobufSchema(
    title: "a TensorFlow GraphDef (protobuf)", root: "GraphDef",
    messages: [
      "GraphDef": [1: .message("NodeDef"), 2: .message("Library")],
      "Library": [1: .message("Function")],
      "Function": [1: .message("Signature"), 3: .message("NodeDef"), 4: .message("Result")],
      "Signature": [2: .message("Argument"), 3: .message("Argument")],
      "NodeDef": [4: .dropped, 5: .message("Entry")],
      "Entry": [2: .message("Attribute")],
      "Attribute": [
        1: .message("List"), 7: .message("Shape"), 8: .message("Tensor"), 10: .message("Name"),
      ],
      "List": [7: .message("Shape"), 8: .message("Tensor"), 9: .message("Name")],
      "Name": [2: .message("Entry")],
      "Tensor": [2: .message("Shape"), 4: .content(as: 4)],
      "Shape": [2: .message("Extent")],
    ])
}
