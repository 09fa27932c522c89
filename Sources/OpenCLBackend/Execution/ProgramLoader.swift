import DiskCache
import OpenCLRuntime
import TensorCore

/// Where a device's programs come from: the cache on disk where that has them, else their source.
package struct ProgramLoader: Sendable {
  /// The cache; nil for none.
  package let store: ProgramStore?
  /// The version of Incept, part of every key.
  package let engine: String
  /// The `incept` command, which compiles on all cores where a driver uses one core of a process; nil for none.
  package let helper: String?
  /// The compiler's options, as `-cl-opt-disable`; none for all but diagnoses.
  package let options: String

  /// A loader.
  package init(
    store: ProgramStore? = nil, engine: String = "", helper: String? = nil, options: String = ""
  ) {
    self.store = store
    self.engine = engine
    self.helper = helper
    self.options = options
  }

  /// What a kernel's program on a device depends on.
  package func key(_ kernel: KernelSpecialization, on device: DeviceInfo) throws(InceptError)
    -> ProgramKey
  {
    ProgramKey(
      sourceText: try kernel.source(), options: Program.complete(options, for: device),
      device: device.name, driver: device.driverVersion,
      platform: "\(device.platformName) \(device.platformVersion)", engine: engine)
  }

  /// A kernel's program, built now if the cache doesn't have it, and then kept there.
  func program(
    _ kernel: KernelSpecialization, _ context: borrowing Context
  ) throws(InceptError) -> Program {
    guard let store else { return try build(kernel, context) }
    let key = try key(kernel, on: context.device)
    if case .found(let entry) = store.lookup(key), !entry.program.isEmpty {
      // A driver may refuse what it wrote itself, after an update that changed no version for one.
      do throws(InceptError) {
        return try Program(
          context, binary: entry.program, options: options, label: kernel.file)
      } catch {}
    }
    let program = try build(kernel, context)
    // For drivers that compile at first launch this would be compiling twice; see `ProgramHelper`.
    if !context.device.compilesAtFirstLaunch { keep(program, kernel, key) }
    return program
  }

  /// Notes in the cache that the driver's own cache has a program. The note is an entry without bytes.
  func noteCompiled(_ kernel: KernelSpecialization, _ key: ProgramKey) {
    if case .found = store?.lookup(key) { return }
    store?.save(ProgramEntry(key: key, name: kernel.identity, program: []))
  }

  /// Keeps a program in the cache.
  func keep(_ program: borrowing Program, _ kernel: KernelSpecialization, _ key: ProgramKey) {
    guard let store, let binary = program.binary else { return }
    store.save(ProgramEntry(key: key, name: kernel.identity, program: binary))
  }

  private func build(
    _ kernel: KernelSpecialization, _ context: borrowing Context
  ) throws(InceptError) -> Program {
    try Program(context, source: try kernel.source(), options: options, label: kernel.file)
  }
}

extension KernelSpecialization {
  /// The kernel and its compile-time values in one line, the same for every version of the source.
  package var identity: String {
    ([entry] + defines.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
  }
}
