/// Immutable bytes that tensors share: memory of their own, or a window into a mapped file that `owner` keeps
/// alive.
public final class TensorStorage: @unchecked Sendable {
  // SAFETY: the bytes are never written after `init` returns, and `owner` is only held, never used.

  /// First byte.
  public let baseAddress: UnsafeRawPointer
  /// Number of bytes.
  public let byteCount: Int
  private let owner: AnyObject?
  private let owned: UnsafeMutableRawPointer?

  /// Wraps bytes that live at least as long as `owner`.
  public init(borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject) {
    if let address = bytes.baseAddress {
      baseAddress = address
      owned = nil
    } else {
      // An empty buffer has no address; tensors want one all the same.
      let placeholder = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 64)
      baseAddress = UnsafeRawPointer(placeholder)
      owned = placeholder
    }
    byteCount = bytes.count
    self.owner = owner
  }

  /// Allocates `byteCount` bytes, aligned to a cache line, and lets `initialize` fill all of them.
  public init<Failure: Error>(
    byteCount: Int, initialize: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 1), alignment: 64)
    do {
      try initialize(UnsafeMutableRawBufferPointer(start: memory, count: byteCount))
    } catch {
      memory.deallocate()
      throw error
    }
    owned = memory
    baseAddress = UnsafeRawPointer(memory)
    self.byteCount = byteCount
    owner = nil
  }

  deinit { owned?.deallocate() }
}
