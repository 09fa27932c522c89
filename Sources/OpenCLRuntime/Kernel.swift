import COpenCL
import TensorCore

/// A kernel and its arguments.
///
/// The arguments keep their buffers alive, and a launch keeps the arguments it was made with, so
/// buffers may be replaced or dropped right after an enqueue.
package struct Kernel: ~Copyable, Sendable {
  let object: KernelObject
  var arguments: ArgumentList

  /// The function's name.
  package var name: String { object.name }

  /// What the compiled kernel allows and needs.
  package var limits: KernelLimits { object.limits }

  init(_ raw: cl_kernel, name: String, context: ContextHandle) {
    object = KernelObject(raw, name: name, context: context)
    arguments = ArgumentList(object, count: object.argumentCount)
  }

  /// Sets a 32-bit integer argument.
  package mutating func setArg(_ index: Int, _ value: Int32) throws(InceptError) {
    try setScalar(index, value)
  }

  /// Sets an unsigned 32-bit integer argument.
  package mutating func setArg(_ index: Int, _ value: UInt32) throws(InceptError) {
    try setScalar(index, value)
  }

  /// Sets a `float` argument.
  package mutating func setArg(_ index: Int, _ value: Float) throws(InceptError) {
    try setScalar(index, value)
  }

  /// Sets a pointer to global or constant memory.
  package mutating func setArg(_ index: Int, _ buffer: borrowing Buffer) throws(InceptError) {
    let memory = buffer.handle
    guard memory.context === object.context else {
      throw object.context.violation(
        "argument \(index) of kernel '\(name)'", expected: "expected a buffer of the same context",
        found: "buffer '\(memory.label)' of another one")
    }
    var raw: cl_mem? = memory.raw
    try set(index, size: MemoryLayout<cl_mem?>.size, &raw, .buffer(memory))
  }

  /// Gives a `__local` pointer argument its size. Whether the device has as much is checked at the
  /// launch.
  package mutating func setArg(_ index: Int, localBytes: Int) throws(InceptError) {
    guard localBytes > 0 else {
      throw object.context.violation(
        "argument \(index) of kernel '\(name)'", expected: "expected a local size above 0",
        found: "\(localBytes)")
    }
    try set(index, size: localBytes, nil, .local(localBytes))
  }

  private mutating func setScalar<Value: BitwiseCopyable>(
    _ index: Int, _ value: Value
  ) throws(InceptError) {
    var value = value
    try set(index, size: MemoryLayout<Value>.size, &value, .value)
  }

  private mutating func set(
    _ index: Int, size: Int, _ value: UnsafeRawPointer?, _ slot: ArgumentList.Slot
  ) throws(InceptError) {
    guard arguments.slots.indices.contains(index) else {
      throw object.context.violation(
        "kernel '\(name)'", expected: "expected an argument index below \(arguments.slots.count)",
        found: "\(index)")
    }
    let status = clSetKernelArg(object.raw, UInt32(index), size, value)
    guard status == 0 else {
      throw object.context.error(
        status, "clSetKernelArg", "argument \(index) (\(size) bytes) of kernel '\(name)'")
    }
    // A launch that is under way holds the old list, and with it the old buffers.
    if !isKnownUniquelyReferenced(&arguments) { arguments = ArgumentList(copying: arguments) }
    arguments.slots[index] = slot
  }
}

/// What a compiled kernel allows and needs on its device. Sizes are in bytes.
package struct KernelLimits: Sendable, Hashable {
  /// The most work-items in a work-group of this kernel; 0 where the driver doesn't say.
  package var workGroupSize = 0
  /// The work-group size written into the kernel (`reqd_work_group_size`), or nil.
  package var compileWorkGroupSize: [Int]?
  /// A divisor that work-group sizes should have.
  package var preferredMultiple = 0
  /// Local memory of the kernel's own variables, without arguments.
  package var staticLocalBytes = 0
  /// Private memory of each work-item, as the driver estimates it.
  package var privateBytes = 0

  /// Creates limits of a kernel that needs nothing and says nothing.
  package init() {}
}

/// The reference to a kernel object.
final class KernelObject: @unchecked Sendable {
  // SAFETY: the fields are constants. Arguments are set only through `Kernel`'s mutating methods,
  // which the language makes exclusive; OpenCL's other calls on a kernel are thread-safe.
  let raw: cl_kernel
  let name: String
  let context: ContextHandle
  let argumentCount: Int
  let limits: KernelLimits

  init(_ raw: cl_kernel, name: String, context: ContextHandle) {
    self.raw = raw
    self.name = name
    self.context = context
    argumentCount = InfoQuery { clGetKernelInfo(raw, $0, $1, $2, $3) }.count(CL_KERNEL_NUM_ARGS)
    let device = context.deviceID
    let info = InfoQuery { clGetKernelWorkGroupInfo(raw, device, $0, $1, $2, $3) }
    var limits = KernelLimits()
    limits.workGroupSize = info.size(CL_KERNEL_WORK_GROUP_SIZE)
    let required = info.values(CL_KERNEL_COMPILE_WORK_GROUP_SIZE, as: UInt.self)
    if required.count == 3, required.allSatisfy({ $0 > 0 }) {
      limits.compileWorkGroupSize = required.map { Int(clamping: $0) }
    }
    limits.preferredMultiple = info.size(CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE)
    limits.staticLocalBytes = info.size64(CL_KERNEL_LOCAL_MEM_SIZE)
    limits.privateBytes = info.size64(CL_KERNEL_PRIVATE_MEM_SIZE)
    self.limits = limits
  }

  deinit { clReleaseKernel(raw) }
}

/// The arguments a launch was made with; what is in the list stays alive with it.
final class ArgumentList: @unchecked Sendable {
  // SAFETY: `slots` is changed only by the kernel that owns the list, and only while nothing else
  // refers to it.
  enum Slot {
    case unset
    case value
    case buffer(MemoryHandle)
    case local(Int)
  }

  let object: KernelObject
  var slots: [Slot]

  init(_ object: KernelObject, count: Int) {
    self.object = object
    slots = Array(repeating: .unset, count: count)
  }

  init(copying other: ArgumentList) {
    object = other.object
    slots = other.slots
  }

  /// Indices of arguments that were never set.
  var missing: [Int] {
    slots.indices.filter { if case .unset = slots[$0] { true } else { false } }
  }

  /// Sizes of the `__local` arguments.
  var localSizes: [Int] {
    slots.compactMap { if case .local(let bytes) = $0 { bytes } else { nil } }
  }
}
