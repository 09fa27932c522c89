import OpenCLRuntime
import Synchronization
import TensorCore
import Testing

@Suite("Builds and limits on every device", .enabled(if: !Devices.all.isEmpty, Devices.missing))
struct BuildAndLimitTests {
  @Test(
    "A build failure shows program, device, options and the compiler's log", arguments: Devices.all)
  func buildFailure(device: DeviceInfo) throws {
    let context = try Context(device)
    let error = try #require(
      failure { () throws(InceptError) in
        _ = try Program(
          context, source: "__kernel void k() { undeclared_thing = N; }", options: "-D N=3",
          label: "broken")
      })
    #expect(error.category == .software)
    for part in ["'broken'", device.name, "-D N=3", "CL_BUILD_PROGRAM_FAILURE", "undeclared_thing"]
    {
      #expect(error.description.contains(part))
    }
  }

  @Test("A missing kernel and a wrong argument are named", arguments: Devices.all)
  func missingKernel(device: DeviceInfo) throws {
    let context = try Context(device)
    let program = try Program(context, source: Sources.scale, label: "scale")
    let missing = try #require(
      failure { () throws(InceptError) in _ = try program.kernel("absent") })
    #expect(missing.description.contains("kernel 'absent' of program 'scale'"))
    #expect(missing.description.contains("CL_INVALID_KERNEL_NAME"))
    var kernel = try program.kernel("scale")
    let beyond = #expect(throws: InceptError.self) { try kernel.setArg(3, Float(0)) }
    #expect(beyond?.description.contains("below 3") == true)
    #expect(throws: InceptError.self) { try kernel.setArg(-1, Float(0)) }
  }

  @Test("A launch with unset arguments is refused", arguments: Devices.all)
  func unsetArguments(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context)
    let program = try Program(context, source: Sources.scale, label: "scale")
    var kernel = try program.kernel("scale")
    try kernel.setArg(1, Float(0))
    let error = #expect(throws: InceptError.self) {
      try queue.enqueue(kernel, global: [1], local: [1], label: "node")
    }
    #expect(error?.description.contains("'node'") == true)
    #expect(error?.actual == "none for 0, 2")
  }

  @Test(
    "Local memory works up to the device's size and is refused above it", arguments: Devices.all)
  func localMemory(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context)
    let program = try Program(context, source: Sources.local, label: "local")
    let buffer = try Buffer(context, byteCount: 16)
    var kernel = try program.kernel("reverse")
    try kernel.setArg(0, buffer)
    for bytes in [16, device.localMemoryBytes] {
      try queue.write(buffer, [Int32(1), 2, 3, 4])
      try kernel.setArg(1, localBytes: bytes)
      try queue.enqueue(kernel, global: [4], local: [4])
      #expect(try queue.read(buffer, as: Int32.self, count: 4) == [4, 3, 2, 1])
    }
    for bytes in [device.localMemoryBytes + 1, device.localMemoryBytes * 4, Int(Int32.max)] {
      do throws(InceptError) { try kernel.setArg(1, localBytes: bytes) } catch { continue }
      let error = #expect(throws: InceptError.self) {
        try queue.enqueue(kernel, global: [4], local: [4])
      }
      #expect(error?.expectation.contains("\(device.localMemoryBytes) bytes of local") == true)
    }
    #expect(throws: InceptError.self) { try kernel.setArg(1, localBytes: 0) }
  }

  @Test("A kernel's own local memory and work-group size are known", arguments: Devices.all)
  func kernelLimits(device: DeviceInfo) throws {
    let context = try Context(device)
    let program = try Program(context, source: Sources.local, label: "local")
    let own = try program.kernel("own")
    let free = own.limits
    #expect(free.staticLocalBytes >= 4096)
    #expect(free.workGroupSize > 0)
    #expect(free.compileWorkGroupSize == nil)
    let four = try program.kernel("four")
    let fixed = four.limits
    #expect(fixed.compileWorkGroupSize == [4, 1, 1])
    #expect(fixed.preferredMultiple > 0)
  }

  @Test(
    "Work-groups that are too large, indivisible or not the kernel's own are refused",
    arguments: Devices.all)
  func groups(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context)
    let program = try Program(context, source: Sources.local, label: "local")
    let buffer = try Buffer(context, byteCount: 4 * 64)
    var own = try program.kernel("own")
    try own.setArg(0, buffer)
    let large = 2 * device.maxWorkGroupSize
    for (global, local) in [(large, large), (7, 4), (0, 1)] {
      #expect(throws: InceptError.self) {
        try queue.enqueue(own, global: [global], local: [local])
      }
    }
    var four = try program.kernel("four")
    try four.setArg(0, buffer)
    #expect(throws: InceptError.self) { try queue.enqueue(four, global: [64], local: [8]) }
    try queue.enqueue(four, global: [64], local: [4])
    let sizes = try queue.read(buffer, as: Int32.self, count: 64)
    #expect(sizes == [Int32](repeating: 4, count: 64))
  }

  @Test("Programs build and run from several threads at once", arguments: Devices.all)
  func parallelBuilds(device: DeviceInfo) async throws {
    let context = Shared(try Context(device))
    let queue = Shared(try Queue(context.value))
    try await withThrowingTaskGroup(of: (Int, Float).self) { group in
      for number in 0..<8 {
        group.addTask {
          let source = Sources.scale.replacing("offset;", with: "offset + \(number);")
          let program = try Program(context.value, source: source, label: "\(number)")
          var kernel = try program.kernel("scale")
          let buffer = try Buffer(context.value, byteCount: 4)
          try queue.value.write(buffer, [Float(1)])
          try kernel.setArg(0, buffer)
          try kernel.setArg(1, Float(10))
          try kernel.setArg(2, Int32(0))
          try queue.value.enqueue(kernel, global: [1], local: [1])
          return (number, try queue.value.read(buffer, as: Float.self, count: 1)[0])
        }
      }
      for try await (number, result) in group { #expect(result == Float(10 + number)) }
    }
  }

  private func failure(_ body: () throws(InceptError) -> Void) -> InceptError? {
    do throws(InceptError) { try body() } catch { return error }
    return nil
  }
}
