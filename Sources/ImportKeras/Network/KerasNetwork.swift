/// A model's configuration as layers and their calls, before it becomes operators.
struct KerasNetwork: Sendable {
  /// The model's name.
  let name: String
  /// The layers, by name and in the file's order.
  let layers: [KerasLayer]
  /// The input layers in the order in which callers feed them.
  let inputs: [CallOutput]
  /// The results.
  let outputs: [CallOutput]
  /// The calls that the results depend on, each after those it reads.
  let order: [Call]

  /// One call of one layer.
  struct Call: Sendable, Hashable {
    /// Index in ``layers``.
    let layer: Int
    /// Which of the layer's calls.
    let call: Int
  }

  /// One value that a call returns.
  struct CallOutput: Sendable, Hashable {
    let call: Call
    /// Which of the call's values; 0 but for nested models.
    let index: Int
  }
}

/// A layer of a model.
struct KerasLayer: Sendable {
  /// The layer's name, unique within its model.
  let name: String
  /// Keras's name of its class.
  let className: String
  /// What the layer is.
  let kind: Kind
  /// What each call of the layer reads. An input layer has one call, which reads nothing.
  let calls: [[KerasNetwork.CallOutput]]

  /// What a layer is.
  enum Kind: Sendable {
    /// A value that callers feed; nil extents are for them to choose.
    case input([Int?])
    /// A model within the model.
    indirect case network(KerasNetwork)
    /// Everything else.
    case operation(any LayerEmission)
  }
}
