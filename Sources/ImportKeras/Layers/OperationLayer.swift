import GraphIR
import Operators
import TensorCore
import WireFormats

/// An operation of `keras.ops` that was applied to a layer's value while the model was built: `x + 3.0`, `x * y`.
struct OperationLayer: LayerEmission {
  /// What it is applied to.
  enum Operand: Sendable {
    /// The call's input of that number.
    case input(Int)
    case number(Float)
  }

  private let function: BinaryFunction
  private let operands: [Operand]

  /// The operation that Keras calls `name`.
  init(_ name: String, _ operands: [Operand]) throws(Refusal) {
    guard let function = Self.functions[name] else {
      throw Refusal("Incept has no operator for this operation")
    }
    guard operands.count == 2 else { throw Refusal("it is called with \(operands.count) operands") }
    self.function = function
    self.operands = operands
  }

  private static let functions: [String: BinaryFunction] = [
    "Add": .add, "Subtract": .sub, "Multiply": .mul, "Divide": .div, "TrueDivide": .div,
    "Maximum": .max, "Minimum": .min,
  ]

  /// Whether a serialised object is an operation, not a layer. In `.h5` files it doesn't tell its module; of two that have
  /// one name, layers are not called with numbers.
  static func isOperation(_ object: [String: ConfigValue], _ className: String) -> Bool {
    if let module = object["module"]?.text {
      return ["keras.src.ops", "keras.ops"].contains {
        module == $0 || module.hasPrefix($0 + ".")
      }
    }
    let arguments = object["inbound_nodes"]?.elements?.first?["args"]?.elements ?? []
    return functions[className] != nil
      && (LayerTable.conversions[className] == nil || arguments.contains { $0.double != nil })
  }

  func emit(_ inputs: [ValueID], _ scope: inout LayerScope) throws(InceptError) -> ValueID {
    var values: [ValueID] = []
    for (index, operand) in operands.enumerated() {
      switch operand {
      case .input(let number):
        guard number < inputs.count else {
          throw scope.invalid("\(number + 1) inputs", "\(inputs.count)")
        }
        values.append(inputs[number])
      case .number(let number):
        values.append(try scope.constant([1], [number], "operand\(index)"))
      }
    }
    return try scope.result(Binary(function), values)
  }
}
