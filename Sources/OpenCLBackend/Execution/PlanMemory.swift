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
    arena = try Self.zeroed(plan.arenaBytes, "arena", context, queue)
    var inputs: [Int: Shared<Buffer>] = [:]
    for (number, region) in plan.regions.enumerated() where region.isInput {
      let bytes = region.elementCount * plan.options.precision.bytes
      inputs[number] = try Self.zeroed(bytes, region.name, context, queue)
    }
    self.inputs = inputs
    staging = inputs.keys.reduce(into: [:]) { staging, number in
      let count = plan.regions[number].elementCount
      let isStaged = plan.options.precision == .fp32 && count * 4 <= InputStaging.byteLimit
      guard count > 0, isStaged else { return }
      staging[number] = InputStaging(wordCount: count)
    }
  }

  private static func zeroed(
    _ byteCount: Int, _ label: String, _ context: borrowing Context, _ queue: borrowing Queue
  ) throws(InceptError) -> Shared<Buffer> {
    // Whole words, at least one.
    let byteCount = max(4, (byteCount + 3) / 4 * 4)
    let buffer = try Buffer(context, byteCount: byteCount, label: label)
    if context.device.isWrittenMapped {
      try queue.withMapped(buffer, for: .overwrite) { (bytes) throws(InceptError) in
        LargeMemory.preferHugePages(bytes)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
      }
    } else {
      try queue.write(buffer, [UInt8](repeating: 0, count: byteCount))
    }
    return Shared(buffer)
  }

  /// The buffer that a region is in.
  func buffer(ofRegion number: Int) -> Shared<Buffer> { inputs[number] ?? arena }

  /// Writes a caller's tensor, which has the view's shape and can be fed to its type. On an in-order queue it may not be there yet when this
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
    let precision = plan.options.precision
    try tensor.withWords(as: view.elementType) { (words) throws(InceptError) in
      if view.isDense, words.count == count {
        try queue.write(buffer.value, elements: words, as: precision)
      } else {
        let staging = HostTensor(shape: [count]) { (target: UnsafeMutableBufferPointer<Float>) in
          target.update(repeating: 0)
          StridedCopy.scatter(words, into: target, view.words)
        }
        try staging.withFloats { (elements) throws(InceptError) in
          try queue.write(buffer.value, elements: elements, as: precision)
        }
      }
    }
  }
}
