import OpenCLRuntime
import Synchronization
import TensorCore

/// A plan on a device: memory allocated, programs built, arguments set. Runs one inference at a time; calls
/// from several threads wait for each other.
package final class Executable: Sendable {
  /// The plan.
  package let plan: Plan
  /// The device.
  package let device: BackendDevice
  let memory: PlanMemory
  let launches: [PreparedLaunch]
  let sequence: LaunchSequence
  let queue: Shared<Queue>
  private let running = Mutex(())

  /// How far preparing is: programs done of all, or constants.
  package struct Progress: Sendable {
    /// What is being done: `build` or `upload`.
    package let stage: String
    /// Steps done.
    package let done: Int
    /// Steps in all.
    package let total: Int
  }

  /// Prepares a plan.
  ///
  /// - Throws: build failures with the compiler's log, exhausted memory, launches beyond the device's limits.
  package init(
    _ plan: Plan, on device: BackendDevice, progress: @Sendable (Progress) -> Void = { _ in }
  ) throws(InceptError) {
    self.plan = plan
    self.device = device
    queue = Shared(try Queue(device.context.value, outOfOrder: plan.runsOutOfOrder))
    memory = try PlanMemory(plan, device.context.value, queue.value)

    let buffers = try Preparation(plan, on: device).run(progress)
    var prepared: [PreparedLaunch] = []
    for launch in plan.launches {
      let program = try device.program(launch.kernel)
      var kernel = try program.value.kernel(launch.kernel.entry)
      for (index, argument) in launch.arguments.enumerated() {
        try Self.set(&kernel, index, argument, plan, memory, buffers, device)
      }
      prepared.append(
        try PreparedLaunch(
          kernel, global: launch.global, local: launch.local, label: launch.label))
    }
    launches = prepared
    sequence = LaunchSequence(prepared, waits: plan.launches.map(\.waits))
    try Self.launchEachKernel(plan, prepared, queue.value) { done, total in
      progress(Progress(stage: "build", done: done, total: total))
    }
  }

  /// Whether launches may overlap: the plan wants it and the device can do it.
  package var isOutOfOrder: Bool { queue.value.isOutOfOrder }

  private static func set(
    _ kernel: inout Kernel, _ index: Int, _ argument: Launch.Argument, _ plan: Plan,
    _ memory: PlanMemory, _ constants: [Shared<Buffer>], _ device: BackendDevice
  ) throws(InceptError) {
    switch argument {
    case .buffer(.arena(let number)):
      try kernel.setArg(index, memory.buffer(ofRegion: number).value)
    case .buffer(.constant(let number)): try kernel.setArg(index, constants[number].value)
    case .offset(let storage, let offset):
      try kernel.setArg(index, try int32(plan.position(storage, offset)))
    case .int(let value): try kernel.setArg(index, try int32(value))
    case .float(let value): try kernel.setArg(index, value)
    case .localBytes(let bytes): try kernel.setArg(index, localBytes: bytes)
    case .state(let count):
      let zeros = [Int32](repeating: 0, count: count)
      try kernel.setArg(index, try Buffer(device.context.value, copying: zeros, label: "state"))
    case .table(let cells):
      var values: [Int32] = []
      for cell in cells {
        switch cell {
        case .int(let value): values.append(try int32(value))
        case .offset(let storage, let offset):
          values.append(try int32(plan.position(storage, offset)))
        }
      }
      let buffer = try Buffer(device.context.value, copying: values, label: "table")
      try kernel.setArg(index, buffer)
    }
  }

  private static func int32(_ value: Int) throws(InceptError) -> Int32 {
    guard let value = Int32(exactly: value) else {
      throw InceptError(
        .unavailable, subject: "memory plan", expected: "expected sizes and offsets below 2^31",
        found: "\(value)", hint: "use a smaller batch or image")
    }
    return value
  }

  // MARK: Running

  /// Runs the network once and waits for it.
  ///
  /// - Parameter inputs: One tensor per graph input, by name, of exactly the planned shape.
  /// - Returns: The results in the graph's order, images and feature maps in the framework's axis order.
  package func run(_ inputs: [String: HostTensor]) throws(InceptError) -> [HostTensor] {
    try exclusively { () throws(InceptError) in
      try upload(inputs, queue.value)
      try queue.value.enqueue(sequence)
      // Out of order nothing else makes reading wait; in order the first reading waits for everything.
      let isRead = plan.outputs.contains { $0.view.shape.elementCount > 0 }
      if isOutOfOrder || !isRead { try queue.value.finish() }
      return try plan.outputs.map { (output) throws(InceptError) in
        try download(output, queue.value)
      }
    }
  }

  /// Runs the kernels only, on what the inputs hold from the last run, and waits.
  package func runKernels() throws(InceptError) {
    try exclusively { () throws(InceptError) in
      try queue.value.enqueue(sequence)
      try queue.value.finish()
    }
  }

  /// Sets the inputs without running.
  package func setInputs(_ inputs: [String: HostTensor]) throws(InceptError) {
    try exclusively { () throws(InceptError) in
      try upload(inputs, queue.value)
      try queue.value.finish()
    }
  }

  func exclusively<Result>(_ body: () throws(InceptError) -> Result) throws(InceptError)
    -> Result
  {
    try running.withLock { (_) throws(InceptError) in
      do throws(InceptError) {
        return try body()
      } catch {
        // What is under way may still read memory that the next run writes.
        try? queue.value.finish()
        throw error
      }
    }
  }

  func upload(_ inputs: [String: HostTensor], _ queue: borrowing Queue)
    throws(InceptError)
  {
    for binding in plan.inputs {
      guard let tensor = inputs[binding.name] else {
        throw InceptError(
          .usage, subject: "input '\(binding.name)'", expected: "expected a tensor",
          found: "none", hint: "pass --input \(binding.name)=FILE.npy")
      }
      try send(tensor, to: binding, queue)
    }
  }

  /// Checks a tensor and writes it to an input.
  func send(
    _ tensor: HostTensor, to binding: Plan.Binding, _ queue: borrowing Queue
  ) throws(InceptError) {
    guard tensor.shape == binding.view.shape else {
      throw InceptError(
        .badData, subject: "input '\(binding.name)'",
        expected: "expected shape \(binding.view.shape)", found: "\(tensor.shape)")
    }
    let type = binding.view.elementType
    if let found = tensor.refusal(as: type) {
      throw InceptError(
        .badData, subject: "input '\(binding.name)'",
        expected: "expected elements that are \(type.rawValue)", found: found,
        hint: "convert with array.astype('\(type.rawValue)')")
    }
    try memory.write(tensor, to: binding.view, plan, queue)
  }

  func download(_ output: Plan.Binding, _ queue: borrowing Queue) throws(InceptError)
    -> HostTensor
  {
    try read(output.permutation.map { output.view.permuted($0) } ?? output.view, queue)
  }

  /// The elements of a view as they are now.
  func read(_ view: TensorView, _ queue: borrowing Queue) throws(InceptError) -> HostTensor {
    guard view.shape.elementCount > 0 else {
      return HostTensor(shape: view.shape, elementType: view.elementType, doubles: [])
    }
    let start = plan.position(view.storage, view.offset)
    let precision = plan.options.precision
    let source = try buffer(of: view.storage)
    return try HostTensor(shape: view.shape, elementType: view.elementType) {
      (destination) throws(InceptError) in
      if view.isDense {
        try queue.read(source.value, elements: destination, first: start, as: precision)
      } else {
        let staging = try HostTensor(shape: [view.span]) {
          (elements: UnsafeMutableBufferPointer<Float>) throws(InceptError) in
          try queue.read(source.value, elements: elements, first: start, as: precision)
        }
        staging.withFloats { StridedCopy.gather($0, from: view.words, into: destination) }
      }
    }
  }

  /// The buffer that a storage is in.
  func buffer(of storage: Storage) throws(InceptError) -> Shared<Buffer> {
    switch storage {
    case .arena(let number): memory.buffer(ofRegion: number)
    case .constant(let number): try device.buffer(plan.constants[number])
    }
  }
}

extension Plan {
  /// Position of an element of a storage in its buffer.
  package func position(_ storage: Storage, _ offset: Int) -> Int {
    switch storage {
    case .arena(let number): regions[number].offset + offset
    case .constant: offset
    }
  }
}
