import GraphIR
import Operators
import TensorCore

extension OperatorTable {
  /// What moves elements, or only renames axes.
  static let movement: [String: Lowering] = [
    "Transpose": transpose, "Reshape": reshape, "Flatten": flatten, "Squeeze": squeeze,
    "Unsqueeze": unsqueeze, "Concat": concat, "Split": split, "Slice": slice, "Pad": pad,
    "Identity": identity, "Dropout": dropout, "DepthToSpace": depthToSpace,
    "SpaceToDepth": spaceToDepth, "Gather": gather, "Expand": expand, "Tile": tile,
  ]

  private static func transpose(_ context: NodeContext) throws(InceptError) {
    let x = try context.value(0)
    let permutation = context.ints("perm") ?? Array((0..<x.shape.rank).reversed())
    guard permutation.sorted() == Array(0..<x.shape.rank) else {
      throw context.invalid("expected a permutation of the axes of \(x.shape)", "\(permutation)")
    }
    if let image = x.image, x.plain == nil, x.shape.rank == 4 {
      let order = permutation.map { [0, 3, 1, 2][$0] }
      return try context.set(plain: try context.add(Transpose(order), [image]))
    }
    let plain = try context.plain(0)
    try context.set(plain: try context.add(Transpose(permutation), [plain]))
    // What an exporter made NCHW of is the image.
    if permutation == [0, 3, 1, 2], context.wants(0) {
      context.scope.value(context.node.output[0])?.image = plain
    }
  }

  private static func reshape(
    _ context: NodeContext, to dimensions: [Int]
  ) throws(InceptError) {
    try context.set(plain: try context.add(Reshape(dimensions), [try context.plain(0)]))
  }

  private static func reshape(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    let wanted =
      context.version < 5 ? context.ints("shape") : try context.knownInts(1, "a shape")
    guard var wanted else { throw context.invalid("expected a shape", "none") }
    if context.int("allowzero") == 0 {
      for (axis, extent) in wanted.enumerated() where extent == 0 {
        guard axis < shape.rank else {
          throw context.invalid("expected extents of \(shape)", "\(wanted)")
        }
        wanted[axis] = shape[axis]
      }
    }
    guard wanted.count <= 32, wanted.allSatisfy({ $0 >= -1 }),
      wanted.filter({ $0 == -1 }).count <= 1
    else {
      let found = wanted.count <= 32 ? "\(wanted)" : "\(wanted.count) axes"
      throw context.invalid("expected extents, one of them open at most", found)
    }
    if let batch = context.importer.rebatching, wanted.first == batch.declared,
      shape.dimensions.first == batch.given,
      isReshape(shape, to: [batch.given] + wanted.dropFirst())
    {
      wanted[0] = batch.given
    }
    if let free = wanted.firstIndex(of: -1) {
      let known = wanted.filter { $0 != -1 }.reduce(1) { $0.multipliedReportingOverflow(by: $1).0 }
      guard known > 0 ? shape.elementCount % known == 0 : false else {
        throw context.invalid("expected extents that divide \(shape)", "\(wanted)")
      }
      wanted[free] = shape.elementCount / known
    }
    // The operator takes 0 for the input's extent; here it is meant.
    if wanted.contains(0), shape.elementCount != 0 {
      throw context.invalid("expected \(shape.elementCount) elements", "\(wanted)")
    }
    try reshape(context, to: wanted)
  }

  /// Whether a shape has as many elements as extents of which one may be -1.
  private static func isReshape(_ shape: Shape, to extents: [Int]) -> Bool {
    guard let known = Shape(extents.filter { $0 != -1 }).checkedElementCount, known > 0 else {
      return false
    }
    return extents.contains(-1)
      ? shape.elementCount % known == 0 : shape.elementCount == known
  }

  private static func flatten(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    var axis = context.int("axis", 1)
    if axis < 0 { axis += shape.rank }
    try context.set(plain: try context.add(Flatten(axis: axis), [try context.plain(0)]))
  }

  /// Axes of an attribute, or from version 13 on of the second input.
  static func axes(
    _ context: NodeContext, inputSince version: Int, at index: Int = 1
  ) throws(InceptError) -> [Int]? {
    context.version < version ? context.ints("axes") : try context.knownInts(index, "axes")
  }

  private static func squeeze(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    var gone = Set((0..<shape.rank).filter { shape[$0] == 1 })
    if let axes = try axes(context, inputSince: 13) {
      var named: Set<Int> = []
      for axis in axes { named.insert(try context.normalized(axis, shape)) }
      guard named.isSubset(of: gone) else {
        throw context.invalid("expected axes of extent 1 of \(shape)", "\(axes)")
      }
      gone = named
    }
    try reshape(
      context, to: (0..<shape.rank).filter { !gone.contains($0) }.map { shape[$0] })
  }

