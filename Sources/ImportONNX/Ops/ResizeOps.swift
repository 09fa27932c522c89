import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// Sampling at other places.
  static let sampling: [String: Lowering] = ["Resize": resize, "Upsample": upsample]

  private static func upsample(_ context: NodeContext) throws(InceptError) {
    let scales =
      context.version < 9
      ? context.floats("scales") : try context.knownFloats(1, "scales")
    guard let scales else { throw context.invalid("expected scales", "none") }
    let mode: Resize.Mode =
      context.text("mode", "nearest") == "nearest" ? .nearest(.floor) : .linear
    try resize(context, axes: nil, .scales(scales), mode, .asymmetric)
  }

  private static func resize(_ context: NodeContext) throws(InceptError) {
    let rank = try context.value(0).shape.rank
    let axes = try context.ints("axes").map { (axes) throws(InceptError) in
      try axes.map { (axis) throws(InceptError) in
        try context.normalized(axis, context.value(0).shape)
      }
    }
    let isOld = context.version < 11
    let scales = try context.knownFloats(isOld ? 1 : 2, "scales")
    let sizes = isOld ? nil : try context.knownInts(3, "sizes")
    let target: Resize.Target
    if let sizes, !sizes.isEmpty {
      target = .sizes(sizes)
    } else if let scales, !scales.isEmpty {
      target = .scales(scales)
    } else {
      throw context.invalid("expected scales or sizes", "neither")
    }
    let name = context.text("coordinate_transformation_mode", isOld ? "asymmetric" : "half_pixel")
    guard let coordinates = Resize.Coordinates(rawValue: name) else {
      throw context.refuse("coordinates '\(name)'")
    }
    var regions: [Resize.Region]?
    if coordinates == .tfCropAndResize {
      let count = axes?.count ?? rank
      guard let roi = try context.knownFloats(1, "the region"), roi.count == 2 * count else {
        throw context.invalid("expected a region of \(2 * count) numbers", "others")
      }
      regions = (0..<count).map { Resize.Region(start: roi[$0], end: roi[$0 + count]) }
    }
    try resize(
      context, axes: axes, target, try mode(context, isOld: isOld), coordinates, regions: regions)
  }

  private static func mode(
    _ context: NodeContext, isOld: Bool
  ) throws(InceptError) -> Resize.Mode {
    switch context.text("mode", "nearest") {
    case "nearest":
      let name = context.text("nearest_mode", isOld ? "floor" : "round_prefer_floor")
      guard let rounding = Resize.Rounding(rawValue: name) else {
        throw context.refuse("nearest_mode '\(name)'")
      }
      return .nearest(rounding)
    case "linear": return .linear
    case "cubic": return .cubic(coefficient: context.float("cubic_coeff_a", -0.75))
    case let name: throw context.refuse("mode '\(name)'")
    }
  }

  private static func resize(
    _ context: NodeContext, axes: [Int]?, _ target: Resize.Target, _ mode: Resize.Mode,
    _ coordinates: Resize.Coordinates, regions: [Resize.Region]? = nil
  ) throws(InceptError) {
    let policy = context.text("keep_aspect_ratio_policy", "stretch")
    guard let ratio = Resize.AspectRatio(rawValue: policy) else {
      throw context.refuse("keep_aspect_ratio_policy '\(policy)'")
    }
    let x = try context.operand(0)
    let all = axes ?? Array(0..<x.shape.rank)
    let count: Int
    switch target {
    case .sizes(let sizes): count = sizes.count
    case .scales(let scales): count = scales.count
    }
    guard count == all.count else {
      throw context.invalid("expected \(all.count) sizes or scales", "\(count)")
    }
    // Axes that stay as they are need no sampling.
    let resized = all.indices.filter { index in
      if regions != nil || ratio != .stretch { return true }
      return switch target {
      case .sizes(let sizes): sizes[index] != x.shape[all[index]]
      case .scales(let scales): scales[index] != 1
      }
    }
    guard !resized.isEmpty else { return try context.set(same: try context.value(0)) }
    let chosen: Resize.Target =
      switch target {
      case .sizes(let sizes): .sizes(resized.map { sizes[$0] })
      case .scales(let scales): .scales(resized.map { scales[$0] })
      }
    let op = Resize(
      axes: resized.map { x.axis(all[$0]) }, to: chosen, mode: mode, coordinates: coordinates,
      aspectRatio: ratio, antialias: context.int("antialias") != 0,
      excludesOutside: context.int("exclude_outside") != 0,
      regions: regions.map { regions in resized.map { regions[$0] } },
      extrapolation: context.float("extrapolation_value", 0))
    try context.set(try context.add(op, [x.id]), like: x)
  }
}
