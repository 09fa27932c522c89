/// A place on the heap for a noncopyable value, so that arrays, dictionaries and several owners can
/// hold it: `[Shared<Event>]`, `[String: Shared<Program>]`. The value ends with its last reference.
package final class Shared<Value: ~Copyable> {
  /// The value, to be borrowed.
  package let value: Value

  /// Moves a value to the heap.
  package init(_ value: consuming Value) { self.value = value }
}

extension Shared: Sendable where Value: Sendable & ~Copyable {}
