import GraphIR
import Operators
import TensorCore

extension Resize: OpenCLLowerable {
  /// Two axes a launch, or one where both together are made of many elements.
  package func lower(_ node: Node, into builder: inout PlanBuilder) throws(InceptError) {
    let output = try builder.view(node.value)
    var source = try builder.view(node.inputs[0])
    var pending = samplings(of: source.shape).filter { !isIdentity($0) }
      .sorted { $0.axis > $1.axis }
      .map { (sampling: $0, taps: taps($0)) }
    guard !pending.isEmpty else {
      return try builder.emitCopy(from: source, to: output, step: nil)
    }
    while let b = pending.first {
      pending.removeFirst()
      var a: (sampling: ResizeSampling, taps: ResizeTaps)?
      if let next = pending.first, next.taps.count * b.taps.count <= Self.tapLimit {
        a = next
        pending.removeFirst()
      }
      var extents = source.shape.dimensions
      for axis in [a, b].compactMap({ $0?.sampling }) { extents[axis.axis] = axis.extent }
      let isLast = pending.isEmpty
      let target =
        isLast
        ? output : builder.scratch(Shape(extents), source.elementType, name: "\(node.name).resized")
      emit(source, a, b, to: target, step: isLast ? nil : "axis \(b.sampling.axis)", &builder)
      source = target
    }
  }

  /// Elements that one result may be made of where one launch resizes two axes.
  private static let tapLimit = 16

  private func emit(
    _ source: TensorView, _ a: (sampling: ResizeSampling, taps: ResizeTaps)?,
    _ b: (sampling: ResizeSampling, taps: ResizeTaps), to target: TensorView, step: String?,
    _ builder: inout PlanBuilder
  ) {
    let resized = [a?.sampling.axis, b.sampling.axis].compactMap { $0 }
    let others = (0..<source.shape.rank).filter { !resized.contains($0) }
    var outer = StridedLoop(
      Shape(others.map { source.shape[$0] }),
      [others.map { target.strides[$0] }, others.map { source.strides[$0] }])
    var length = 1
    let isWord = source.elementType.words == 1
    if isWord, let inner = outer.axes.last, inner.strides == [1, 1] {
      length = inner.extent
      _ = outer.removeInnermost()
    }
    let extentA = a?.sampling.extent ?? 1
    let strideA = a.map { target.strides[$0.sampling.axis] } ?? 0
    guard let choice = VariantChoice(ResizeVariant.allCases, source.elementType, builder.traits)
    else { return }
    let arguments =
      Launch.Argument.views(source, target) + [
        outer.table, .int(outer.axes.count), .int(length),
        (a?.taps ?? .first).table(stride: a.map { source.strides[$0.sampling.axis] } ?? 0),
        .int(a?.taps.count ?? 1), .int(extentA), .int(strideA),
        b.taps.table(stride: source.strides[b.sampling.axis]), .int(b.taps.count),
        .int(b.sampling.extent), .int(target.strides[b.sampling.axis]), .float(extrapolation),
      ]
    var isNearest = 0
    if case .nearest = mode { isNearest = 1 }
    let grid = ItemGrid([length, b.sampling.extent, extentA * outer.count], builder.traits)
    let isRows = choice.chosen == .rows
    builder.emit(
      KernelSpecialization(
        file: "resize.cl", entry: "resize_\(choice.chosen.rawValue)",
        defines: [.init("NEAREST", isNearest)]
          + (source.elementType == .float32
            ? [] : [.init("TYPED", 1), .init("T", source.elementType.openCLName)])),
      variant: choice.chosen.name, rejected: choice.rejected,
      arguments: isRows ? arguments : arguments + grid.arguments,
      global: isRows ? [extentA, outer.count] : grid.global, local: isRows ? [1, 1] : grid.local,
      step: step, output: target,
      access: LaunchAccess(reads: [source], writes: [target]))
  }
}

extension ResizeTaps {
  /// Places and weights as `resize.cl` reads them, elements `stride` apart.
  fileprivate func table(stride: Int) -> Launch.Argument {
    .table(
      zip(indices, weights).flatMap { index, weight -> [Launch.Cell] in
        let bits = Int(Int32(bitPattern: Float(weight).bitPattern))
        return [.int(index < 0 ? -1 : index * stride), .int(bits)]
      })
  }
}

/// The ways to resize, in order of preference.
enum ResizeVariant: String, KernelVariant, CaseIterable {
  case rows, items

  var name: String { rawValue }

  func accepts(_ type: ElementType, _ traits: DeviceTraits) -> Acceptance {
    switch self {
    case .items: return .yes
    case .rows:
      guard type == .float32 else { return .no("made for float32") }
      return traits.style == .registerTiles
        ? .yes : .leavesDeviceIdle
    }
  }
}
