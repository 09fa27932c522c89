import OpenCLBackend

extension Session {
  /// Runs the network once.
  ///
  /// - Parameters:
  ///   - inputs: A tensor per input, by name; a network with one input takes any name. Batch and, for networks
  ///     that allow it, height and width may differ from the declared ones. Axes are in the framework's order.
  ///   - outputs: Names of nodes whose values are wanted besides the model's results.
  /// - Returns: The model's results and then `outputs`, in the framework's axis order.
  /// - Throws: `.usage` for unknown names; `.badData` for shapes the network can't take, telling both.
  public func run(
    _ inputs: [String: HostTensor], outputs: [String] = []
  ) throws(InceptError) -> [(name: String, tensor: HostTensor)] {
    let inputs = try matched(inputs)
    let executable = try prepared(inputs, outputs: outputs)
    report("running")
    let results = try executable.run(inputs)
    return Array(zip(executable.plan.outputs.map(\.name), results).map { ($0, $1) })
  }

  /// The tensors under the names of the model's inputs.
  func matched(
    _ tensors: [String: HostTensor]
  ) throws(InceptError) -> [String: HostTensor] {
    let names = model.inputs.map(\.name)
    if names.count == 1, tensors.count == 1, let tensor = tensors.values.first {
      return [names[0]: tensor]
    }
    let unknown = tensors.keys.filter { !names.contains($0) }.sorted()
    let missing = names.filter { tensors[$0] == nil }
    guard unknown.isEmpty, missing.isEmpty else {
      throw InceptError(
        .usage, subject: "inputs of \(model.name)",
        expected: "expected \(names.joined(separator: ", "))",
        found: tensors.isEmpty ? "none" : tensors.keys.sorted().joined(separator: ", "))
    }
    return tensors
  }

  private func prepared(
    _ inputs: [String: HostTensor], outputs: [String]
  ) throws(InceptError) -> Executable {
    try preparing(for: inputs) { () throws(InceptError) in
      try executable(inputs.mapValues(\.shape), outputs: outputs)
    }
  }

  /// What `prepare` makes for inputs of the shapes of `inputs`; what it throws is about them where they are to blame.
  ///
  /// - Throws: `.badData` for shapes that the network can't take.
  func preparing<Result>(
    for inputs: [String: HostTensor], _ prepare: () throws(InceptError) -> Result
  ) throws(InceptError) -> Result {
    var isDeclared = true
    for declared in model.inputs {
      guard let tensor = inputs[declared.name] else { continue }
      if let complaint = model.onnx?.complaint(declared.name, tensor) { throw complaint }
      isDeclared = isDeclared && tensor.shape == declared.shape
      guard tensor.shape.rank == declared.shape.rank,
        tensor.elementCount > 0 || tensor.shape == declared.shape
      else {
        throw Self.badShape(declared, tensor, hint: nil)
      }
    }
    do throws(InceptError) {
      return try prepare()
    } catch {
      // What a layer says of the shape is the reason; the user's tensor is the cause.
      guard !isDeclared, error.category == .badData,
        let declared = model.inputs.first(where: { inputs[$0.name]?.shape != $0.shape }),
        let tensor = inputs[declared.name]
      else { throw error }
      throw Self.badShape(declared, tensor, hint: "\(error)")
    }
  }

  private static func badShape(
    _ declared: Model.Tensor, _ tensor: HostTensor, hint: String?
  ) -> InceptError {
    InceptError(
      .badData, subject: "input '\(declared.name)'",
      expected: "expected shape \(declared.shape) (the batch may differ)",
      found: "\(tensor.shape)", hint: hint)
  }
}
