import OpenCLRuntime
import Synchronization
import TensorCore

/// An open device with what the plans on it share: compiled programs and packed constants.
package final class BackendDevice: Sendable {
  /// The device.
  package let info: DeviceInfo
  /// What planning needs to know of it.
  package let traits: DeviceTraits
  /// Where programs come from.
  package let loader: ProgramLoader
  let context: Shared<Context>
  private let programs = Mutex<[KernelSpecialization: Shared<Program>]>([:])
  private let constants = Mutex<[PlannedConstant.Key: Shared<Buffer>]>([:])

  /// Processes that compile for this device.
  let helpers = Mutex<[ProgramHelper]>([])

  /// Opens a device; `traits` may be given to try kernels meant for another kind of device.
  package init(
    _ info: DeviceInfo, traits: DeviceTraits? = nil, loader: ProgramLoader = ProgramLoader()
  ) throws(InceptError) {
    self.info = info
    self.loader = loader
    self.traits = traits ?? DeviceTraits(info)
    context = Shared(try Context(info))
  }

  /// The program of a specialisation, built on first use. Several threads may build at once.
  func program(_ kernel: KernelSpecialization) throws(InceptError) -> Shared<Program> {
    if let program = programs.withLock({ $0[kernel] }) { return program }
    let program = Shared(try loader.program(kernel, context.value))
    programs.withLock { $0[kernel] = program }
    return program
  }

  /// Whether a specialisation's program was built or loaded before.
  func hasProgram(_ kernel: KernelSpecialization) -> Bool {
    programs.withLock { $0[kernel] != nil }
  }

  /// The device's copy of a constant, made on first use.
  func buffer(_ constant: PlannedConstant) throws(InceptError) -> Shared<Buffer> {
    if let buffer = constants.withLock({ $0[constant.key] }) { return buffer }
    let buffer = Shared(try upload(constant))
    constants.withLock { $0[constant.key] = buffer }
    return buffer
  }

  /// Forgets the constants that no executable holds any more.
  package func dropConstants() { constants.withLock { $0.removeAll() } }

  /// Writes a constant where the device has it; elsewhere into host memory that is copied.
  private func upload(_ constant: PlannedConstant) throws(InceptError) -> Buffer {
    let count = constant.elementCount
    let buffer = try Buffer(
      context.value, byteCount: max(constant.byteCount, 4), label: "weights")
    guard count > 0 else { return buffer }
    let queue = try Queue(context.value)
    if info.isWrittenMapped, constant.key.precision == .fp32 {
      try queue.withMapped(buffer, for: .overwrite) { (bytes) throws(InceptError) in
        LargeMemory.preferHugePages(bytes)
        try constant.write(bytes.bindMemory(to: Float.self))
      }
    } else {
      let staging = try TensorStorage(byteCount: count * 4) { (bytes) throws(InceptError) in
        try constant.write(bytes.bindMemory(to: Float.self))
      }
      let bytes = UnsafeRawBufferPointer(start: staging.baseAddress, count: staging.byteCount)
      try queue.write(
        buffer, elements: bytes.bindMemory(to: Float.self), as: constant.key.precision)
      withExtendedLifetime(staging) {}
    }
    try queue.finish()
    return buffer
  }
}