  private static func unsqueeze(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    let axes = try axes(context, inputSince: 13) ?? []
    let rank = shape.rank + axes.count
    let places = Set(axes.map { $0 < 0 ? $0 + rank : $0 })
    guard places.count == axes.count, places.allSatisfy({ (0..<rank).contains($0) }), rank <= 32
    else { throw context.invalid("expected axes of a result of \(rank) axes", "\(axes)") }
    var rest = shape.dimensions[...]
    try reshape(context, to: (0..<rank).map { places.contains($0) ? 1 : rest.removeFirst() })
  }

  private static func concat(_ context: NodeContext) throws(InceptError) {
    let values = try context.values()
    guard let first = values.first else { throw context.invalid("expected inputs", "none") }
    let axis = try context.axis("axis", 1, of: first.shape)
    let asImage = values.contains { $0.image != nil } && values.allSatisfy(\.canBeImage)
    var ids: [ValueID] = []
    for value in values { ids.append(try context.importer.operand(value, asImage: asImage).id) }
    let form = try context.importer.operand(first, asImage: asImage)
    try context.set(try context.add(Concat(axis: form.axis(axis)), ids), like: form)
  }

  private static func split(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    let axis = try context.axis("axis", 0, of: shape)
    let count = context.node.output.count
    var parts =
      context.version < 13 ? context.ints("split") : try context.knownInts(1, "sizes of parts")
    if parts == nil || parts?.isEmpty == true {
      let size = (shape[axis] + count - 1) / max(count, 1)
      parts = (0..<count).map { min(size, max(0, shape[axis] - $0 * size)) }
    }
    guard let parts, parts.count == count, parts.allSatisfy({ $0 >= 0 && $0 <= shape[axis] }),
      parts.reduce(0, +) == shape[axis]
    else {
      throw context.invalid(
        "expected \(count) parts of \(shape[axis])", "\(parts?.prefix(32) ?? [])")
    }
    let x = try context.operand(0)
    var start = 0
    for (index, size) in parts.enumerated() {
      let range = Slice.Range(axis: x.axis(axis), start: start, end: start + size)
      start += size
      guard context.wants(index) else { continue }
      try context.set(at: index, try context.add(Slice([range]), [x.id]), like: x)
    }
  }

  private static func slice(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    let isOld = context.version < 10
    let starts = isOld ? context.ints("starts") : try context.knownInts(1, "starts")
    let ends = isOld ? context.ints("ends") : try context.knownInts(2, "ends")
    guard let starts, let ends, starts.count == ends.count else {
      throw context.invalid("expected as many starts as ends", "others")
    }
    let axes = isOld ? context.ints("axes") : try context.knownInts(3, "axes")
    let steps = isOld ? nil : try context.knownInts(4, "steps")
    let x = try context.operand(0)
    var ranges: [Slice.Range] = []
    for index in starts.indices {
      guard axes.map({ index < $0.count }) ?? true, steps.map({ index < $0.count }) ?? true else {
        throw context.invalid("expected as many axes and steps as starts", "fewer")
      }
      let axis = try context.normalized(axes?[index] ?? index, shape)
      ranges.append(
        Slice.Range(
          axis: x.axis(axis), start: starts[index], end: ends[index], step: steps?[index] ?? 1))
    }
    try context.set(try context.add(Slice(ranges), [x.id]), like: x)
  }

  private static func pad(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    let given =
      context.version < 11
      ? context.ints("pads") ?? context.ints("paddings") : try context.knownInts(1, "pads")
    guard var pads = given else { throw context.invalid("expected pads", "none") }
    if context.version >= 18, let axes = try context.knownInts(3, "axes") {
      guard pads.count == 2 * axes.count else {
        throw context.invalid("expected \(2 * axes.count) pads", "\(pads)")
      }
      var all = [Int](repeating: 0, count: 2 * shape.rank)
      for (index, axis) in axes.enumerated() {
        let axis = try context.normalized(axis, shape)
        all[axis] = pads[index]
        all[axis + shape.rank] = pads[index + axes.count]
      }
      pads = all
    }
    guard pads.count == 2 * shape.rank, pads.allSatisfy({ (-1 << 24...1 << 24).contains($0) })
    else {
      throw context.invalid(
        "expected \(2 * shape.rank) pads between -2^24 and 2^24", "\(pads)")
    }
    let x = try context.operand(0)
    let before = x.perAxis(Array(pads[..<shape.rank]), filler: 0)
    let after = x.perAxis(Array(pads[shape.rank...]), filler: 0)
    var id = x.id
    let cuts = before.indices.filter { before[$0] < 0 || after[$0] < 0 }
    if !cuts.isEmpty {
      let extents = context.importer.graph.type(of: id).shape
      guard cuts.allSatisfy({ -min(before[$0], 0) - min(after[$0], 0) <= extents[$0] }) else {
        throw context.invalid("expected pads that leave something of \(shape)", "\(pads)")
      }
      id = try context.add(
        Slice(
          cuts.map {
            Slice.Range(
              axis: $0, start: max(0, -before[$0]), end: extents[$0] - max(0, -after[$0]))
          }), [id])
    }
    let op = Pad(
      before: before.map { max($0, 0) }, after: after.map { max($0, 0) },
      mode: try padMode(context))
    try context.set(try context.add(op, [id]), like: x)
  }

