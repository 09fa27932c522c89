import GraphIR
import OpenCLBackend
import Passes
import Training

/// A network being trained on a device: parameters, and what the optimiser keeps of them, stay there between steps.
package struct TrainingDevice {
  /// What is trained.
  package let network: TrainableNetwork
  /// How.
  package let recipe: TrainingRecipe
  private let backend: BackendDevice
  private let planOptions: PlanOptions
  private var steps: [Int: Executable] = [:]
  private var evaluations: [Int: Executable] = [:]
  /// The executable that has the state.
  private var current: Executable?

  private typealias Name = TrainingGraph.Name

  /// Pictures that are judged at a time.
  static let evaluationBatch = 256

  /// Opens the device.
  ///
  /// - Throws: `.unavailable` where it can't be used.
  package init(
    _ network: TrainableNetwork, _ recipe: TrainingRecipe, on device: Device, cache: CacheOptions
  ) throws(InceptError) {
    self.network = network
    self.recipe = recipe
    backend = try BackendDevice(
      try device.discovered(),
      loader: ProgramLoader(store: cache.store, engine: version, helper: cache.helper))
    var options = PlanOptions.informed(
      Accuracy.high.planned, backend.traits, store: TuningStore(for: backend.info))
    // What is written back must be behind what reads it; and only in order are short launches chained.
    options.queue = .inOrder
    planOptions = options
  }

  /// The names of all that changes with every step, in a fixed order.
  package var stateNames: [String] {
    [Name.parameters] + recipe.optimiser.stateNames
      + (network.statisticsCount > 0 ? [Name.statistics] : []) + [Name.metrics]
  }

  /// The state before the first step: weights by the recipe, zeros, and running statistics of mean 0 and variance 1.
  package func initialState() -> [String: [Float]] {
    var state: [String: [Float]] = [:]
    for name in stateNames { state[name] = [Float](repeating: 0, count: count(of: name)) }
    state[Name.parameters] = recipe.initialiser.parameters(of: network, seed: recipe.seed)
    for entry in network.statistics where entry.name.hasSuffix("running_var") {
      for index in entry.offset..<entry.offset + entry.shape.elementCount {
        state[Name.statistics]?[index] = 1
      }
    }
    return state
  }

  /// Elements of a vector of the state.
  func count(of name: String) -> Int {
    switch name {
    case Name.metrics: 2
    case Name.statistics: network.statisticsCount
    default: network.parameterCount
    }
  }

  /// Puts a state on the device.
  package mutating func load(_ state: [String: [Float]], batch: Int) throws(InceptError) {
    let executable = try step(batch)
    for name in stateNames {
      let values = state[name] ?? []
      try executable.setInput(name, HostTensor(shape: [values.count], floats: values))
    }
    current = executable
  }

  /// The state as it is on the device.
  func state() throws(InceptError) -> [String: [Float]] {
    guard let current else { return [:] }
    var state: [String: [Float]] = [:]
    for name in stateNames { state[name] = try current.readInput(name).floats() }
    return state
  }

  /// Sets the sums over an epoch to 0 and returns what they were: losses, and right answers.
  func takeMetrics() throws(InceptError) -> (loss: Double, right: Double) {
    guard let current else { return (0, 0) }
    let sums = try current.readInput(Name.metrics).floats()
    try current.setInput(Name.metrics, HostTensor(shape: [2], floats: [0, 0]))
    return (Double(sums[0]), Double(sums[1]))
  }

  /// Trains on a batch and returns its mean loss. Where that is no finite number the state stays as it was.
  ///
  /// - Parameters:
  ///   - images: `[N, H, W, C]`.
  ///   - labels: `[N]`, int32.
  ///   - rates: What the optimiser takes.
  ///   - seed: What dropout derives from.
  package mutating func step(
    _ images: HostTensor, _ labels: HostTensor, rates: [Float], seed: Int32
  ) throws(InceptError) -> Float {
    let executable = try step(images.shape[0])
    if let current, current !== executable {
      try current.copyInputs(stateNames, to: executable)
    }
    current = executable
    var inputs = [
      Name.input: images, Name.labels: labels,
      Name.rates: HostTensor(shape: [rates.count], floats: rates),
    ]
    if network.hasDropout { inputs[Name.seed] = HostTensor(shape: [1], int32s: [seed]) }
    let results = try executable.advance(
      inputs, feedback: try Feedback(executable.plan),
      reading: executable.results([Name.loss])
    ) { $0.first?.floats().first?.isFinite ?? false }
    return results.first?.floats().first ?? .nan
  }

  /// The logits of a batch, `[N, classes]`, by the current parameters.
  mutating func logits(_ images: HostTensor) throws(InceptError) -> HostTensor {
    guard let current else {
      throw InceptError(.software, subject: "training", expected: "expected a state", found: "none")
    }
    let count = images.shape[0]
    let executable: Executable
    if let known = evaluations[count] {
      executable = known
    } else {
      executable = try prepare(TrainingGraph(network, batch: count).evaluation())
      evaluations[count] = executable
    }
    let names = [Name.parameters] + (network.statisticsCount > 0 ? [Name.statistics] : [])
    try current.copyInputs(names, to: executable)
    return try executable.advance(
      [Name.input: images], feedback: .none, reading: executable.results([Name.logits]))[0]
  }

  /// What is wrong with a batch whose loss is no finite number: the first layer with such a value.
  mutating func diagnosis(
    _ images: HostTensor, _ labels: HostTensor, seed: Int32
  ) throws(InceptError) -> String {
    guard let current else { return "no state" }
    let parameters = try current.readInput(Name.parameters).floats()
    for entry in network.parameters {
      let values = parameters[entry.offset..<entry.offset + entry.shape.elementCount]
      if let bad = values.first(where: { !$0.isFinite }) {
        return "\(bad) in '\(entry.name)' of layer '\(entry.layer)' after the step before"
      }
    }
    if let bad = images.floats().first(where: { !$0.isFinite }) { return "\(bad) in the pictures" }
    let graph = try TrainingGraph(network, batch: images.shape[0]).diagnosis()
    let executable = try prepare(graph)
    let names = [Name.parameters] + (network.statisticsCount > 0 ? [Name.statistics] : [])
    try current.copyInputs(names, to: executable)
    var inputs = [
      Name.input: images, Name.labels: labels, Name.metrics: HostTensor.filled([2], with: 0),
    ]
    if network.hasDropout { inputs[Name.seed] = HostTensor(shape: [1], int32s: [seed]) }
    let layers = network.names.map { "layer/\($0)" }
    let results = try executable.advance(
      inputs, feedback: .none, reading: executable.results(layers))
    for (name, result) in zip(network.names, results) {
      if let bad = result.floats().first(where: { !$0.isFinite }) {
        return "\(bad) as a result of layer '\(name)'"
      }
    }
    return "finite results of every layer, too far apart for a loss"
  }

  private mutating func step(_ batch: Int) throws(InceptError) -> Executable {
    if let known = steps[batch] { return known }
    let graph = try TrainingGraph(network, batch: batch).step(recipe.optimiser, clip: recipe.clip)
    let executable = try prepare(graph)
    steps[batch] = executable
    return executable
  }

  private func prepare(_ graph: Graph) throws(InceptError) -> Executable {
    let optimised = try PassPipeline().run(graph).graph
    let plan = try PlanBuilder.plan(optimised, for: backend.traits, options: planOptions).chained()
    return try Executable(plan, on: backend)
  }
}

extension Executable {
  /// The numbers of results by their names.
  fileprivate func results(_ names: [String]) -> [Int] {
    names.compactMap { name in plan.outputs.firstIndex { $0.name == name } }
  }
}
