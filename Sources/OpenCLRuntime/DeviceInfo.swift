/// What kind of processor a device is.
package enum DeviceType: String, Sendable, Hashable, CaseIterable {
  case cpu, gpu, accelerator, other
}

/// The driver's name for a device.
package struct DeviceHandle: @unchecked Sendable, Hashable {
  // SAFETY: a root device's identifier is a constant of the process; OpenCL's calls on it are
  // thread-safe.
  let raw: OpaquePointer
}

/// What a device says about itself: plain data, read once.
///
/// A value that the driver doesn't answer is 0, empty or false. Sizes are in bytes.
package struct DeviceInfo: Sendable, Hashable {
  /// Position of the platform in the loader's order, which may change between runs.
  package var platformIndex: Int
  /// Position of the device in its platform.
  package var deviceIndex: Int
  /// The device's name.
  package var name: String
  /// What kind of processor it is.
  package var type: DeviceType
  /// The platform's name.
  package var platformName: String

  /// The maker that the device names.
  package var vendor = ""
  /// The driver's version, in the driver's own form.
  package var driverVersion = ""
  /// `CL_DEVICE_VERSION`: `OpenCL 3.0 …`.
  package var deviceVersion = ""
  /// `CL_DEVICE_OPENCL_C_VERSION`: `OpenCL C 1.2 …`.
  package var openCLCVersion = ""
  /// `CL_PLATFORM_VERSION`: `OpenCL 3.0 …`.
  package var platformVersion = ""
  /// The maker that the platform names.
  package var platformVendor = ""
  /// Number of compute units: cores of a CPU.
  package var computeUnits = 0
  /// Highest clock in MHz.
  package var maxClockMHz = 0
  /// Memory of the device.
  package var globalMemoryBytes = 0
  /// The largest single buffer.
  package var maxAllocationBytes = 0
  /// Local memory that one work-group can have in all.
  package var localMemoryBytes = 0
  /// Whether local memory is memory of its own, rather than a piece of global memory as on CPUs.
  package var hasDedicatedLocalMemory = false
  /// The most work-items in one work-group.
  package var maxWorkGroupSize = 0
  /// The most work-items of a work-group along each dimension.
  package var maxWorkItemSizes: [Int] = []
  /// Vector width in floats that the compiler prefers in source.
  package var preferredFloatVectorWidth = 0
  /// Vector width in floats of the instruction set.
  package var nativeFloatVectorWidth = 0
  /// Cache in front of global memory.
  package var globalCacheBytes = 0
  /// Line of that cache.
  package var cacheLineBytes = 0
  /// Width of the device's `size_t`.
  package var addressBits = 0
  /// Alignment that the start of a buffer slice needs, in bits as OpenCL reports it.
  package var memBaseAddrAlignBits = 0
  /// Nanoseconds per tick of the profiling clock.
  package var profilingTimerResolution = 0
  /// Whether queues may run commands out of order.
  package var supportsOutOfOrder = false
  /// Whether a work-group may wait for another's atomic operation and then read what that wrote before it: acquire and
  /// release across the device (OpenCL 3.0, CL_DEVICE_ATOMIC_MEMORY_CAPABILITIES). False where a device is not asked.
  package var ordersMemoryBetweenGroups = false
  /// Whether device and host share their memory.
  package var hasUnifiedMemory = false
  /// Names of the extensions.
  package var extensions: [String] = []
  /// Whether kernels can compute in `half`.
  package var hasFP16 = false
  /// Whether kernels can compute in `double`.
  package var hasFP64 = false
  /// Whether the device can be used now.
  package var isAvailable = true
  /// Whether the driver builds kernels from source.
  package var isCompilerAvailable = true
  /// The driver's identifier; nil in a made-up description, which can't be opened.
  package var handle: DeviceHandle?

  /// Creates a description with only the fields that selection looks at.
  package init(
    platformIndex: Int, deviceIndex: Int, name: String, type: DeviceType, platformName: String
  ) {
    self.platformIndex = platformIndex
    self.deviceIndex = deviceIndex
    self.name = name
    self.type = type
    self.platformName = platformName
  }

  /// The index that `--device` takes: `P:D`.
  package var index: String { "\(platformIndex):\(deviceIndex)" }

  /// Alignment that the start of a buffer slice needs, in bytes; at least 1.
  package var sliceAlignmentBytes: Int { max(1, memBaseAddrAlignBits / 8) }

  /// One line for listings: `0:0 NAME (cpu, PLATFORM)`.
  package var summary: String { "\(index) \(name) (\(type.rawValue), \(platformName))" }
}

/// What a platform says about itself. A platform may have no devices.
package struct PlatformInfo: Sendable, Hashable {
  /// Position in the loader's order, which may change between runs.
  package var index: Int
  /// The platform's name.
  package var name: String
  /// The maker that the platform names.
  package var vendor: String
  /// `CL_PLATFORM_VERSION`: `OpenCL 3.0 …`.
  package var version: String
  /// Names of the extensions.
  package var extensions: [String]
  /// Number of devices of any type.
  package var deviceCount: Int

  /// Creates a description.
  package init(
    index: Int, name: String, vendor: String = "", version: String = "", extensions: [String] = [],
    deviceCount: Int
  ) {
    self.index = index
    self.name = name
    self.vendor = vendor
    self.version = version
    self.extensions = extensions
    self.deviceCount = deviceCount
  }
}
