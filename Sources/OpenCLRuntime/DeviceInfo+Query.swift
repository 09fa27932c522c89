import COpenCL

extension DeviceInfo {
  /// Reads everything about one device of a platform.
  init(querying device: cl_device_id, at deviceIndex: Int, of platform: PlatformInfo) {
    let info = InfoQuery { clGetDeviceInfo(device, $0, $1, $2, $3) }
    let types = info.value(CL_DEVICE_TYPE, as: UInt64.self) ?? 0
    self.init(
      platformIndex: platform.index, deviceIndex: deviceIndex,
      name: info.text(CL_DEVICE_NAME) ?? "unnamed device", type: DeviceType(bits: types),
      platformName: platform.name)
    handle = DeviceHandle(raw: device)
    platformVersion = platform.version
    platformVendor = platform.vendor
    readIdentity(info)
    readCompute(info)
    readMemory(info)
  }

  private mutating func readIdentity(_ info: InfoQuery) {
    vendor = info.text(CL_DEVICE_VENDOR) ?? ""
    driverVersion = info.text(CL_DRIVER_VERSION) ?? ""
    deviceVersion = info.text(CL_DEVICE_VERSION) ?? ""
    openCLCVersion = info.text(CL_DEVICE_OPENCL_C_VERSION) ?? ""
    extensions = (info.text(CL_DEVICE_EXTENSIONS) ?? "").split(separator: " ").map(String.init)
    hasFP16 = extensions.contains("cl_khr_fp16")
    let doubles = info.value(CL_DEVICE_DOUBLE_FP_CONFIG, as: UInt64.self) ?? 0
    hasFP64 = extensions.contains("cl_khr_fp64") || doubles != 0
    isAvailable = info.flag(CL_DEVICE_AVAILABLE, default: true)
    isCompilerAvailable = info.flag(CL_DEVICE_COMPILER_AVAILABLE, default: true)
  }

  private mutating func readCompute(_ info: InfoQuery) {
    computeUnits = info.count(CL_DEVICE_MAX_COMPUTE_UNITS)
    maxClockMHz = info.count(CL_DEVICE_MAX_CLOCK_FREQUENCY)
    maxWorkGroupSize = info.size(CL_DEVICE_MAX_WORK_GROUP_SIZE)
    maxWorkItemSizes = info.values(CL_DEVICE_MAX_WORK_ITEM_SIZES, as: UInt.self)
      .map { Int(clamping: $0) }
    preferredFloatVectorWidth = info.count(CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT)
    nativeFloatVectorWidth = info.count(CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT)
    profilingTimerResolution = info.size(CL_DEVICE_PROFILING_TIMER_RESOLUTION)
    let properties = info.value(CL_DEVICE_QUEUE_PROPERTIES, as: UInt64.self) ?? 0
    supportsOutOfOrder = properties & UInt64(CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE) != 0
  }

  private mutating func readMemory(_ info: InfoQuery) {
    globalMemoryBytes = info.size64(CL_DEVICE_GLOBAL_MEM_SIZE)
    maxAllocationBytes = info.size64(CL_DEVICE_MAX_MEM_ALLOC_SIZE)
    localMemoryBytes = info.size64(CL_DEVICE_LOCAL_MEM_SIZE)
    hasDedicatedLocalMemory = info.count(CL_DEVICE_LOCAL_MEM_TYPE) == Int(CL_LOCAL)
    globalCacheBytes = info.size64(CL_DEVICE_GLOBAL_MEM_CACHE_SIZE)
    cacheLineBytes = info.count(CL_DEVICE_GLOBAL_MEM_CACHELINE_SIZE)
    addressBits = info.count(CL_DEVICE_ADDRESS_BITS)
    memBaseAddrAlignBits = info.count(CL_DEVICE_MEM_BASE_ADDR_ALIGN)
    hasUnifiedMemory = info.flag(CL_DEVICE_HOST_UNIFIED_MEMORY, default: false)
    let atomics = info.value(CL_DEVICE_ATOMIC_MEMORY_CAPABILITIES, as: UInt64.self) ?? 0
    let wanted = UInt64(CL_DEVICE_ATOMIC_ORDER_ACQ_REL | CL_DEVICE_ATOMIC_SCOPE_DEVICE)
    ordersMemoryBetweenGroups = atomics & wanted == wanted
  }
}

extension DeviceType {
  /// The kind that `CL_DEVICE_TYPE` bits stand for; a device that is several is what it is best at.
  init(bits: UInt64) {
    self =
      if bits & UInt64(CL_DEVICE_TYPE_GPU) != 0 {
        .gpu
      } else if bits & UInt64(CL_DEVICE_TYPE_CPU) != 0 {
        .cpu
      } else if bits & UInt64(CL_DEVICE_TYPE_ACCELERATOR) != 0 {
        .accelerator
      } else {
        .other
      }
  }
}

extension PlatformInfo {
  /// Reads everything about one platform.
  init(querying platform: cl_platform_id, at index: Int, deviceCount: Int) {
    let info = InfoQuery { clGetPlatformInfo(platform, $0, $1, $2, $3) }
    self.init(
      index: index, name: info.text(CL_PLATFORM_NAME) ?? "unnamed platform",
      vendor: info.text(CL_PLATFORM_VENDOR) ?? "", version: info.text(CL_PLATFORM_VERSION) ?? "",
      extensions: (info.text(CL_PLATFORM_EXTENSIONS) ?? "").split(separator: " ").map(String.init),
      deviceCount: deviceCount)
  }
}
