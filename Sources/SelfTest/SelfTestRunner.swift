import GraphIR
import OpenCLBackend
import OpenCLRuntime
import Reference
import TensorCore

/// Runs families of kernels on one device, in this process.
package final class SelfTestRunner {
  /// Changes results before they are compared, for tests of the comparison: gets the problem's name, the compiler's options
  /// and an output's elements.
  package typealias Tampering = (_ problem: String, _ options: String, inout [Double]) -> Void

  private let info: DeviceInfo
  private let loader: ProgramLoader
  private let backend: BackendDevice
  private let tampering: Tampering?
  private let clock = ContinuousClock()
  /// Seconds and multiply-adds, or elements moved, of all problems so far.
  private var spent = (seconds: 0.0, steps: 1)

  /// Told that a problem is about to run.
  package typealias Announcement = (_ problem: String) -> Void

  /// What a driver is told so that it does not optimise.
  static let unoptimised = "-cl-opt-disable"

  /// Opens a device.
  package init(
    _ info: DeviceInfo, loader: ProgramLoader = ProgramLoader(), tampering: Tampering? = nil
  ) throws(InceptError) {
    self.info = info
    self.loader = loader
    self.tampering = tampering
    backend = try BackendDevice(info, loader: loader)
  }

  /// Runs a family's problems and compares; stops at the first that is wrong.
  package func run(_ family: SelfTestFamily, _ announce: Announcement = { _ in }) -> SelfTestResult
  {
    let start = clock.now
    var result = SelfTestResult(family: family.name, verdict: .unused)
    defer { backend.dropConstants() }
    var name = family.name
    do throws(InceptError) {
      for problem in try family.problems() {
        for variant in try family.variants(of: problem, on: backend.traits) {
          name = variant.name
          // Where compiling takes long, some problems have to do.
          if result.problems > 0, (clock.now - start) / .seconds(1) > Self.budget { continue }
          guard estimate(variant) < Self.longest else {
            if result.verdict == .unused { result.verdict = .skipped }
            continue
          }
          announce(name)
          let comparison = try solve(variant, backend)
          result.problems += 1
          result.worst = max(result.worst ?? 0, comparison.worst)
          result.verdict = .agrees
          if let element = comparison.wrong {
            result.verdict = .differs
            result.fault = fault(variant, element, announce)
            return finished(result, start)
          }
        }
      }
      let isInTime = (clock.now - start) / .seconds(1) < Self.budget
      if result.verdict == .agrees, isInTime, let speed = family.speed {
        name = "timing"
        announce(name)
        try time(try speed(), of: family, &result)
      }
    } catch {
      result.verdict = .fails
      result.fault = .init(problem: name, message: "\(error)")
    }
    return finished(result, start)
  }

  /// Seconds after which no further problem of a family is begun.
  private static let budget = 20.0
  /// Seconds that an estimate may say a problem takes.
  private static let longest = 15.0

  /// Seconds that a problem may take, by what others took.
  private func estimate(_ problem: SelfTestProblem) -> Double {
    spent.seconds / Double(spent.steps) * Double(problem.steps)
  }

  private func finished(
    _ result: SelfTestResult, _ start: ContinuousClock.Instant
  ) -> SelfTestResult {
    var result = result
    result.milliseconds = (clock.now - start) / .milliseconds(1)
    return result
  }

  // MARK: One problem

  /// How results compare with the reference.
  private struct Comparison {
    /// The largest error, in parts of the tolerance.
    var worst = 0.0
    /// The first element beyond the tolerance.
    var wrong: SelfTestResult.Element?
  }

  private func solve(
    _ problem: SelfTestProblem, _ device: BackendDevice
  ) throws(InceptError) -> Comparison {
    let plan = try problem.plan(device.traits)
    let executable = try Executable(plan, on: device)
    let expected = try ReferenceEvaluator.evaluate(problem.graph, feeding: problem.feeds)
    var comparison = Comparison()
    var least = Double.infinity
    defer {
      if least.isFinite { spent = (spent.seconds + least, spent.steps + problem.steps) }
    }
    // The second run finds memory as the first left it.
    for _ in 0..<2 {
      let start = clock.now
      let results = try executable.run(problem.feeds)
      least = min(least, (clock.now - start) / .seconds(1))
      for (output, result) in zip(plan.outputs, results) {
        guard let reference = expected[output.name] else { continue }
        var actual = result
        if let permutation = output.permutation {
          let inverse = permutation.indices.map { permutation.firstIndex(of: $0) ?? 0 }
          actual = result.permuted(inverse)
        }
        var elements = actual.doubles()
        tampering?(problem.name, device.loader.options, &elements)
        let bound = reference.elementType == .float32 ? problem.tolerance : 0
        Self.compare(elements, reference.values, bound, output.name, &comparison)
        if comparison.wrong != nil { return comparison }
      }
    }
    return comparison
  }

  /// Compares the elements of a result. NaN must meet NaN, an infinity the same infinity.
  private static func compare(
    _ actual: [Double], _ expected: [Double], _ tolerance: Double, _ output: String,
    _ comparison: inout Comparison
  ) {
    let largest = expected.reduce(0.0) { $1.isFinite ? max($0, abs($1)) : $0 }
    // Where numbers must be equal, any difference is far off.
    let bound = max(tolerance * largest, largest * 1e-12, .leastNormalMagnitude)
    var first: Int?
    var wrong = abs(actual.count - expected.count)
    for (index, (found, wanted)) in zip(actual, expected).enumerated() {
      if found == wanted || (found.isNaN && wanted.isNaN) { continue }
      let distance = abs(found - wanted) / bound
      comparison.worst = max(comparison.worst, distance.isFinite ? min(distance, 1e12) : 1e12)
      if !(distance <= 1) {
        wrong += 1
        first = first ?? index
      }
    }
    guard wrong > 0 else { return }
    let index = first ?? min(actual.count, expected.count)
    func value(_ list: [Double]) -> Double? {
      list.indices.contains(index) && list[index].isFinite ? list[index] : nil
    }
    comparison.wrong = .init(
      output: output, index: index, expected: value(expected), found: value(actual), wrong: wrong,
      count: expected.count)
  }

  private func fault(
    _ problem: SelfTestProblem, _ element: SelfTestResult.Element, _ announce: Announcement
  ) -> SelfTestResult.Fault {
    let launches = (try? problem.plan(backend.traits).launches) ?? []
    let kernels = launches.map { "\($0.kernel.file): \($0.kernel.entry) (\($0.variant))" }
    func text(_ value: Double?) -> String { value.map { "\(Float($0))" } ?? "not finite" }
    let message =
      "element \(element.index) of '\(element.output)' is \(text(element.found)) instead of "
      + "\(text(element.expected)); \(element.wrong) of \(element.count) elements are wrong"
    announce("\(problem.name) with \(Self.unoptimised)")
    let loader = ProgramLoader(options: Self.unoptimised)
    let plain = try? BackendDevice(info, loader: loader)
    let comparison = plain.flatMap { try? solve(problem, $0) }
    return .init(
      problem: problem.name, kernels: kernels, message: message, element: element,
      isRightUnoptimised: comparison.map { $0.wrong == nil })
  }

  // MARK: Speed

  private func time(
    _ problem: SelfTestProblem, of family: SelfTestFamily, _ result: inout SelfTestResult
  ) throws(InceptError) {
    guard estimate(problem) < Self.longestTiming else { return }
    var problem = problem
    if !family.kernels.isEmpty {
      guard let variant = try family.variants(of: problem, on: backend.traits).first else { return }
      problem = variant
    }
    let executable = try Executable(try problem.plan(backend.traits), on: backend)
    _ = try executable.run(problem.feeds)
    var least = Double.infinity
    let deadline = clock.now + .milliseconds(150)
    for run in 0..<20 where run == 0 || clock.now < deadline {
      let start = clock.now
      try executable.runKernels()
      least = min(least, (clock.now - start) / .nanoseconds(1))
    }
    let costs = executable.plan.launches.map(\.cost)
    if family.isArithmetic {
      result.gflops = 2 * Double(costs.reduce(0) { $0 + $1.multiplyAdds }) / max(least, 1)
    } else {
      result.gigabytesPerSecond = Double(costs.reduce(0) { $0 + $1.bytes }) / max(least, 1)
    }
  }

  /// Seconds that an estimate may say a run of a problem that is only timed takes.
  private static let longestTiming = 0.5
}

extension SelfTestProblem {
  /// Multiply-adds, or elements written where there are more of them.
  var steps: Int {
    graph.nodeIDs.reduce(0) { total, id in
      let elements = graph[id].outputs.reduce(0) { $0 + $1.shape.elementCount }
      return total + max(graph.cost(of: id).multiplyAdds, elements)
    }
  }
}
