import COpenCL
import TensorCore

/// What the host does with mapped memory; `overwrite` sets every byte and reads none of what was there.
package enum MapAccess: Sendable, Hashable {
  case read, write, readWrite, overwrite

  var flags: cl_map_flags {
    switch self {
    case .read: cl_map_flags(CL_MAP_READ)
    case .write: cl_map_flags(CL_MAP_WRITE)
    case .readWrite: cl_map_flags(CL_MAP_READ) | cl_map_flags(CL_MAP_WRITE)
    case .overwrite: cl_map_flags(CL_MAP_WRITE_INVALIDATE_REGION)
    }
  }
}

extension Queue {
  /// Copies host memory into a buffer, starting at byte `offset`, and waits until it is there. On
  /// an in-order queue everything enqueued before is then done too.
  package func write(
    _ buffer: borrowing Buffer, from bytes: UnsafeRawBufferPointer, offset: Int = 0,
    waitFor: [Shared<Event>] = []
  ) throws(InceptError) {
    let memory = buffer.handle
    try memory.checkRange(offset: offset, byteCount: bytes.count)
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    let status = blocking(waitFor) { count, waits, event in
      clEnqueueWriteBuffer(
        raw, memory.raw, cl_bool(CL_TRUE), offset, bytes.count, start, count, waits, event)
    }
    guard status == 0 else { throw error(status, "clEnqueueWriteBuffer", memory) }
  }

