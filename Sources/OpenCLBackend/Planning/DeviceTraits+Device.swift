import OpenCLRuntime

extension DeviceTraits {
  /// Reads the traits of a device.
  ///
  /// CPUs get register tiles: their drivers don't vectorise across work-items once a kernel has a loop, so that
  /// one work-item with explicit vectors is many times as fast.
  package init(_ device: DeviceInfo) {
    let width = Swift.max(device.nativeFloatVectorWidth, device.preferredFloatVectorWidth)
    self.init(
      style: device.type == .cpu && width > 1 ? .registerTiles : .workItems,
      vectorWidth: Swift.max(1, width), computeUnits: Swift.max(1, device.computeUnits),
      localMemoryBytes: device.localMemoryBytes,
      maxWorkGroupSize: Swift.max(1, device.maxWorkGroupSize),
      maxAllocationBytes: device.maxAllocationBytes, globalMemoryBytes: device.globalMemoryBytes,
      overlapsLaunches: device.supportsOutOfOrder)
    hasHalfArithmetic = device.hasFP16
    hasDoubleArithmetic = device.hasFP64
    ordersMemoryBetweenGroups = device.ordersMemoryBetweenGroups
  }
}
