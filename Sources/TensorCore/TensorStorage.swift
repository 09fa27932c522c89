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
  private let isMappedFile: Bool

  /// Wraps bytes that live at least as long as `owner`.
  public convenience init(borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject) {
    self.init(bytes, owner: owner, isMappedFile: false)
  }

  /// Wraps a whole read-only mapping of a file that lives as long as `owner`. What is read of it counts as
  /// memory of the process until ``release(_:)``.
  package convenience init(mappedFile bytes: UnsafeRawBufferPointer, owner: AnyObject) {
    self.init(bytes, owner: owner, isMappedFile: true)
  }

  private init(_ bytes: UnsafeRawBufferPointer, owner: AnyObject, isMappedFile: Bool) {
    if let address = bytes.baseAddress {
      baseAddress = address
      owned = nil
    } else {
      // An empty buffer has no address; tensors want one all the same.
      let empty = UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 64)
      baseAddress = UnsafeRawPointer(empty)
      owned = empty
    }
    byteCount = bytes.count
    self.owner = owner
    self.isMappedFile = isMappedFile && bytes.baseAddress != nil
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
    isMappedFile = false
  }

  /// Lets the system take back the memory of a range that has been read, where it is a mapped file's. The bytes
  /// stay what they are, and readable.
  package func release(_ range: Range<Int>) {
    guard isMappedFile else { return }
    LargeMemory.release(range, of: UnsafeRawBufferPointer(start: baseAddress, count: byteCount))
  }

  deinit { owned?.deallocate() }
}
