import OpenCLRuntime
import TensorCore

/// The device memory of a plan: the arena, and a buffer for each input.
///
/// The host writes a buffer as a whole or not at all: the arena once, with the zeros that borders rely on, an
/// input's buffer with its borders. Tools that watch for uninitialised reads then see every element set.
struct PlanMemory: Sendable {
  private let arena: Shared<Buffer>
  private let inputs: [Int: Shared<Buffer>]

  /// Allocates the plan's regions and zeroes them.
  init(
    _ plan: Plan, _ context: borrowing Context, _ queue: borrowing Queue
  ) throws(InceptError) {
    arena = try Self.zeroed(max(plan.arenaBytes, 4), "arena", context, queue)
    var inputs: [Int: Shared<Buffer>] = [:]
    for (number, region) in plan.regions.enumerated() where region.isInput {
      let bytes = max(region.elementCount * plan.options.precision.bytes, 4)
      inputs[number] = try Self.zeroed(bytes, region.name, context, queue)
    }
    self.inputs = inputs
  }

  private static func zeroed(
    _ byteCount: Int, _ label: String, _ context: borrowing Context, _ queue: borrowing Queue
  ) throws(InceptError) -> Shared<Buffer> {
    let buffer = try Buffer(context, byteCount: byteCount, label: label)
    try queue.write(buffer, [UInt8](repeating: 0, count: byteCount))
    return Shared(buffer)
  }

  /// The buffer that a region is in.
  func buffer(ofRegion number: Int) -> Shared<Buffer> { inputs[number] ?? arena }

  /// Writes a caller's tensor, which has the view's shape.
  func write(
    _ tensor: HostTensor, to view: TensorView, _ plan: Plan, _ queue: borrowing Queue
  ) throws(InceptError) {
    guard case .arena(let number) = view.storage, tensor.elementCount > 0 else { return }
    let buffer = buffer(ofRegion: number)
    let count = plan.regions[number].elementCount
    let precision = plan.options.precision
    try tensor.withFloats { (floats) throws(InceptError) in
      if view.isDense, view.shape.elementCount == count {
        try queue.write(buffer.value, elements: floats, as: precision)
      } else {
        let staging = HostTensor(shape: [count]) { (target: UnsafeMutableBufferPointer<Float>) in
          target.update(repeating: 0)
          StridedCopy.scatter(floats, into: target, view)
        }
        try staging.withFloats { (elements) throws(InceptError) in
          try queue.write(buffer.value, elements: elements, as: precision)
        }
      }
    }
  }
}
