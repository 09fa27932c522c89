import OpenCLRuntime
import TensorCore

/// What kernels need to know of a device. Read from it once; nothing else asks who made it.
package struct DeviceTraits: Hashable, Sendable {
  /// How a kernel gets its parallelism.
  package enum Style: String, Hashable, Sendable {
    /// One work-item per work-group computes a register tile with explicit `float16` values: CPUs.
    case registerTiles
    /// Many work-items share tiles through local memory: GPUs.
    case workItems
  }

  /// Which family of kernels fits.
  package var style: Style
  /// Floats in one vector register, as the device reports; at least 1.
  package var vectorWidth: Int
  /// Cores or multiprocessors.
  package var computeUnits: Int
  /// Local memory of one work-group in bytes.
  package var localMemoryBytes: Int
  /// Work-items of one work-group.
  package var maxWorkGroupSize: Int
  /// Bytes of the largest buffer.
  package var maxAllocationBytes: Int
  /// Bytes of all buffers together.
  package var globalMemoryBytes: Int
  /// Whether kernels may compute in float16 (`cl_khr_fp16`), not only store it.
  package var hasHalfArithmetic = false
  /// Whether kernels may compute in float64.
  package var hasDoubleArithmetic = true
  /// Whether launches may overlap.
  package var overlapsLaunches: Bool
  /// Whether a work-group may wait for what another one writes.
  package var ordersMemoryBetweenGroups = true

  /// Traits from numbers, for tests and for planning without a device.
  package init(
    style: Style, vectorWidth: Int, computeUnits: Int, localMemoryBytes: Int,
    maxWorkGroupSize: Int, maxAllocationBytes: Int, globalMemoryBytes: Int,
    overlapsLaunches: Bool = true
  ) {
    self.style = style
    self.vectorWidth = vectorWidth
    self.computeUnits = computeUnits
    self.localMemoryBytes = localMemoryBytes
    self.maxWorkGroupSize = maxWorkGroupSize
    self.maxAllocationBytes = maxAllocationBytes
    self.globalMemoryBytes = globalMemoryBytes
    self.overlapsLaunches = overlapsLaunches
  }
}
