import DiskCache
import OpenCLRuntime
import TensorCore

/// What a helper process is asked to compile: programs, each with the arguments of a launch that makes the driver
/// compile its kernel. Travels as JSON between two processes of one version.
package struct ProgramRequest: Codable, Sendable {
  /// `PLATFORM:DEVICE`.
  package var deviceIndex: String
  /// The device's name.
  package var deviceName: String
  /// The folder of the program cache, and its bound.
  package var folder: String
  /// The bound of the program cache in bytes.
  package var limit: Int
  /// The version of Incept.
  package var engine: String
  /// Bytes of the buffer that stands in for all others.
  package var bufferBytes: Int
  /// The programs.
  package var programs: [Item]

  /// A program.
  package struct Item: Codable, Sendable {
    /// The kernel.
    package var kernel: KernelSpecialization
    /// The launch's arguments.
    package var arguments: [Argument]
    /// The launch's work-group, or nil where the driver may choose.
    package var local: [Int]?
    /// Number of dimensions of the launch.
    package var dimensions: Int
  }

  /// An argument's value.
  package enum Argument: Codable, Sendable {
    case buffer
    case int(Int32)
    case float(Float)
    case localBytes(Int)
    case table([Int32])
  }
}

extension ProgramRequest.Item {
  /// The launch at `index` of a plan; nil where a number doesn't fit, which the executable reports.
  init?(_ plan: Plan, launch index: Int) {
    let launch = plan.launches[index]
    kernel = launch.kernel
    local = launch.local
    dimensions = launch.global.count
    arguments = []
    for argument in launch.arguments {
      switch argument {
      case .buffer: arguments.append(.buffer)
      case .offset(let storage, let offset):
        guard let value = Int32(exactly: plan.position(storage, offset)) else { return nil }
        arguments.append(.int(value))
      case .int(let value):
        guard let value = Int32(exactly: value) else { return nil }
        arguments.append(.int(value))
      case .float(let value): arguments.append(.float(value))
      case .localBytes(let bytes): arguments.append(.localBytes(bytes))
      case .state(let count): arguments.append(.table([Int32](repeating: 0, count: count)))
      case .table(let cells):
        var values: [Int32] = []
        for cell in cells {
          let number =
            switch cell {
            case .int(let value): value
            case .offset(let storage, let offset): plan.position(storage, offset)
            }
          guard let value = Int32(exactly: number) else { return nil }
          values.append(value)
        }
        arguments.append(.table(values))
      }
    }
  }
}

// MARK: In the helper

extension ProgramRequest {
  /// Does what is asked: first makes the driver compile every kernel, calling `done` after each, then keeps the
  /// programs, which until then are only noted. What fails is left to the process that asked, which meets the same failure.
  package func carryOut(_ device: DeviceInfo, done: () -> Void, willKeep: () -> Void) {
    do throws(InceptError) {
      let context = try Context(device)
      let queue = try Queue(context)
      // Memory that nothing touches costs nothing where devices are CPUs.
      let buffer = try Buffer(context, byteCount: max(bufferBytes, 4), label: "stand-in")
      let loader = ProgramLoader(
        store: ProgramStore(folder: folder, limit: limit), engine: engine)
      var built: [(item: Item, program: Shared<Program>)] = []
      for item in programs {
        let program = Shared(try loader.program(item.kernel, context))
        var kernel = try program.value.kernel(item.kernel.entry)
        for (index, argument) in item.arguments.enumerated() {
          switch argument {
          case .buffer: try kernel.setArg(index, buffer)
          case .int(let value): try kernel.setArg(index, value)
          case .float(let value): try kernel.setArg(index, value)
          case .localBytes(let bytes): try kernel.setArg(index, localBytes: bytes)
          case .table(let values):
            let table = try Buffer(context, copying: values, label: "table")
            try kernel.setArg(index, table)
          }
        }
        let global = item.local ?? Array(repeating: 1, count: item.dimensions)
        try queue.enqueue(kernel, global: global, local: item.local)
        try queue.finish()
        built.append((item, program))
        loader.noteCompiled(item.kernel, try loader.key(item.kernel, on: device))
        done()
      }
      willKeep()
      for (item, program) in built {
        let key = try loader.key(item.kernel, on: device)
        if case .found(let entry) = loader.store?.lookup(key), !entry.program.isEmpty { continue }
        loader.keep(program.value, item.kernel, key)
      }
    } catch {}
  }
}