  private static func padMode(_ context: NodeContext) throws(InceptError) -> Pad.Mode {
    switch context.text("mode", "constant") {
    case "constant":
      let value =
        context.version < 11
        ? context.float("value", 0) : try context.knownFloats(2, "the padding")?.first ?? 0
      return .constant(value)
    case "reflect": return .reflect
    case "edge": return .edge
    case "wrap": return .wrap
    case let mode: throw context.refuse("mode '\(mode)'")
    }
  }

  private static func identity(_ context: NodeContext) throws(InceptError) {
    try context.set(same: try context.value(0))
  }

  private static func dropout(_ context: NodeContext) throws(InceptError) {
    if let training = context.optional(2), context.version >= 12 {
      guard let tensor = context.known(2), training.shape.elementCount == 1 else {
        throw context.refuse("training_mode computed at run time")
      }
      let ratio = try context.knownFloats(1, "the ratio")?.first ?? 0.5
      guard tensor.integers().first == 0 || ratio == 0 else { throw context.refuse("training") }
    }
    let x = try context.value(0)
    try context.set(same: x)
    guard context.wants(1) else { return }
    // Nothing is dropped.
    try context.importer.charge(x.shape.elementCount)
    let storage = TensorStorage(byteCount: x.shape.elementCount) { bytes in
      for index in bytes.indices { bytes[index] = 1 }
    }
    try context.set(
      1,
      plain: try context.add(
        constant: HostTensor(elementType: .bool, shape: x.shape, storage: storage)))
  }

  /// Blocks of channels become blocks of pixels; on images, in steps of four axes.
  private static func depthToSpace(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    let block = context.int("blocksize")
    guard shape.rank == 4, block > 0, block <= 1 << 16, shape[1] % (block * block) == 0 else {
      throw context.invalid("expected channels in blocks of \(block)²", "\(shape)")
    }
    let (n, h, w) = (shape[0], shape[2], shape[3])
    let channels = shape[1] / (block * block)
    var id = try context.image(0)
    if context.text("mode", "DCR") == "CRD" {
      id = try context.add(Reshape([n * h * w, channels, block * block]), [id])
      id = try context.add(Transpose([0, 2, 1]), [id])
    }
    id = try context.add(Reshape([n * h, w, block, block * channels]), [id])
    id = try context.add(Transpose([0, 2, 1, 3]), [id])
    id = try context.add(Reshape([n, h * block, w * block, channels]), [id])
    try context.set(image: id, rank: 4)
  }

  private static func spaceToDepth(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    let block = context.int("blocksize")
    guard shape.rank == 4, block > 0, block <= 1 << 16, shape[2] % block == 0,
      shape[3] % block == 0
    else { throw context.invalid("expected an image in blocks of \(block)", "\(shape)") }
    let (n, c, h, w) = (shape[0], shape[1], shape[2] / block, shape[3] / block)
    var id = try context.add(
      Reshape([n * h, block, w, block * c]), [try context.image(0)])
    id = try context.add(Transpose([0, 2, 1, 3]), [id])
    if context.version >= 28, context.text("mode", "DCR") == "CRD" {
      id = try context.add(Reshape([n * h * w, block * block, c]), [id])
      id = try context.add(Transpose([0, 2, 1]), [id])
    }
    id = try context.add(Reshape([n, h, w, block * block * c]), [id])
    try context.set(image: id, rank: 4)
  }

  private static func gather(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    let axis = try context.axis("axis", 0, of: shape)
    try context.set(
      plain: try context.add(Gather(axis: axis), [try context.plain(0), try context.plain(1)]))
  }

  private static func expand(_ context: NodeContext) throws(InceptError) {
    guard let extents = try context.knownInts(1, "a shape") else {
      throw context.invalid("expected a shape", "none")
    }
    try context.set(
      plain: try context.add(Expand(Shape(extents)), [try context.plain(0)]))
  }

  private static func tile(_ context: NodeContext) throws(InceptError) {
    let shape = try context.value(0).shape
    guard var repeats = try context.knownInts(1, "repeats") else {
      throw context.invalid("expected repeats", "none")
    }
    if context.version < 6 {
      // One count, and the axis that it is for.
      let axis = try context.knownInts(2, "an axis")?.first ?? 0
      var all = [Int](repeating: 1, count: shape.rank)
      all[try context.normalized(axis, shape)] = repeats.first ?? 1
      repeats = all
    }
    let x = try context.operand(0)
    guard repeats.count == shape.rank else {
      throw context.invalid("expected \(shape.rank) repeats", "\(repeats)")
    }
    try context.set(
      try context.add(Tile(x.perAxis(repeats, filler: 1)), [x.id]), like: x)
  }
}
