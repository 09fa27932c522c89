import Profiling

extension ProfileReport {
  /// One run as a trace that Perfetto and chrome://tracing open: what the host does, what waits in the queue, what the
  /// device does, and how much memory values take; times in microseconds since the host began the run.
  ///
  /// Format: "Trace Event Format", the Chromium project, JSON object form. Launches without useful time stamps follow the
  /// one before, as long as the host's median says, in the category `host-timed`.
  public func trace() -> String {
    var trace = TraceEvents()
    trace.name(process: .host, "host", thread: "enqueueing and waiting")
    trace.name(process: .queue, "queue", thread: "waiting launches")
    trace.name(process: .device, "device \(device.line)", thread: "kernels")
    let ordered = sorted(by: .order).layers
    let slices = Self.slices(ordered)
    for (layer, slice) in zip(ordered, slices) {
      if let timeline = layer.timeline { add(timeline, of: layer, starting: slice.start, &trace) }
      let isStamped = layer.timeline?.started != nil
      trace.slice(
        .device, layer.name, category: isStamped ? "kernel" : "host-timed", from: slice.start,
        to: slice.end, Self.arguments(layer))
    }
    if let timeline {
      trace.slice(
        .host, "wait for the device", category: "host", from: timeline.wait, to: timeline.end)
    }
    addQueueLength(ordered, slices, &trace)
    addMemory(ordered, slices, &trace)
    let about: [JSONValue.Member] = [
      .init("model", .string(model.line)), .init("device", .string(device.line)),
      .init("batch", .integer(batch)), .init("runs", .integer(runs)),
      .init("shown", .string(runs == 1 ? "the only run" : "the shortest of \(runs) runs")),
    ]
    return JSONValue.object([
      .init("displayTimeUnit", .string("ms")), .init("otherData", .object(about)),
      .init("traceEvents", .array(trace.events)),
    ]).text()
  }

  /// When each layer started and ended; those without stamps follow the one before.
  private static func slices(_ layers: [Layer]) -> [(start: Double, end: Double)] {
    var end = 0.0
    return layers.map { layer in
      let started = layer.timeline?.started ?? max(end, layer.timeline?.enqueued ?? 0)
      let start = max(started, end)
      end = max(start, layer.timeline?.ended ?? start + layer.time.median)
      return (start, end)
    }
  }

  private func add(
    _ timeline: Timeline, of layer: Layer, starting start: Double, _ trace: inout TraceEvents
  ) {
    trace.slice(
      .host, "enqueue \(layer.name)", category: "host", from: timeline.enqueue,
      to: timeline.enqueued)
    trace.flow(layer.index, from: timeline.enqueue, to: start)
    guard let queued = timeline.queued, let submitted = timeline.submitted else { return }
    trace.asynchronous(
      layer.index, layer.name, from: queued, to: start,
      [
        .init("queued_to_submitted_us", .number(max(0, submitted - queued))),
        .init("submitted_to_started_us", .number(max(0, start - submitted))),
      ])
  }

  private func addQueueLength(
    _ layers: [Layer], _ slices: [(start: Double, end: Double)], _ trace: inout TraceEvents
  ) {
    var changes: [(time: Double, by: Int)] = []
    for (layer, slice) in zip(layers, slices) {
      guard let queued = layer.timeline?.queued else { continue }
      changes += [(queued, 1), (max(queued, slice.start), -1)]
    }
    changes.sort { ($0.time, -$0.by) < ($1.time, -$1.by) }
    var length = 0
    for change in changes {
      length += change.by
      trace.counter(.queue, "launches waiting", at: change.time, length)
    }
  }

  private func addMemory(
    _ layers: [Layer], _ slices: [(start: Double, end: Double)], _ trace: inout TraceEvents
  ) {
    guard let memory, let last = slices.last else { return }
    for (layer, slice) in zip(layers, slices) where memory.live.indices.contains(layer.index) {
      trace.counter(.device, "bytes of values alive", at: slice.start, memory.live[layer.index])
    }
    trace.counter(.device, "bytes of values alive", at: last.end, 0)
  }

  private static func arguments(_ layer: Layer) -> [JSONValue.Member] {
    var members: [JSONValue.Member] = [
      .init("op", .string(layer.op)), .init("variant", .string(layer.variant)),
      .init("output", .array(layer.output.map { .integer($0) })),
      .init("sources", .array(layer.sources.map { .string($0) })),
      .init("median_us", .number(layer.time.median)), .init("macs", .integer(layer.macs)),
      .init("gflops", .number(layer.gflops)), .init("weights_bytes", .integer(layer.weightsBytes)),
      .init("activation_bytes", .integer(layer.activationBytes)),
    ]
    if let roofline = layer.roofline {
      members += [
        .init("bound", .string(roofline.bound)), .init("fraction", .number(roofline.fraction)),
        .init("advice", .string(roofline.advice)),
      ]
    }
    return members
  }
}

/// Events of a trace, in the order in which they are added.
private struct TraceEvents {
  /// Rows of the trace that belong together.
  enum Process: Int { case host = 1, queue, device }

  private(set) var events: [JSONValue] = []

  private mutating func add(_ phase: String, _ process: Process, _ members: [JSONValue.Member]) {
    events.append(
      .object(
        [
          .init("ph", .string(phase)), .init("pid", .integer(process.rawValue)),
          .init("tid", .integer(1)),
        ] + members))
  }

  mutating func name(process: Process, _ name: String, thread: String) {
    for (kind, name) in [("process_name", name), ("thread_name", thread)] {
      add(
        "M", process,
        [.init("name", .string(kind)), .init("args", .object([.init("name", .string(name))]))])
    }
    add(
      "M", process,
      [
        .init("name", .string("process_sort_index")),
        .init("args", .object([.init("sort_index", .integer(process.rawValue))])),
      ])
  }

  mutating func slice(
    _ process: Process, _ name: String, category: String, from start: Double, to end: Double,
    _ arguments: [JSONValue.Member] = []
  ) {
    let start = max(0, start)
    add(
      "X", process,
      [
        .init("name", .string(name)), .init("cat", .string(category)), .init("ts", .number(start)),
        .init("dur", .number(max(0, end - start))), .init("args", .object(arguments)),
      ])
  }

  /// Something that overlaps others of its row.
  mutating func asynchronous(
    _ id: Int, _ name: String, from start: Double, to end: Double,
    _ arguments: [JSONValue.Member]
  ) {
    let start = max(0, start)
    let common: [JSONValue.Member] = [
      .init("name", .string(name)), .init("cat", .string("queue")), .init("id", .integer(id)),
    ]
    add("b", .queue, common + [.init("ts", .number(start)), .init("args", .object(arguments))])
    add("e", .queue, common + [.init("ts", .number(max(start, end)))])
  }

  /// An arrow from the host's call to the kernel.
  mutating func flow(_ id: Int, from start: Double, to end: Double) {
    let common: [JSONValue.Member] = [
      .init("name", .string("launch")), .init("cat", .string("flow")), .init("id", .integer(id)),
    ]
    add("s", .host, common + [.init("ts", .number(max(0, start)))])
    add("f", .device, common + [.init("bp", .string("e")), .init("ts", .number(max(0, end)))])
  }

  mutating func counter(_ process: Process, _ name: String, at time: Double, _ value: Int) {
    add(
      "C", process,
      [
        .init("name", .string(name)), .init("ts", .number(max(0, time))),
        .init("args", .object([.init("value", .integer(value))])),
      ])
  }
}
