import OpenCLBackend

/// Whether independent parts of a network may run at the same time. Results are the same in every bit.
public enum QueueMode: String, Codable, Sendable, Hashable, CaseIterable {
  /// Where the device can do that, the network has independent parts and they are worth it: the default.
  case auto
  /// Never: one kernel after the other, with the least memory.
  case inOrder = "in-order"
  /// Always, where the device can do that.
  case outOfOrder = "out-of-order"

  /// The mode as the backend plans with it.
  var planned: OpenCLBackend.QueueMode {
    switch self {
    case .auto: .auto
    case .inOrder: .inOrder
    case .outOfOrder: .outOfOrder
    }
  }
}
