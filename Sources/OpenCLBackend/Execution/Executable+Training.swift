import OpenCLRuntime
import TensorCore

/// Which results become which inputs after a run: the state of a network that changes from run to run.
package struct Feedback: Sendable {
  /// Numbers of results in the plan's order.
  package let outputs: [Int]
  /// For each of them the number of the input that it becomes.
  package let inputs: [Int]

  /// Every result `X.next` becomes the input `X`.
  ///
  /// - Throws: where there is no such input, or where it has another type or shape.
  package init(_ plan: Plan) throws(InceptError) {
    var pairs: [(output: Int, input: Int)] = []
    for (number, output) in plan.outputs.enumerated() where output.name.hasSuffix(Self.suffix) {
      let name = String(output.name.dropLast(Self.suffix.count))
      guard let input = plan.inputs.firstIndex(where: { $0.name == name }) else {
        throw InceptError(
          .badData, subject: "result '\(output.name)'", expected: "expected an input '\(name)'",
          found: "\(plan.inputs.map(\.name))")
      }
      let (from, to) = (output.view, plan.inputs[input].view)
      guard from.shape == to.shape, from.elementType == to.elementType else {
        throw InceptError(
          .badData, subject: "result '\(output.name)'",
          expected: "expected the type of input '\(name)', \(to.elementType.rawValue)\(to.shape)",
          found: "\(from.elementType.rawValue)\(from.shape)")
      }
      pairs.append((number, input))
    }
    outputs = pairs.map(\.output)
    inputs = pairs.map(\.input)
  }

  /// Nothing becomes an input.
  package static let none = Feedback(outputs: [], inputs: [])

  private init(outputs: [Int], inputs: [Int]) {
    self.outputs = outputs
    self.inputs = inputs
  }

  private static let suffix = ".next"
}

/// Running a network again and again whose state stays on the device.
extension Executable {
  /// Sets one input, which later runs find until it is set again.
  package func setInput(_ name: String, _ tensor: HostTensor) throws(InceptError) {
    let binding = try input(name)
    try exclusively { () throws(InceptError) in
      try send(tensor, to: binding, queue.value)
      try queue.value.finish()
    }
  }

  /// What an input holds.
  package func readInput(_ name: String) throws(InceptError) -> HostTensor {
    let binding = try input(name)
    return try exclusively { () throws(InceptError) in
      try queue.value.finish()
      return try read(binding.view, queue.value)
    }
  }

  /// Runs the network once, writes results back to inputs on the device, and waits.
  ///
  /// - Parameters:
  ///   - inputs: The inputs that change, by name; the others hold what they held.
  ///   - feedback: Which results become inputs. They do at once: all are taken before any is written.
  ///   - outputs: Numbers of the results to read, in the plan's order.
  ///   - accepts: Whether results become inputs, by those that were read.
  /// - Returns: The results that were read, as ``run(_:)`` gives them.
  package func advance(
    _ inputs: [String: HostTensor], feedback: Feedback, reading outputs: [Int],
    if accepts: ([HostTensor]) -> Bool = { _ in true }
  ) throws(InceptError) -> [HostTensor] {
    let bindings = try inputs.keys.sorted().map { (name) throws(InceptError) in try input(name) }
    return try exclusively { () throws(InceptError) in
      for binding in bindings {
        guard let tensor = inputs[binding.name] else { continue }
        try send(tensor, to: binding, queue.value)
      }
      if isOutOfOrder { try queue.value.finish() }
      try queue.value.enqueue(sequence)
      if isOutOfOrder { try queue.value.finish() }
      let results = try outputs.map { (number) throws(InceptError) in
        try download(plan.outputs[number], queue.value)
      }
      if accepts(results) { try feedBack(feedback) }
      let isRead = outputs.contains { plan.outputs[$0].view.shape.elementCount > 0 }
      if isOutOfOrder || !isRead { try queue.value.finish() }
      return results
    }
  }

  /// Copies inputs, on the device where both use the same one.
  ///
  /// - Parameters:
  ///   - names: Inputs of both executables, of the same types and shapes.
  ///   - other: Where they go; it must not be this executable.
  package func copyInputs(_ names: [String], to other: Executable) throws(InceptError) {
    for name in names {
      let (source, target) = (try input(name), try other.input(name))
      guard source.view.shape == target.view.shape,
        source.view.elementType == target.view.elementType
      else {
        throw InceptError(
          .badData, subject: "input '\(name)'",
          expected: "expected \(source.view.elementType.rawValue)\(source.view.shape)",
          found: "\(target.view.elementType.rawValue)\(target.view.shape)")
      }
      let isPlain =
        device === other.device && source.view.isDense && target.view.isDense
        && plan.options.precision == other.plan.options.precision
      guard isPlain else {
        try other.setInput(name, try readInput(name))
        continue
      }
      // The other's queue is idle whenever nobody has it, so that this one's may write its memory.
      let buffer = try other.exclusively { () throws(InceptError) in
        try other.queue.value.finish()
        return try other.buffer(of: target.view.storage)
      }
      try exclusively { () throws(InceptError) in
        try copy(source.view, to: buffer, other.plan, target.view)
        try queue.value.finish()
      }
    }
  }

  private func input(_ name: String) throws(InceptError) -> Plan.Binding {
    guard let binding = plan.inputs.first(where: { $0.name == name }) else {
      throw InceptError(
        .usage, subject: "input '\(name)'", expected: "expected one of \(plan.inputs.map(\.name))",
        found: "'\(name)'")
    }
    return binding
  }

  /// Writes results to inputs. Results that themselves lie in inputs are taken by the host first: what comes next may
  /// overwrite them.
  private func feedBack(_ feedback: Feedback) throws(InceptError) {
    var held: [(tensor: HostTensor, view: TensorView)] = []
    for (output, input) in zip(feedback.outputs, feedback.inputs) {
      let (source, target) = (plan.outputs[output].view, plan.inputs[input].view)
      guard source != target, liesInInput(source) || !(source.isDense && target.isDense) else {
        continue
      }
      try queue.value.finish()
      held.append((try read(source, queue.value), target))
    }
    for (output, input) in zip(feedback.outputs, feedback.inputs) {
      let (source, target) = (plan.outputs[output].view, plan.inputs[input].view)
      guard source != target, !liesInInput(source), source.isDense, target.isDense else { continue }
      try copy(source, to: try buffer(of: target.storage), plan, target)
    }
    for (tensor, view) in held { try memory.write(tensor, to: view, plan, queue.value) }
  }

  private func liesInInput(_ view: TensorView) -> Bool {
    guard case .arena(let number) = view.storage else { return false }
    return plan.regions[number].isInput
  }

  /// Enqueues copying a dense view to a dense view of another buffer.
  private func copy(
    _ source: TensorView, to buffer: borrowing Shared<Buffer>, _ plan: Plan, _ target: TensorView
  ) throws(InceptError) {
    let bytes = plan.options.precision.bytes
    try queue.value.copy(
      from: try self.buffer(of: source.storage).value,
      offset: self.plan.position(source.storage, source.offset) * bytes, to: buffer.value,
      at: plan.position(target.storage, target.offset) * bytes,
      byteCount: source.shape.elementCount * source.elementType.words * bytes)
  }
}
