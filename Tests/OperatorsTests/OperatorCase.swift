import Foundation
import GraphIR
import Operators
import Reference
import TensorCore

/// One problem of `Fixtures/operators.json`, `onnx_operators.json` and `gradient_operators.json`, which
/// `tools/fixtures/make_operator_cases.py`, `make_onnx_operator_cases.py` and `make_gradient_cases.py` write.
struct OperatorCase: Decodable, CustomStringConvertible {
  struct Tensor: Decodable {
    let shape: [Int]
    let data: Data
    let type: ElementType?
  }
  private struct File: Decodable { let cases: [OperatorCase] }

  let name: String
  let op: String
  let ints: [String: [Int]]
  let floats: [String: Double]
  let texts: [String: String]
  let inputs: [Tensor]
  let outputs: [Tensor]

  var description: String { "\(op) \(name)" }

  static func all() throws -> [OperatorCase] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    return try ["operators", "onnx_operators", "gradient_operators"].flatMap { name in
      let file = folder.appending(path: "Fixtures/\(name).json")
      return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).cases
    }
  }

  var inputTensors: [ReferenceTensor] {
    inputs.map { tensor in
      let values = tensor.data.withUnsafeBytes { bytes in
        (0..<bytes.count / 4).map {
          Double(
            Float(
              bitPattern: UInt32(
                littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 4, as: UInt32.self))))
        }
      }
      return ReferenceTensor(
        shape: Shape(tensor.shape), values: values, elementType: tensor.type ?? .float32)
    }
  }

  var outputTensors: [ReferenceTensor] {
    outputs.map { tensor in
      let values = tensor.data.withUnsafeBytes { bytes in
        (0..<bytes.count / 8).map {
          Double(
            bitPattern: UInt64(
              littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self)))
        }
      }
      return ReferenceTensor(shape: Shape(tensor.shape), values: values)
    }
  }

  /// The operator that the case describes.
  func makeOperator() throws -> any Operator {
    switch op {
    case "conv2d":
      return Conv2D(
        strides: try spatial("strides"), dilations: try spatial("dilations"),
        padding: try padding(), groups: try int("groups"),
        activation: texts["activation"] == "relu" ? .relu : nil)
    case "pool2d":
      let window = Window(
        kernel: try spatial("kernel"), strides: try spatial("strides"),
        dilations: try spatial("dilations"), padding: try padding(), ceilMode: try int("ceil") == 1)
      return Pool2D(try kind(), window: window, countIncludePad: try int("include") == 1)
    case "global_pool": return GlobalPool(try kind(), keepsAxes: try int("keeps") == 1)
    case "unary": return Unary(try unaryFunction())
    case "binary":
      guard let function = texts["function"].flatMap(BinaryFunction.init(rawValue:)) else {
        throw Problem.missing("function", self)
      }
      return Binary(function)
    case "batch_normalization": return BatchNormalization(epsilon: try float("epsilon"))
    case "bias_add": return BiasAdd()
    case "lrn":
      return LRN(
        size: try int("size"), alpha: try float("alpha"), beta: try float("beta"),
        bias: try float("bias"))
    case "softmax": return Softmax(axis: try int("axis"), isLogarithm: try int("logarithm") == 1)
    case "dense": return Dense()
    case "matmul": return MatMul()
    case "pad":
      let modes: [String: Pad.Mode] = [
        "constant": .constant(try float("value")), "reflect": .reflect, "edge": .edge,
        "wrap": .wrap, "symmetric": .symmetric,
      ]
      guard let mode = texts["mode"].flatMap({ modes[$0] }) else {
        throw Problem.missing("mode", self)
      }
      return Pad(before: try list("before"), after: try list("after"), mode: mode)
    case "transpose": return Transpose(try list("order"))
    case "slice":
      let numbers = try list("ranges")
      return Slice(
        stride(from: 0, to: numbers.count, by: 4).map {
          Slice.Range(
            axis: numbers[$0], start: numbers[$0 + 1], end: numbers[$0 + 2], step: numbers[$0 + 3])
        })
    case "concat": return Concat(axis: try int("axis"))
    case "reshape": return Reshape(try list("shape"))
    case "flatten": return Flatten(axis: try int("axis"))
    case "identity": return Identity()
    case "dropout": return Dropout(ratio: 0.5)
    default: return try makeONNXOperator()
    }
  }

  enum Problem: Error { case missing(String, OperatorCase) }

  func list(_ key: String) throws -> [Int] {
    guard let list = ints[key] else { throw Problem.missing(key, self) }
    return list
  }

  func int(_ key: String) throws -> Int {
    guard let number = try list(key).first else { throw Problem.missing(key, self) }
    return number
  }

  func spatial(_ key: String) throws -> Spatial {
    let list = try list(key)
    guard list.count == 2 else { throw Problem.missing(key, self) }
    return Spatial(list[0], list[1])
  }

  func float(_ key: String) throws -> Float {
    guard let number = floats[key] else { throw Problem.missing(key, self) }
    return Float(number)
  }

  func kind() throws -> PoolKind {
    guard let kind = texts["kind"].flatMap(PoolKind.init(rawValue:)) else {
      throw Problem.missing("kind", self)
    }
    return kind
  }

  func padding() throws -> Padding {
    switch texts["padding"] {
    case "valid": return .valid
    case "same": return .same
    case "same_lower": return .sameLower
    default:
      let pads = try list("pads")
      return .explicit(Border(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3]))
    }
  }

  /// The function of the case's name with the case's parameters.
  func unaryFunction() throws -> UnaryFunction {
    switch texts["function"] {
    case "leaky_relu": return .leakyRelu(alpha: try float("alpha"))
    case "elu": return .elu(alpha: try float("alpha"))
    case "clip": return .clip(lower: try float("lower"), upper: try float("upper"))
    case "hard_sigmoid":
      return .hardSigmoid(alpha: try float("alpha"), beta: try float("beta"))
    case "gelu_tanh": return .gelu(approximate: true)
    case "celu": return .celu(alpha: try float("alpha"))
    case "thresholded_relu": return .thresholdedRelu(alpha: try float("alpha"))
    case "swish": return .swish(alpha: try float("alpha"))
    case "shrink": return .shrink(lambda: try float("lambda"), bias: try float("bias"))
    case let name:
      guard let function = UnaryFunction.samples.first(where: { $0.name == name }) else {
        throw Problem.missing("function", self)
      }
      return function
    }
  }
}