  /// Copies values into a buffer, starting at byte `offset`, and waits until they are there.
  package func write<Value: BitwiseCopyable>(
    _ buffer: borrowing Buffer, _ values: [Value], offset: Int = 0
  ) throws(InceptError) {
    // The closure of an array's accessor can't throw typed errors through every supported overload.
    var failure: InceptError?
    values.withUnsafeBytes { bytes in
      do throws(InceptError) { try write(buffer, from: bytes, offset: offset) } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// Copies a part of a buffer, starting at byte `offset`, into host memory and waits until it is
  /// there. On an in-order queue everything enqueued before is then done too.
  package func read(
    _ buffer: borrowing Buffer, into bytes: UnsafeMutableRawBufferPointer, offset: Int = 0,
    waitFor: [Shared<Event>] = []
  ) throws(InceptError) {
    let memory = buffer.handle
    try memory.checkRange(offset: offset, byteCount: bytes.count)
    guard let start = bytes.baseAddress, bytes.count > 0 else { return }
    let status = blocking(waitFor) { count, waits, event in
      clEnqueueReadBuffer(
        raw, memory.raw, cl_bool(CL_TRUE), offset, bytes.count, start, count, waits, event)
    }
    guard status == 0 else { throw error(status, "clEnqueueReadBuffer", memory) }
  }

  /// Reads `count` values of a buffer, starting at byte `offset`.
  package func read<Value: BitwiseCopyable>(
    _ buffer: borrowing Buffer, as type: Value.Type = Value.self, count: Int, offset: Int = 0
  ) throws(InceptError) -> [Value] {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
    try buffer.handle.checkRange(offset: offset, byteCount: overflow ? .max : bytes)
    var failure: InceptError?
    let values = [Value](unsafeUninitializedCapacity: count) { space, initialized in
      let raw = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: space[..<count]))
      do throws(InceptError) {
        try read(buffer, into: raw, offset: offset)
        initialized = count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return values
  }

  /// Enqueues filling a part of a buffer with copies of `value`, whose size must be a power of two
  /// up to 128 bytes that divides `offset` and the part's size; without `byteCount`, to the
  /// buffer's end.
  package func fill<Value: BitwiseCopyable>(
    _ buffer: borrowing Buffer, with value: Value, offset: Int = 0, byteCount: Int? = nil,
    waitFor: [Shared<Event>] = []
  ) throws(InceptError) {
    let memory = buffer.handle
    let count = byteCount ?? (memory.byteCount &- offset)
    try memory.checkRange(offset: offset, byteCount: count)
    guard count > 0 else { return }
    let size = MemoryLayout<Value>.size
    let isPattern = size > 0 && size <= 128 && size & (size - 1) == 0
    guard isPattern, offset.isMultiple(of: size), count.isMultiple(of: size) else {
      throw context.violation(
        "filling buffer '\(memory.label)'",
        expected: "expected a value of 2^n ≤ 128 bytes that divides offset and size",
        found: "\(size) bytes for \(count) at \(offset)")
    }
    var value = value
    let status = Self.withWaits(waitFor) { waitCount, waits in
      clEnqueueFillBuffer(raw, memory.raw, &value, size, offset, count, waitCount, waits, nil)
    }
    guard status == 0 else { throw error(status, "clEnqueueFillBuffer", memory) }
    try keep(memory)
  }

  /// Enqueues copying `byteCount` bytes from one buffer to another; the ranges must not overlap in
  /// one buffer.
  package func copy(
    from source: borrowing Buffer, offset: Int = 0, to target: borrowing Buffer,
    at targetOffset: Int = 0,
    byteCount: Int, waitFor: [Shared<Event>] = []
  ) throws(InceptError) {
    let (from, to) = (source.handle, target.handle)
    try from.checkRange(offset: offset, byteCount: byteCount)
    try to.checkRange(offset: targetOffset, byteCount: byteCount)
    guard byteCount > 0 else { return }
    let status = Self.withWaits(waitFor) { count, waits in
      clEnqueueCopyBuffer(raw, from.raw, to.raw, offset, targetOffset, byteCount, count, waits, nil)
    }
    guard status == 0 else { throw error(status, "clEnqueueCopyBuffer", to) }
    try keep(from)
    try keep(to)
  }

  /// Gives `body` a part of a buffer as host memory, without a copy where the device shares it.
  /// Waits for everything enqueued before on an in-order queue; the pointer ends with the call.
  package func withMapped<Result>(
    _ buffer: borrowing Buffer, for access: MapAccess, offset: Int = 0, byteCount: Int? = nil,
    _ body: (UnsafeMutableRawBufferPointer) throws(InceptError) -> Result
  ) throws(InceptError) -> Result {
    let memory = buffer.handle
    let count = byteCount ?? (memory.byteCount &- offset)
    try memory.checkRange(offset: offset, byteCount: count)
    guard count > 0 else { return try body(UnsafeMutableRawBufferPointer(start: nil, count: 0)) }
    var pointer: UnsafeMutableRawPointer?
    let status = blocking([]) { waitCount, waits, event in
      var mapped: Int32 = 0
      pointer = clEnqueueMapBuffer(
        raw, memory.raw, cl_bool(CL_TRUE), access.flags, offset, count, waitCount, waits, event,
        &mapped)
      return mapped
    }
    guard status == 0, let pointer else { throw error(status, "clEnqueueMapBuffer", memory) }
    let result: Swift.Result<Result, InceptError>
    do throws(InceptError) {
      result = .success(try body(UnsafeMutableRawBufferPointer(start: pointer, count: count)))
    } catch { result = .failure(error) }
    let unmapped = clEnqueueUnmapMemObject(raw, memory.raw, pointer, 0, nil, nil)
    guard unmapped == 0 else { throw error(unmapped, "clEnqueueUnmapMemObject", memory) }
    try keep(memory)
    // On an out-of-order queue nothing else would order the unmapping before what uses the data.
    if isOutOfOrder { try finish() }
    return try result.get()
  }

  /// Makes a blocking call; in order, it has waited for everything before it.
  private func blocking(
    _ waitFor: [Shared<Event>],
    _ call: (UInt32, UnsafePointer<cl_event?>?, UnsafeMutablePointer<cl_event?>?) -> Int32
  ) -> Int32 {
    guard isOutOfOrder else {
      return waiting { Self.withWaits(waitFor) { call($0, $1, nil) } }
    }
    // Intel's runtime returns from a blocking write before it takes effect when the queue is out of
    // order; its event is complete only afterwards.
    var event: cl_event?
    let status = Self.withWaits(waitFor) { call($0, $1, &event) }
    guard event != nil else { return status }
    let waited = clWaitForEvents(1, &event)
    clReleaseEvent(event)
    return status == 0 ? waited : status
  }

  private static func withWaits(
    _ waitFor: [Shared<Event>], _ call: (UInt32, UnsafePointer<cl_event?>?) -> Int32
  ) -> Int32 {
    guard !waitFor.isEmpty else { return call(0, nil) }
    return waitFor.map { $0.value.raw as cl_event? }
      .withUnsafeBufferPointer { call(UInt32($0.count), $0.baseAddress) }
  }

  private func error(_ status: Int32, _ call: StaticString, _ memory: MemoryHandle) -> InceptError {
    context.error(status, call, "buffer '\(memory.label)'")
  }
}
