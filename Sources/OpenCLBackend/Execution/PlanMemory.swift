import OpenCLRuntime
import TensorCore

/// The device memory of a plan: the arena, and a buffer for each input.
///
/// The host writes a buffer as a whole or not at all: the arena once, with the zeros that borders rely on, an
/// input's buffer with its borders. Tools that watch for uninitialised reads then see every element set.
struct PlanMemory: Sendable {
  private let arena: Shared<Buffer>
  private let inputs: [Int: Shared<Buffer>]
  private let staging: [Int: InputStaging]

  /// Allocates the plan's regions and zeroes them.
  init(
    _ plan: Plan, _ context: borrowing Context, _ queue: borrowing Queue
  ) throws(InceptError) {
    arena = try Self.zeroed(max(plan.arenaBytes, 4), "arena", context, queue)
    var inputs: [Int: Shared<Buffer>] = [:]
    for (number, region) in plan.regions.enumerated() where region.isInput {
      inputs[number] = try Self.zeroed(
        max(region.elementCount, 1) * 4, region.name, context, queue)
    }
    self.inputs = inputs
    staging = inputs.keys.reduce(into: [:]) { staging, number in
      let count = plan.regions[number].elementCount
      guard count > 0, count * 4 <= InputStaging.byteLimit else { return }
      staging[number] = InputStaging(elementCount: count)
    }
  }

  private static func zeroed(
    _ byteCount: Int, _ label: String, _ context: borrowing Context, _ queue: borrowing Queue
  ) throws(InceptError) -> Shared<Buffer> {
    let buffer = try Buffer(context, byteCount: byteCount, label: label)
    if context.device.hasUnifiedMemory {
      try queue.withMapped(buffer, for: .overwrite) { (bytes) throws(InceptError) in
        LargeMemory.preferHugePages(bytes)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
      }
    } else {
      try queue.fill(buffer, with: Int32(0))
      try queue.finish()
    }
    return Shared(buffer)
  }

  /// The buffer that a region is in.
  func buffer(ofRegion number: Int) -> Shared<Buffer> { inputs[number] ?? arena }

  /// Writes a caller's tensor, which has the view's shape. On an in-order queue it may not be there yet when this
  /// returns; the tensor is no longer needed all the same.
  func write(
    _ tensor: HostTensor, to view: TensorView, _ plan: Plan, _ queue: borrowing Queue
  ) throws(InceptError) {
    guard case .arena(let number) = view.storage, tensor.elementCount > 0 else { return }
    let buffer = buffer(ofRegion: number)
    let count = plan.regions[number].elementCount
    if let staging = staging[number], !queue.isOutOfOrder {
      return try queue.enqueueWrite(buffer.value, from: staging.put(tensor, view))
    }
    try tensor.withFloats { (floats) throws(InceptError) in
      if view.isDense, view.shape.elementCount == count {
        try queue.write(buffer.value, from: UnsafeRawBufferPointer(floats))
      } else {
        var values = [Float](repeating: 0, count: count)
        values.withUnsafeMutableBufferPointer { StridedCopy.scatter(floats, into: $0, view) }
        try queue.write(buffer.value, values)
      }
    }
  }
}
