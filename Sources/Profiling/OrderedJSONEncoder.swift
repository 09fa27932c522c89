/// Encodes values to JSON with the keys in the order in which the types declare them, which Foundation's encoder
/// does not do.
package enum OrderedJSONEncoder {
  /// The JSON form of `value`. Throws only what a hand-written `encode(to:)` throws.
  package static func encode(_ value: some Encodable) throws -> JSONValue {
    let slot = Slot()
    try slot.encode(value, path: [])
    return slot.value
  }
}

/// A place in the document that is being written.
private final class Slot {
  private enum Content {
    case empty
    case leaf(JSONValue)
    case array([Slot])
    case object([(key: String, slot: Slot)])
  }

  private var content = Content.empty

  var value: JSONValue {
    switch content {
    case .empty: .object([])
    case .leaf(let value): value
    case .array(let slots): .array(slots.map(\.value))
    case .object(let members): .object(members.map { .init($0.key, $0.slot.value) })
    }
  }

  var count: Int {
    if case .array(let slots) = content { return slots.count }
    return 0
  }

  func openObject() {
    if case .object = content { return }
    content = .object([])
  }

  func openArray() {
    if case .array = content { return }
    content = .array([])
  }

  func member(_ key: String) -> Slot {
    guard case .object(var members) = content else { return Slot() }
    let slot = Slot()
    members.removeAll { $0.key == key }
    members.append((key, slot))
    content = .object(members)
    return slot
  }

  func element() -> Slot {
    guard case .array(var slots) = content else { return Slot() }
    let slot = Slot()
    slots.append(slot)
    content = .array(slots)
    return slot
  }

  func set(_ value: JSONValue) { content = .leaf(value) }

  func encode(_ value: some Encodable, path: [any CodingKey]) throws {
    switch value {
    case let value as String: set(.string(value))
    case let value as Bool: set(.bool(value))
    case let value as Double: set(.number(value))
    case let value as Float: set(.number(Double(value)))
    case let value as any BinaryInteger:
      guard let exact = Int(exactly: value) else {
        throw EncodingError.invalidValue(
          value, .init(codingPath: path, debugDescription: "an integer beyond 64 bits"))
      }
      set(.integer(exact))
    default: try value.encode(to: SlotEncoder(slot: self, codingPath: path))
    }
  }
}

private struct SlotEncoder: Encoder {
  let slot: Slot
  let codingPath: [any CodingKey]
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    slot.openObject()
    return KeyedEncodingContainer(KeyedSlots<Key>(slot: slot, codingPath: codingPath))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    slot.openArray()
    return ListedSlots(slot: slot, codingPath: codingPath)
  }

  func singleValueContainer() -> any SingleValueEncodingContainer {
    SingleSlot(slot: slot, codingPath: codingPath)
  }
}

private struct KeyedSlots<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let slot: Slot
  let codingPath: [any CodingKey]

  func encodeNil(forKey key: Key) { slot.member(key.stringValue).set(.null) }

  func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
    try slot.member(key.stringValue).encode(value, path: codingPath + [key])
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type, forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    nested(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    nested(key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder {
    SlotEncoder(slot: slot.member("super"), codingPath: codingPath)
  }

  func superEncoder(forKey key: Key) -> any Encoder { nested(key) }

  private func nested(_ key: Key) -> SlotEncoder {
    SlotEncoder(slot: slot.member(key.stringValue), codingPath: codingPath + [key])
  }
}

private struct ListedSlots: UnkeyedEncodingContainer {
  let slot: Slot
  let codingPath: [any CodingKey]
  var count: Int { slot.count }

  func encodeNil() { slot.element().set(.null) }

  func encode<T: Encodable>(_ value: T) throws {
    try slot.element().encode(value, path: codingPath)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) -> KeyedEncodingContainer<Nested> {
    superEncoder().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
    superEncoder().unkeyedContainer()
  }

  func superEncoder() -> any Encoder {
    SlotEncoder(slot: slot.element(), codingPath: codingPath)
  }
}

private struct SingleSlot: SingleValueEncodingContainer {
  let slot: Slot
  let codingPath: [any CodingKey]

  func encodeNil() { slot.set(.null) }

  func encode<T: Encodable>(_ value: T) throws { try slot.encode(value, path: codingPath) }
}
