import OpenCLRuntime
import TensorCore
import Testing

@Suite("On every device", .enabled(if: !Devices.all.isEmpty, Devices.missing))
struct DeviceTests {
  static let values = (0..<1001).map { Float($0) }

  @Test("A buffer gives back what was written", arguments: Devices.all)
  func roundTrip(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context)
    let buffer = try Buffer(context, byteCount: 4 * Self.values.count)
    try queue.write(buffer, Self.values)
    #expect(try queue.read(buffer, as: Float.self, count: 1001) == Self.values)
    #expect(try queue.read(buffer, count: 3, offset: 40) == [Float(10), 11, 12])
    let copied = try Buffer(context, copying: Self.values)
    #expect(try queue.read(copied, as: Float.self, count: 1001) == Self.values)
  }

  @Test("Fill, copy, map and slices reach the right bytes", arguments: Devices.all)
  func transfers(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context)
    let alignment = device.sliceAlignmentBytes
    let count = 2 * alignment
    let buffer = try Buffer(context, byteCount: count)
    try queue.fill(buffer, with: UInt8(1))
    let slice = try buffer.slice(offset: alignment, byteCount: 4)
    try queue.fill(slice, with: UInt8(2))
    try queue.copy(from: slice, to: buffer, at: 4, byteCount: 2)
    try queue.withMapped(buffer, for: .readWrite, offset: 8, byteCount: 1) { bytes in
      bytes[0] += 41
    }
    var expected = [UInt8](repeating: 1, count: count)
    expected.replaceSubrange(alignment..<alignment + 4, with: [2, 2, 2, 2])
    expected.replaceSubrange(4..<6, with: [2, 2])
    expected[8] = 42
    #expect(try queue.read(buffer, count: count) == expected)
  }

  @Test("Ranges outside a buffer and impossible sizes are refused", arguments: Devices.all)
  func ranges(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context)
    let buffer = try Buffer(context, byteCount: 16, label: "small")
    for (count, offset) in [(17, 0), (1, 16), (4, -1), (Int.max, 8), (-1, 0)] {
      let error = #expect(throws: InceptError.self) {
        try queue.read(buffer, as: UInt8.self, count: count, offset: offset)
      }
      #expect(error?.subject.contains("'small'") == true)
    }
    #expect(throws: InceptError.self) { try queue.write(buffer, [0, 0, 0], offset: 0) }
    #expect(throws: InceptError.self) { try queue.fill(buffer, with: UInt32(1), offset: 2) }
    #expect(throws: InceptError.self) { try queue.fill(buffer, with: UInt8(1), offset: 17) }
    #expect(throws: InceptError.self) { _ = try buffer.slice(offset: 0, byteCount: 0) }
    #expect(throws: InceptError.self) { _ = try Buffer(context, byteCount: 0) }
    let limit = device.maxAllocationBytes
    let large = #expect(throws: InceptError.self) {
      _ = try Buffer(context, byteCount: limit + 1, label: "huge")
    }
    #expect(large?.category == .unavailable)
    #expect(large?.description.contains("\(limit)") == true)
  }

  @Test("A kernel computes, with int, float and buffer arguments", arguments: Devices.all)
  func kernel(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context)
    let program = try Program(context, source: Sources.scale, label: "scale")
    var kernel = try program.kernel("scale")
    let buffer = try Buffer(context, byteCount: 4 * Self.values.count)
    try queue.write(buffer, Self.values)
    try kernel.setArg(0, buffer)
    try kernel.setArg(1, Float(2))
    try kernel.setArg(2, Int32(-3))
    let event = try queue.enqueue(kernel, global: [1001], local: nil, label: "twice")
    try event.wait()
    let (status, label) = (event.status, event.label)
    #expect(status == .complete && label == "twice")
    let expected = Self.values.map { $0 * 2 - 3 }
    #expect(try queue.read(buffer, as: Float.self, count: 1001) == expected)
  }

  @Test("A prepared launch runs again and again", arguments: Devices.all)
  func preparedLaunch(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context)
    let program = try Program(context, source: Sources.scale, label: "scale")
    let zero = [Float](repeating: 0, count: 1001)
    let buffer = try Buffer(context, copying: zero)
    var launches: [PreparedLaunch] = []
    for step in 1...3 {
      var kernel = try program.kernel("scale")
      try kernel.setArg(0, buffer)
      try kernel.setArg(1, Float(1))
      try kernel.setArg(2, Int32(step))
      launches.append(try PreparedLaunch(kernel, global: [1001], local: [1], label: "\(step)"))
    }
    for _ in 0..<50 { for launch in launches { try queue.enqueue(launch) } }
    let event = try queue.enqueueRecorded(launches[2])
    let label = event.label
    #expect(label == "3")
    try queue.finish()
    let total = Float(50 * 6 + 3)
    #expect(try queue.read(buffer, as: Float.self, count: 1001) == zero.map { _ in total })
  }

  @Test("Profiling times are there and in order, and not without profiling", arguments: Devices.all)
  func profiling(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context, profiling: true)
    let plain = try Queue(context)
    let program = try Program(context, source: Sources.slow, label: "slow")
    var kernel = try program.kernel("slow")
    let buffer = try Buffer(context, byteCount: 4 * 64)
    try kernel.setArg(0, buffer)
    try kernel.setArg(1, UInt32(10000))
    var events: [Shared<Event>] = []
    for _ in 0..<3 {
      events.append(Shared(try queue.enqueue(kernel, global: [64], local: [1])))
    }
    try queue.finish()
    let times = events.compactMap { $0.value.times }
    try #require(times.count == 3)
    for time in times {
      #expect(time.isOrdered)
      #expect(time.duration > 0)
    }
    #expect(times[0].ended <= times[1].started && times[1].ended <= times[2].started)
    let event = try plain.enqueue(kernel, global: [64], local: [1])
    try event.wait()
    let unprofiled = event.times
    #expect(unprofiled == nil)
  }

  @Test("Out of order, commands wait for the events they are given", arguments: Devices.all)
  func outOfOrder(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context, outOfOrder: true)
    let isOutOfOrder = queue.isOutOfOrder
    #expect(isOutOfOrder == device.supportsOutOfOrder)
    let program = try Program(context, source: Sources.slow, label: "slow")
    let buffer = try Buffer(context, byteCount: 4)
    try queue.write(buffer, [UInt32(0)])
    var last: [Shared<Event>] = []
    for _ in 0..<8 {
      var kernel = try program.kernel("slow")
      try kernel.setArg(0, buffer)
      try kernel.setArg(1, UInt32(50000))
      last = [Shared(try queue.enqueue(kernel, global: [1], local: [1], waitFor: last))]
    }
    try last[0].value.wait()
    #expect(try queue.read(buffer, as: UInt32.self, count: 1) == [400000])
  }

  @Test(
    "Buffers, kernels and programs dropped right after an enqueue live until it is done",
    arguments: Devices.all)
  func dropped(device: DeviceInfo) throws {
    let context = try Context(device)
    let result = try Buffer(context, byteCount: 4 * 256)
    do {
      let queue = try Queue(context)
      try queue.fill(result, with: UInt32(0))
      for round in 0..<20 {
        let program = try Program(context, source: Sources.slow, label: "slow")
        var kernel = try program.kernel("slow")
        let temporary = try Buffer(context, byteCount: 4 * 256)
        try queue.fill(temporary, with: UInt32(round))
        try kernel.setArg(0, temporary)
        try kernel.setArg(1, UInt32(20000))
        try queue.enqueue(kernel, global: [256], local: [1])
        // Replacing the argument drops the kernel's hold on the first buffer while it is in use.
        let other = try Buffer(context, byteCount: 4 * 256)
        try queue.fill(other, with: UInt32(0))
        try kernel.setArg(0, other)
        try queue.enqueue(PreparedLaunch(kernel, global: [256], local: [1], label: "other"))
        if round == 19 { try queue.copy(from: temporary, to: result, byteCount: 4 * 256) }
      }
    }
    let queue = try Queue(context)
    let expected = [UInt32](repeating: 20019, count: 256)
    #expect(try queue.read(result, as: UInt32.self, count: 256) == expected)
  }

  @Test("A buffer dropped between setting it and the launch lives on", arguments: Devices.all)
  func droppedBeforeLaunch(device: DeviceInfo) throws {
    let context = try Context(device)
    let queue = try Queue(context, profiling: true)
    let program = try Program(context, source: Sources.slow, label: "slow")
    var kernel = try program.kernel("slow")
    try kernel.setArg(0, try Buffer(context, copying: [UInt32](repeating: 0, count: 64)))
    try kernel.setArg(1, UInt32(10))
    let launch = try PreparedLaunch(kernel, global: [64], local: [1], label: "orphan")
    let event = try queue.enqueueRecorded(launch)
    try event.wait()
    let status = event.status
    #expect(status == .complete)
  }
}
