import OpenCLRuntime
import Synchronization
import TensorCore

/// An open device with what the plans on it share: compiled programs and packed constants.
package final class BackendDevice: Sendable {
  /// The device.
  package let info: DeviceInfo
  /// What planning needs to know of it.
  package let traits: DeviceTraits
  let context: Shared<Context>
  private let programs = Mutex<[KernelSpecialization: Shared<Program>]>([:])
  private let constants = Mutex<[PlannedConstant.Key: Shared<Buffer>]>([:])

  /// Opens a device; `traits` may be given to try kernels meant for another kind of device.
  package init(_ info: DeviceInfo, traits: DeviceTraits? = nil) throws(InceptError) {
    self.info = info
    self.traits = traits ?? DeviceTraits(info)
    context = Shared(try Context(info))
  }

  /// The program of a specialisation, built on first use. Several threads may build at once.
  func program(_ kernel: KernelSpecialization) throws(InceptError) -> Shared<Program> {
    if let program = programs.withLock({ $0[kernel] }) { return program }
    let source = try kernel.source()
    let program = Shared(try Program(context.value, source: source, label: kernel.file))
    programs.withLock { $0[kernel] = program }
    return program
  }

  /// The device's copy of a constant, made on first use.
  func buffer(_ constant: PlannedConstant) throws(InceptError) -> Shared<Buffer> {
    if let buffer = constants.withLock({ $0[constant.key] }) { return buffer }
    let tensor = try constant.make()
    let buffer = Shared(try upload(tensor))
    constants.withLock { $0[constant.key] = buffer }
    return buffer
  }

  /// Forgets the constants that no executable holds any more.
  package func dropConstants() { constants.withLock { $0.removeAll() } }

  /// A buffer of float32 (or int32, as they are) elements.
  private func upload(_ tensor: HostTensor) throws(InceptError) -> Buffer {
    let buffer = try Buffer(
      context.value, byteCount: max(tensor.elementCount, 1) * 4, label: "weights")
    let queue = try Queue(context.value)
    if tensor.elementType == .int32 {
      try tensor.withUnsafeBytes { (raw) throws(InceptError) in
        try queue.write(buffer, from: raw)
      }
    } else {
      try tensor.withFloats { (floats) throws(InceptError) in
        try queue.write(buffer, from: UnsafeRawBufferPointer(floats))
      }
    }
    try queue.finish()
    return buffer
  }
}
