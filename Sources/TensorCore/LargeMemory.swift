#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Memory that goes back to the system at once, which allocators put off, and file pages that needn't stay.
package enum LargeMemory {
  /// Below this an allocator is quicker and keeps little.
  private static let least = 1 << 20
  /// Pages around a fault that the system maps with it.
  private static let faultAround = 1 << 16

  /// Gives `body` uninitialised memory for `count` elements, which ends with the call.
  static func withTemporary<Result, Failure: Error>(
    _ count: Int, _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let byteCount = count * MemoryLayout<Float>.size
    let mapped = byteCount < least ? nil : map(byteCount)
    let memory = mapped ?? .allocate(byteCount: max(byteCount, 1), alignment: 64)
    defer {
      if mapped == nil { memory.deallocate() } else { munmap(memory, byteCount) }
    }
    return try body(
      UnsafeMutableBufferPointer(
        start: memory.bindMemory(to: Float.self, capacity: count), count: count))
  }

  private static func map(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    let flags = MAP_PRIVATE | MAP_ANON
    guard let memory = mmap(nil, byteCount, PROT_READ | PROT_WRITE, flags, -1, 0),
      memory != MAP_FAILED
    else { return nil }
    preferHugePages(UnsafeMutableRawBufferPointer(start: memory, count: byteCount))
    return memory
  }

  /// Asks for fewer and larger pages where the system has them: large memory is then mapped in a fraction of the
  /// time. Pages that the range covers only in part stay small.
  package static func preferHugePages(_ memory: UnsafeMutableRawBufferPointer) {
    #if os(Linux)
      guard memory.count >= least, let address = memory.baseAddress else { return }
      let page = Int(getpagesize())
      let start = (Int(bitPattern: address) + page - 1) / page * page
      let end = (Int(bitPattern: address) + memory.count) / page * page
      madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_HUGEPAGE)
    #endif
  }

  /// Lets go of the pages of `file`, a read-only mapping, that hold `range`: they no longer count as this
  /// process's memory, and are mapped again when they are read again.
  static func release(_ range: Range<Int>, of file: UnsafeRawBufferPointer) {
    guard range.count >= faultAround, let base = file.baseAddress else { return }
    let first = Int(bitPattern: base)
    let start = max(first, (first + range.lowerBound) / faultAround * faultAround)
    let end = min(
      first + file.count, (first + range.upperBound + faultAround - 1) / faultAround * faultAround)
    madvise(UnsafeMutableRawPointer(bitPattern: start), end - start, MADV_DONTNEED)
  }
}
