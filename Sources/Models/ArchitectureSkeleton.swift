import Synchronization

/// What an architecture's graph without weights tells; made once, when it is first asked for, since a command
/// needs few of the built-in architectures.
final class ArchitectureSkeleton: Sendable {
  /// Parameters in the framework's order, and Keras 3's groups of their layers.
  typealias Value = (parameters: [ParameterSpec], groups: [String: String])

  private let made = Mutex<Value?>(nil)
  private let make: @Sendable () -> Value

  /// A skeleton that `make` assembles.
  init(_ make: @escaping @Sendable () -> Value) { self.make = make }

  /// The skeleton.
  var value: Value {
    made.withLock { made in
      if let made { return made }
      let value = make()
      made = value
      return value
    }
  }
}
