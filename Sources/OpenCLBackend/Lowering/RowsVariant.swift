/// The variants of a kernel file whose entries end in `_rows` and `_items`, in order of preference.
enum RowsVariant: String, KernelVariant, CaseIterable {
  /// One work-item per group computes a row of results; for devices that have register tiles.
  case rows
  /// One result per work-item, in an ``ItemGrid``.
  case items

  /// Elements that a work-item of `rows` should copy at least, where copying is all it does.
  static let copiedPerItem = 4096

  var name: String { rawValue }

  func accepts(_ problem: Void, _ traits: DeviceTraits) -> Acceptance {
    switch self {
    case .items: .yes
    case .rows: traits.style == .registerTiles ? .yes : .leavesDeviceIdle
    }
  }
}
