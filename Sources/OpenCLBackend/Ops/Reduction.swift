import TensorCore

/// One number of all elements along some axes, and perhaps a second one: `reduce.cl`.
///
/// The expressions are OpenCL C, for float and for float vectors; the kernel's header says what they mean.
package struct Reduction {
  /// What is added up of an element `x`, given the first pass's result `s`.
  package var map = "(x)"
  /// Two partial results `a` and `b` as one.
  package var join = "((a) + (b))"
  /// The result of no elements, in OpenCL C.
  package var start = "0.0f"
  /// What becomes of the `v` of all `n` elements.
  package var result = "(v)"
  /// A pass before: how elements are joined, from what on, and `s` from its `v`.
  package var first: (join: String, start: String, shift: String)?

  /// A sum.
  package init() {}

  /// Emits the launch.
  ///
  /// - Parameters:
  ///   - source: What is read.
  ///   - axes: The axes of it that are reduced; together not empty.
  ///   - target: The results, of `source`'s shape with extents of 1 along `axes`.
  ///   - shift: Where `s` goes, of the same shape; nil for nowhere.
  ///   - step: The launch's name, where it is not all of the node.
  package func emit(
    _ source: TensorView, along axes: [Int], to target: TensorView, shift: TensorView? = nil,
    into builder: inout PlanBuilder, step: String? = nil
  ) throws(InceptError) {
    let problem = ReductionProblem(
      source, axes, target, shift ?? target, hasTwoPasses: first != nil)
    guard let choice = VariantChoice(ReductionVariant.allCases, problem, builder.traits) else {
      return
    }
    let group = ReductionVariant.groupSize
    let kernel = KernelSpecialization(
      file: "reduce.cl", entry: choice.chosen.entry,
      defines: defines(storesShift: shift != nil) + [
        .init("VECTOR", choice.chosen == .vectorRows ? 1 : 0), .init("GROUP", group),
      ] + (problem.isFloat ? [] : [.init("TYPED", 1), .init("T", source.elementType.openCLName)]))
    let z = shift ?? target
    let kept = choice.chosen == .lanes ? problem.keptButInnermost : problem.kept
    var arguments =
      Launch.Argument.views(source, target, z) + [
        kept.table, .int(kept.axes.count), problem.rows.table, .int(problem.rows.axes.count),
        .int(problem.rows.count), .int(problem.inner.extent), .int(problem.inner.strides[0]),
      ]
    let results = kept.count
    let (global, local): ([Int], [Int])
    switch choice.chosen {
    case .lanes:
      let width = problem.keptInnermost.extent
      arguments.append(.int(width))
      (global, local) = ([(width + 15) / 16, results], [1, 1])
    case .vectorRows, .rows:
      let elements = max(1, problem.rows.count * problem.inner.extent)
      let perItem = max(1, ReductionProblem.elementsPerItem / elements)
      arguments += [.int(results), .int(perItem)]
      (global, local) = ([(results + perItem - 1) / perItem], [1])
    case .group: (global, local) = ([group, results], [group, 1])
    case .items:
      let grid = ItemGrid([results], builder.traits)
      arguments += grid.arguments
      (global, local) = (grid.global, grid.local)
    }
    builder.emit(
      kernel, variant: choice.chosen.name, rejected: choice.rejected, arguments: arguments,
      global: global, local: local, step: step, output: target,
      access: LaunchAccess(reads: [source], writes: [target] + (shift.map { [$0] } ?? [])))
  }

  private func defines(storesShift: Bool) -> [KernelSpecialization.Define] {
    var defines: [KernelSpecialization.Define] = [
      .init("MAP(x, s)", map), .init("JOIN(a, b)", join), .init("START", start),
      .init("RESULT(v, s, n)", result),
    ]
    if let first {
      defines += [
        .init("TWO_PASSES", 1), .init("FIRST_JOIN(a, b)", first.join),
        .init("FIRST_START", first.start), .init("SHIFT(v, n)", first.shift),
      ]
    }
    return storesShift ? defines + [.init("STORE_SHIFT", 1)] : defines
  }
}

/// A reduction with its axes joined.
struct ReductionProblem {
  /// Elements that one work-item reads where one is a group: long against what a group costs.
  static let elementsPerItem = 4096

  /// The axes that stay: strides of both results and of the source.
  let kept: StridedLoop
  /// The innermost of them, and the others.
  let keptInnermost: StridedLoop.Axis
  let keptButInnermost: StridedLoop
  /// The innermost reduced axis, and the others: strides of the source.
  let inner: StridedLoop.Axis
  let rows: StridedLoop
  /// Whether elements are float32.
  let isFloat: Bool
  /// Whether elements are read twice.
  let hasTwoPasses: Bool

  init(
    _ source: TensorView, _ axes: [Int], _ target: TensorView, _ shift: TensorView,
    hasTwoPasses: Bool
  ) {
    self.hasTwoPasses = hasTwoPasses
    isFloat = source.elementType == .float32
    let stay = (0..<source.shape.rank).filter { !axes.contains($0) }
    kept = StridedLoop(
      Shape(stay.map { source.shape[$0] }),
      [target, shift, source].map { view in stay.map { view.strides[$0] } })
    var others = kept
    keptInnermost = others.removeInnermost()
    keptButInnermost = others
    var reduced = StridedLoop(
      Shape(axes.map { source.shape[$0] }), [axes.map { source.strides[$0] }])
    inner = reduced.removeInnermost()
    rows = reduced
  }
}

/// The ways to compute a reduction, in order of preference.
enum ReductionVariant: String, KernelVariant, CaseIterable {
  case vectorRows = "rows of vectors"
  case lanes = "vectors of results"
  case rows, group, items

  /// Work-items that share a result.
  static let groupSize = 64

  var name: String { rawValue }

  var entry: String {
    switch self {
    case .vectorRows, .rows: "reduce_rows"
    case .lanes: "reduce_lanes"
    case .group: "reduce_group"
    case .items: "reduce_items"
    }
  }

  func accepts(_ problem: ReductionProblem, _ traits: DeviceTraits) -> Acceptance {
    if [.vectorRows, .lanes, .rows].contains(self), traits.style != .registerTiles {
      return .leavesDeviceIdle
    }
    guard problem.isFloat || self == .items else { return .no("made for float32") }
    switch self {
    case .items, .rows: return .yes
    case .vectorRows:
      guard problem.inner.strides[0] == 1 else {
        return .no("elements are \(problem.inner.strides[0]) apart")
      }
      return problem.inner.extent >= 16
        ? .yes : .no("rows of \(problem.inner.extent) elements are shorter than a vector")
    case .lanes:
      let axis = problem.keptInnermost
      guard axis.strides.allSatisfy({ $0 == 1 }) else {
        return .no("results are \(axis.strides) apart")
      }
      return axis.extent >= 4 ? .yes : .no("rows of \(axis.extent) results are too short")
    case .group:
      guard traits.style == .workItems else { return .no("made for devices with work-item groups") }
      // Under PoCL the second pass sees another first result now and then, when other queues are at work.
      guard !problem.hasTwoPasses else { return .no("made for one pass") }
      guard traits.maxWorkGroupSize >= Self.groupSize else {
        return .no("work-group of \(Self.groupSize), the device allows \(traits.maxWorkGroupSize)")
      }
      let elements = problem.rows.count * problem.inner.extent
      return elements >= Self.groupSize
        ? .yes : .no("\(elements) elements are fewer than a group")
    }
  }
}
