/// A small reader of valid JSON that keeps the order of keys, to check the order that documents promise.
indirect enum OrderedJSON {
  case object([(key: String, value: OrderedJSON)])
  case array([OrderedJSON])
  case other

  init(_ text: String) throws {
    var reader = Reader(rest: text.unicodeScalars[...])
    self = try reader.value()
  }

  /// The member of the given key, or with `[]` the first element.
  func step(_ step: String) throws -> OrderedJSON {
    switch self {
    case .object(let members):
      guard let member = members.first(where: { $0.key == step }) else { throw NoSuchValue() }
      return member.value
    case .array(let values):
      guard step == "[]", let first = values.first else { throw NoSuchValue() }
      return first
    case .other: throw NoSuchValue()
    }
  }

  private struct Reader {
    var rest: Substring.UnicodeScalarView

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
      rest = rest.drop { " \n\t\r".unicodeScalars.contains($0) }
      guard rest.first == scalar else { return false }
      rest.removeFirst()
      return true
    }

    mutating func value() throws -> OrderedJSON {
      if take("{") { return try object() }
      if take("[") { return try array() }
      if take("\"") {
        _ = string()
        return .other
      }
      let word = rest.prefix { !",]} \n".unicodeScalars.contains($0) }
      guard !word.isEmpty else { throw NoSuchValue() }
      rest = rest.dropFirst(word.count)
      return .other
    }

    private mutating func object() throws -> OrderedJSON {
      var members: [(key: String, value: OrderedJSON)] = []
      if take("}") { return .object(members) }
      repeat {
        guard take("\"") else { throw NoSuchValue() }
        let key = string()
        guard take(":") else { throw NoSuchValue() }
        members.append((key, try value()))
      } while take(",")
      guard take("}") else { throw NoSuchValue() }
      return .object(members)
    }

    private mutating func array() throws -> OrderedJSON {
      var values: [OrderedJSON] = []
      if take("]") { return .array(values) }
      repeat { values.append(try value()) } while take(",")
      guard take("]") else { throw NoSuchValue() }
      return .array(values)
    }

    /// The rest of a string behind its opening quote; escapes stay as they are.
    private mutating func string() -> String {
      var text = String.UnicodeScalarView()
      while let scalar = rest.popFirst(), scalar != "\"" {
        text.append(scalar)
        if scalar == "\\", let escaped = rest.popFirst() { text.append(escaped) }
      }
      return String(text)
    }
  }
}
