import OpenCLRuntime
import TensorCore
import Testing

@Suite(
  "Sequences of launches", .enabled(if: !Devices.all.isEmpty, Devices.missing))
struct LaunchSequenceTests {
  @Test(
    "Launches run after those they wait for, again and again", arguments: Devices.all,
    [false, true])
  func order(device: DeviceInfo, outOfOrder: Bool) throws {
    let context = try Context(device)
    let queue = try Queue(context, outOfOrder: outOfOrder)
    let program = try Program(context, source: Sources.scale, label: "scale")
    let ones = [Float](repeating: 1, count: 1001)
    let buffers = [
      Shared(try Buffer(context, copying: ones)), Shared(try Buffer(context, copying: ones)),
    ]
    // Two chains in turns, each of x -> x * factor + offset, which only one order makes right.
    let steps: [(factor: Float, offset: Int32)] = [(2, 1), (3, -4), (0.5, 7), (4, -20), (0.25, 2)]
    var launches: [PreparedLaunch] = []
    var expected: Float = 1
    for step in steps {
      for buffer in buffers {
        var kernel = try program.kernel("scale")
        try kernel.setArg(0, buffer.value)
        try kernel.setArg(1, step.factor)
        try kernel.setArg(2, step.offset)
        launches.append(try PreparedLaunch(kernel, global: [1001], local: [1], label: "step"))
      }
    }
    let waits = launches.indices.map { $0 < 2 ? [] : [$0 - 2] }
    let sequence = LaunchSequence(launches, waits: waits)
    for run in 0..<20 {
      try queue.enqueue(sequence)
      for step in steps { expected = expected * step.factor + Float(step.offset) }
      // Sometimes the next run is enqueued while this one is under way.
      if run % 3 == 0 { try queue.finish() }
    }
    try queue.finish()
    for buffer in buffers {
      let values = try queue.read(buffer.value, as: Float.self, count: 1001)
      #expect(values == ones.map { _ in expected })
    }
  }

  @Test("A sequence without launches, and one dropped while it runs", arguments: Devices.all)
  func lifetimes(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context, outOfOrder: true)
    try queue.enqueue(LaunchSequence([], waits: []))
    let program = try Program(context, source: Sources.slow, label: "slow")
    let buffer = try Buffer(context, copying: [UInt32](repeating: 0, count: 64))
    func enqueue() throws {
      var launches: [PreparedLaunch] = []
      for _ in 0..<3 {
        var kernel = try program.kernel("slow")
        try kernel.setArg(0, buffer)
        try kernel.setArg(1, UInt32(1000))
        launches.append(try PreparedLaunch(kernel, global: [64], local: [1], label: "slow"))
      }
      try queue.enqueue(LaunchSequence(launches, waits: [[], [0], [1]]))
    }
    try enqueue()
    try queue.finish()
    #expect(try queue.read(buffer, as: UInt32.self, count: 64) == Array(repeating: 3000, count: 64))
  }
}
