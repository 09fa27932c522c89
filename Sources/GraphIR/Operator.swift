import TensorCore

/// What a node computes: one value type per operator, with typed attributes.
///
/// A backend adds abilities through protocols of its own, conformed in its own module and found with `as?`.
public protocol Operator: Hashable, Sendable {
  /// The operator's name in text forms: `conv2d`.
  static var mnemonic: String { get }

  /// The name of this very operator in text forms, where a family has one type: `relu`. Default: the type's.
  var mnemonic: String { get }

  /// Types of the outputs for inputs of the given types.
  ///
  /// Validates everything that can be wrong with the operator's attributes and inputs; the error's subject is
  /// the mnemonic, and the graph puts the node's name into it.
  func inferOutputs(_ inputs: [TensorType]) throws(InceptError) -> [TensorType]

  /// What computing the node costs, from types that `inferOutputs` has accepted.
  func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost

  /// The attributes for text, JSON and pictures, in a fixed order; defaults may be left out.
  var attributes: [Attribute] { get }
}

extension Operator {
  /// The operator's name in text forms.
  public var mnemonic: String { Self.mnemonic }

  /// No attributes.
  public var attributes: [Attribute] { [] }

  /// Reads all inputs, writes all outputs, multiplies nothing.
  public func cost(inputs: [TensorType], outputs: [TensorType]) -> Cost {
    Cost(multiplyAdds: 0, inputs: inputs, outputs: outputs)
  }

  /// Equality across operator types.
  public func isEqual(to other: any Operator) -> Bool {
    guard let other = other as? Self else { return false }
    return self == other
  }

  /// An error about this operator: `conv2d: expected …, found …`.
  public func invalid(
    _ expectation: String, found actual: String? = nil, hint: String? = nil
  ) -> InceptError {
    InceptError(
      .badData, subject: Self.mnemonic, expected: expectation, found: actual, hint: hint)
  }

  /// Requires between `range` inputs of type float32.
  public func requireFloatInputs(_ inputs: [TensorType], _ range: ClosedRange<Int>)
    throws(InceptError)
  {
    try requireInputs(inputs, range, of: [.float32])
  }

  /// Requires between `range` inputs, each of one of `types`: by default of any that values can have.
  public func requireInputs(
    _ inputs: [TensorType], _ range: ClosedRange<Int>,
    of types: [ElementType] = ElementType.computed
  ) throws(InceptError) {
    guard range.contains(inputs.count) else {
      let wanted =
        range.lowerBound == range.upperBound
        ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      throw invalid("expected \(wanted) inputs", found: "\(inputs.count)")
    }
    for (index, input) in inputs.enumerated() where !types.contains(input.elementType) {
      let names = types.map(\.rawValue)
      let wanted =
        names.count < 2
        ? names.joined() : names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
      throw invalid("expected \(wanted) for input \(index)", found: input.elementType.rawValue)
    }
  }

  /// Requires the inputs, of which there is at least one, to have one element type.
  public func requireOneType(_ inputs: some Collection<TensorType>) throws(InceptError) {
    guard let first = inputs.first else { return }
    for input in inputs where input.elementType != first.elementType {
      throw invalid(
        "expected inputs of one type",
        found: "\(first.elementType.rawValue) and \(input.elementType.rawValue)")
    }
  }
}

/// A named attribute of an operator, for people and for JSON.
public struct Attribute: Hashable, Sendable {
  /// The attribute's name: `stride`.
  public let name: String
  /// Its value.
  public let value: Value

  /// An attribute's value.
  public enum Value: Hashable, Sendable, CustomStringConvertible {
    /// A whole number.
    case int(Int)
    /// Whole numbers.
    case ints([Int])
    /// A number.
    case float(Double)
    /// Yes or no.
    case bool(Bool)
    /// A word.
    case text(String)

    /// The value as text: `2`, `[2, 2]`, `valid`.
    public var description: String {
      switch self {
      case .int(let value): "\(value)"
      case .ints(let values): "[" + values.map(String.init).joined(separator: ", ") + "]"
      case .float(let value): "\(Float(value))"
      case .bool(let value): "\(value)"
      case .text(let value): value
      }
    }
  }

  /// Names a value.
  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

/// What computing a node takes.
public struct Cost: Hashable, Sendable {
  /// Multiply-adds (MACs); one counts as two floating-point operations.
  public var multiplyAdds: Int
  /// Bytes read and written when every input is read once and every output written once.
  public var bytes: Int

  /// A cost with explicit byte count.
  public init(multiplyAdds: Int, bytes: Int) {
    self.multiplyAdds = multiplyAdds
    self.bytes = bytes
  }

  /// A cost whose bytes are those of all inputs and outputs.
  public init(multiplyAdds: Int, inputs: [TensorType], outputs: [TensorType]) {
    self.multiplyAdds = multiplyAdds
    bytes = (inputs + outputs).reduce(0) {
      $0 + $1.shape.elementCount * $1.elementType.byteCount
    }
  }

  /// The product of `factors`, at most `Int.max`: run-time weights of absurd shapes must not trap.
  public static func product(_ factors: Int...) -> Int {
    factors.reduce(1) { result, factor in
      let (product, overflow) = result.multipliedReportingOverflow(by: factor)
      return overflow ? Int.max : product
    }
  }

  /// No cost at all.
  public static let free = Cost(multiplyAdds: 0, bytes: 0)

  /// Sums two costs, at most to `Int.max`.
  public static func + (left: Cost, right: Cost) -> Cost {
    func sum(_ left: Int, _ right: Int) -> Int {
      let (sum, overflow) = left.addingReportingOverflow(right)
      return overflow ? Int.max : sum
    }
    return Cost(
      multiplyAdds: sum(left.multiplyAdds, right.multiplyAdds), bytes: sum(left.bytes, right.bytes))
  }
}
