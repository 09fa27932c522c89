import WireFormats

/// A value of a model's configuration: JSON, with whole numbers kept apart from others.
package enum ConfigValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number written without fraction or exponent that fits `Int`.
  case integer(Int)
  case number(Double)
  case string(String)
  case array([ConfigValue])
  case object([String: ConfigValue])

  /// The member of an object; nil where this is no object or has none of that name.
  package subscript(key: String) -> ConfigValue? {
    guard case .object(let members) = self else { return nil }
    return members[key]
  }

  /// The text of a string.
  package var text: String? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// The elements of an array.
  package var elements: [ConfigValue]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// The integer: written as one, or a number without fraction that fits `Int`.
  package var int: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  /// The value of either kind of number.
  package var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// Whether this is JSON's null.
  package var isNull: Bool { self == .null }

  /// The value in a few words, for errors.
  package var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let text): "'\(text.printable(limit: 60))'"
    case .array(let elements):
      elements.count > 8
        ? "a list of \(elements.count)"
        : "[" + elements.map(\.shortSummary).joined(separator: ", ") + "]"
    case .object: "an object"
    }
  }

  private var shortSummary: String {
    if case .array = self { return "a list" }
    return summary
  }
}
