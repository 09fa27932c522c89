import COpenCL
import TensorCore

/// Device memory.
///
/// A buffer may be dropped at any time: kernels hold on to the buffers they are given, and a queue
/// to what its unfinished commands use. Its contents are undefined until written.
package struct Buffer: ~Copyable, Sendable {
  let handle: MemoryHandle

  /// Size in bytes.
  package var byteCount: Int { handle.byteCount }

  /// What the buffer is for, in messages.
  package var label: String { handle.label }

  /// Allocates `byteCount` > 0 bytes. Drivers may put off the allocation until the first use.
  ///
  /// - Throws: `.unavailable`, before anything is allocated, where the size is above the device's
  ///   limit for one buffer; `.software` for a size below 1.
  package init(_ context: borrowing Context, byteCount: Int, label: String = "buffer")
    throws(InceptError)
  {
    try MemoryHandle.checkSize(byteCount, label, context.device)
    var status: Int32 = 0
    let raw = clCreateBuffer(
      context.handle.raw, cl_mem_flags(CL_MEM_READ_WRITE), byteCount, nil, &status)
    guard status == 0, let raw else {
      throw context.handle.error(status, "clCreateBuffer", "buffer '\(label)' (\(byteCount) bytes)")
    }
    handle = MemoryHandle(raw, context.handle, byteCount: byteCount, label: label, parent: nil)
  }

  /// Allocates a buffer that holds a copy of `bytes`, which must not be empty.
  package init(
    _ context: borrowing Context, copying bytes: UnsafeRawBufferPointer, label: String = "buffer"
  ) throws(InceptError) {
    handle = try MemoryHandle(copying: bytes, context.handle, label: label)
  }

  /// Allocates a buffer that holds a copy of `values`, which must not be empty.
  package init<Value: BitwiseCopyable>(
    _ context: borrowing Context, copying values: [Value], label: String = "buffer"
  ) throws(InceptError) {
    let handle = context.handle
    // An array's accessor can't give back a noncopyable value.
    let made = values.withUnsafeBytes { bytes in
      Result { () throws(InceptError) in
        try MemoryHandle(copying: bytes, handle, label: label)
      }
    }
    self.handle = try made.get()
  }

  private init(_ handle: MemoryHandle) { self.handle = handle }

  /// A part of this buffer as a buffer of its own; it keeps the whole alive. `offset` must be a
  /// multiple of ``DeviceInfo/sliceAlignmentBytes``, and a slice can't be sliced again.
  package func slice(
    offset: Int, byteCount: Int, label: String? = nil
  ) throws(InceptError) -> Buffer {
    let label = label ?? handle.label
    let alignment = handle.context.device.sliceAlignmentBytes
    try handle.checkRange(offset: offset, byteCount: byteCount)
    guard byteCount > 0, offset % alignment == 0, handle.parent == nil else {
      throw handle.context.violation(
        "slice of buffer '\(handle.label)'",
        expected:
          "expected a non-empty part of a whole buffer that starts at a multiple of \(alignment)",
        found: "\(byteCount) bytes at \(offset)" + (handle.parent == nil ? "" : " of a slice"))
    }
    var region = cl_buffer_region(origin: offset, size: byteCount)
    var status: Int32 = 0
    let raw = clCreateSubBuffer(
      handle.raw, cl_mem_flags(CL_MEM_READ_WRITE),
      cl_buffer_create_type(CL_BUFFER_CREATE_TYPE_REGION),
      &region, &status)
    guard status == 0, let raw else {
      throw handle.context.error(status, "clCreateSubBuffer", "buffer '\(label)'")
    }
    return Buffer(
      MemoryHandle(raw, handle.context, byteCount: byteCount, label: label, parent: handle))
  }
}

/// The reference to device memory that buffers, kernel arguments and unfinished commands share; the
/// memory is released with the last of them.
final class MemoryHandle: @unchecked Sendable {
  // SAFETY: all fields are constants, and OpenCL's calls on a memory object are thread-safe.
  let raw: cl_mem
  let context: ContextHandle
  let byteCount: Int
  let label: String
  let parent: MemoryHandle?

  init(
    _ raw: cl_mem, _ context: ContextHandle, byteCount: Int, label: String, parent: MemoryHandle?
  ) {
    self.raw = raw
    self.context = context
    self.byteCount = byteCount
    self.label = label
    self.parent = parent
  }

  convenience init(
    copying bytes: UnsafeRawBufferPointer, _ context: ContextHandle, label: String
  ) throws(InceptError) {
    try Self.checkSize(bytes.count, label, context.device)
    var status: Int32 = 0
    let flags = cl_mem_flags(CL_MEM_READ_WRITE) | cl_mem_flags(CL_MEM_COPY_HOST_PTR)
    let source = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
    let raw = clCreateBuffer(context.raw, flags, bytes.count, source, &status)
    guard status == 0, let raw else {
      throw context.error(status, "clCreateBuffer", "buffer '\(label)' (\(bytes.count) bytes)")
    }
    self.init(raw, context, byteCount: bytes.count, label: label, parent: nil)
  }

  deinit { clReleaseMemObject(raw) }

  static func checkSize(_ byteCount: Int, _ label: String, _ device: DeviceInfo) throws(InceptError)
  {
    let subject = "buffer '\(label)' on OpenCL device '\(device.name)'"
    guard byteCount > 0 else {
      throw InceptError(
        .software, subject: subject, expected: "expected a size above 0", found: "\(byteCount)")
    }
    let limit = device.maxAllocationBytes
    guard limit == 0 || byteCount <= limit else {
      throw InceptError(
        .unavailable, subject: subject,
        expected: "expected at most \(limit) bytes, the device's limit for one buffer",
        found: "\(byteCount)", hint: "try a smaller batch or image, or another device")
    }
  }

  func checkRange(offset: Int, byteCount count: Int) throws(InceptError) {
    guard offset >= 0, count >= 0, offset <= byteCount, count <= byteCount - offset else {
      throw context.violation(
        "buffer '\(label)'", expected: "expected a range within its \(byteCount) bytes",
        found: "\(count) bytes at \(offset)")
    }
  }
}
