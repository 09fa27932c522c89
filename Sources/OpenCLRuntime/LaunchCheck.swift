import TensorCore

/// The sizes of one launch and the limits they must keep to, checked before the driver sees them:
/// some drivers abort the process for what others refuse.
package struct LaunchCheck {
  /// The device's limits.
  package var device: DeviceInfo
  /// The kernel's limits.
  package var kernel: KernelLimits
  /// Work-items along each dimension.
  package var global: [Int]
  /// Work-items of a group along each dimension, or nil for the driver's choice.
  package var local: [Int]?
  /// Sizes of the kernel's `__local` arguments in bytes.
  package var localArguments: [Int]

  /// A rule and what breaks it, in the words of an error.
  package struct Violation: Hashable, Sendable {
    /// The rule, with its limit.
    package var expected: String
    /// What breaks it.
    package var found: String
  }

  /// Alignment in bytes at which drivers place each piece of local memory: that of the largest
  /// type, `double16`.
  static let localAlignment = 128

  /// Creates a check.
  package init(
    device: DeviceInfo, kernel: KernelLimits, global: [Int], local: [Int]?,
    localArguments: [Int] = []
  ) {
    self.device = device
    self.kernel = kernel
    self.global = global
    self.local = local
    self.localArguments = localArguments
  }

  /// The first broken rule, or nil where the launch may go ahead.
  package var violation: Violation? { globalViolation ?? groupViolation ?? localMemoryViolation }

  private var globalViolation: Violation? {
    guard (1...3).contains(global.count), global.allSatisfy({ $0 > 0 }) else {
      return Violation(expected: "expected 1 to 3 global sizes above 0", found: "\(global)")
    }
    let limit = device.addressBits == 32 ? Int(UInt32.max) : Int.max
    guard let items = product(global), items <= limit else {
      return Violation(expected: "expected at most \(limit) work-items", found: "\(global)")
    }
    return nil
  }

  private var groupViolation: Violation? {
    guard let local else {
      guard let required = kernel.compileWorkGroupSize else { return nil }
      return Violation(
        expected: "expected the kernel's own local size \(required)", found: "no local size")
    }
    guard local.count == global.count, local.allSatisfy({ $0 > 0 }), let items = product(local)
    else {
      return Violation(
        expected: "expected \(global.count) local sizes above 0", found: "\(local)")
    }
    if let required = kernel.compileWorkGroupSize,
      local + Array(repeating: 1, count: 3 - local.count) != required
    {
      return Violation(
        expected: "expected the kernel's own local size \(required)", found: "\(local)")
    }
    guard zip(global, local).allSatisfy({ $0.isMultiple(of: $1) }) else {
      return Violation(
        expected: "expected a global size divisible by the local size \(local)", found: "\(global)")
    }
    for (limit, size) in zip(device.maxWorkItemSizes, local) where limit > 0 && size > limit {
      return Violation(
        expected: "expected local sizes within the device's \(device.maxWorkItemSizes)",
        found: "\(local)")
    }
    // A driver that built a kernel for a size of its own can run that size, whatever it says of the kernel: some
    // answer with a number that has nothing to do with it.
    let own = kernel.compileWorkGroupSize == nil ? kernel.workGroupSize : 0
    if let limit = [device.maxWorkGroupSize, own].filter({ $0 > 0 }).min(), items > limit {
      return Violation(
        expected: "expected at most \(limit) work-items in a group", found: "\(items), as \(local)")
    }
    return nil
  }

  private var localMemoryViolation: Violation? {
    var total = Self.aligned(kernel.staticLocalBytes)
    for size in localArguments {
      let (sum, overflow) = total.addingReportingOverflow(Self.aligned(size))
      total = overflow ? Int.max : sum
    }
    guard total > 0, total > device.localMemoryBytes else { return nil }
    return Violation(
      expected: "expected at most \(device.localMemoryBytes) bytes of local memory",
      found: "\(total)")
  }

  private static func aligned(_ bytes: Int) -> Int {
    bytes > Int.max - localAlignment
      ? Int.max : (bytes + localAlignment - 1) / localAlignment * localAlignment
  }

  private func product(_ sizes: [Int]) -> Int? {
    var result = 1
    for size in sizes {
      let (next, overflow) = result.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      result = next
    }
    return result
  }
}

extension Kernel {
  /// The sizes of a checked launch, as OpenCL takes them.
  struct Range: Sendable {
    typealias Sizes = (Int, Int, Int)

    let dimensions: UInt32
    let global: Sizes
    let local: Sizes?

    init(global: [Int], local: [Int]?) {
      dimensions = UInt32(global.count)
      self.global = Self.sizes(global)
      self.local = local.map(Self.sizes)
    }

    private static func sizes(_ list: [Int]) -> Sizes {
      (list.first ?? 1, list.count > 1 ? list[1] : 1, list.count > 2 ? list[2] : 1)
    }

    /// Calls `body` with pointers to the sizes.
    @inline(__always)
    func withSizes(_ body: (UnsafePointer<Int>, UnsafePointer<Int>?) -> Int32) -> Int32 {
      withUnsafeBytes(of: global) { global in
        guard let global = global.assumingMemoryBound(to: Int.self).baseAddress else { return -1 }
        guard let local else { return body(global, nil) }
        return withUnsafeBytes(of: local) {
          body(global, $0.assumingMemoryBound(to: Int.self).baseAddress)
        }
      }
    }
  }

  /// Checks a launch of this kernel with its present arguments.
  func checked(global: [Int], local: [Int]?, label: String) throws(InceptError) -> Range {
    let subject = label.isEmpty ? "kernel '\(name)'" : "'\(label)': kernel '\(name)'"
    let missing = arguments.missing
    guard missing.isEmpty else {
      throw object.context.violation(
        subject, expected: "expected all \(arguments.slots.count) arguments to be set",
        found: "none for \(missing.map(String.init).joined(separator: ", "))")
    }
    let check = LaunchCheck(
      device: object.context.device, kernel: limits, global: global, local: local,
      localArguments: arguments.localSizes)
    if let violation = check.violation {
      throw object.context.violation(
        subject, expected: violation.expected, found: violation.found)
    }
    return Range(global: global, local: local)
  }
}
