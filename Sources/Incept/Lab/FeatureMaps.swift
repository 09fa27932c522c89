import Drawing
import Imaging
import Operators

/// Feature maps of a layer, or the filters of a convolution, ready to be drawn.
public struct FeatureMaps: Sendable {
  /// What they are, and what is in each.
  public private(set) var report: FeatureReport
  let options: FeatureOptions
  /// The maps of the report, each with the values of its pixels, 1 or 3 (red, green, blue) a pixel.
  let values: [[Float]]
  /// Values a pixel.
  let depth: Int
  /// What the network saw, and its size in words; nil for filters.
  let seen: (image: Image, size: String)?

  /// Rows of a map.
  var height: Int { report.shape[0] }
  /// Columns of a map.
  var width: Int { report.shape[1] }

  init(
    _ report: FeatureReport, _ options: FeatureOptions,
    all: [(channel: Int, input: Int?, values: [Float])],
    depth: Int = 1, seen: (image: Image, size: String)? = nil
  ) {
    var chosen = all
    if options.strongestFirst {
      let strength = all.map { map in
        map.values.reduce(0.0) { $0 + ($1.isFinite ? Double(abs($1)) : 0) }
      }
      chosen = all.indices.sorted { (strength[$1], $0) < (strength[$0], $1) }.map { all[$0] }
    }
    chosen = Array(chosen.prefix(options.channels))
    self.options = options
    self.depth = depth
    self.seen = seen
    values = chosen.map(\.values)
    self.report = report
    self.report.total = all.count
    self.report.maps = chosen.map { map in
      let count = Double(max(map.values.count, 1))
      return FeatureReport.Map(
        channel: map.channel, input: map.input, min: Double(map.values.min() ?? 0),
        max: Double(map.values.max() ?? 0),
        mean: map.values.reduce(0) { $0 + Double($1) } / count,
        zeros: Double(map.values.count { $0 == 0 }) / count)
    }
  }

  /// Writes the grid as a PNG, PDF or SVG file, which appears whole or not at all, and notes it in the report.
  public mutating func write(to file: PlotFile) throws(InceptError) {
    try FeaturePainter(self).canvas().write(to: file.path)
    report.file = file.path
  }

  /// The grid as a picture.
  public func picture() throws(InceptError) -> Picture {
    try Picture(FeaturePainter(self).canvas())
  }
}

extension Model {
  /// The layers that have feature maps: values of floating point with rows, columns and channels.
  public func featureLayers() -> FeatureLayersReport {
    let layers = graph.topologicalOrder().compactMap { id -> FeatureLayersReport.Layer? in
      let node = graph[id]
      guard node.op.isComputed, let shape = mapShape(of: node) else { return nil }
      return .init(name: node.name, op: node.op.mnemonic, shape: shape)
    }
    return FeatureLayersReport(model: reported, layers: layers)
  }

  /// Rows, columns and channels of a node's first value; nil where it has none.
  fileprivate func mapShape(of node: Node) -> [Int]? {
    guard let type = node.outputs.first, type.elementType == .float32, type.shape.rank == 4,
      type.shape.dimensions.allSatisfy({ $0 > 0 })
    else { return nil }
    let shape = type.shape
    return isChannelsFirst(node.id, inGraph: true)
      ? [shape[2], shape[3], shape[1]] : [shape[1], shape[2], shape[3]]
  }

  /// Whether a node's value of four axes has its channels before its rows: in the graph, where that is so for what the
  /// importer left in the framework's order, or as people get it.
  fileprivate func isChannelsFirst(_ id: NodeID, inGraph: Bool) -> Bool {
    guard graph.axisOrder == .nchw else { return false }
    // Networks that take NHWC pictures transpose them; what is left in the framework's order is before that.
    if graph.frameworkOrdered.contains(id) { return imageOrder == .nchw }
    return !inGraph
  }

  /// The node of a layer's name that has feature maps.
  ///
  /// - Throws: `.usage` for other names, with close ones.
  fileprivate func featureNode(_ name: String) throws(InceptError) -> Node {
    let names = featureLayers().layers.map(\.name)
    let short = name.hasSuffix(":0") ? String(name.dropLast(2)) : name
    guard let node = graph.node(named: name) ?? graph.node(named: short), node.op.isComputed else {
      throw unknownLayer(name, among: names)
    }
    guard mapShape(of: node) != nil else {
      let type = node.outputs.first.map { "\($0.shape)" } ?? "nothing"
      throw InceptError(
        .usage, subject: "layer '\(name)'",
        expected: "expected one with rows, columns and channels", found: type,
        hint: "`incept features MODEL` lists them")
    }
    return node
  }

  fileprivate func unknownLayer(_ name: String, among names: [String]) -> InceptError {
    let close = CloseMatches.of(name, among: names)
    return InceptError(
      .usage, subject: "layer '\(name)'", expected: "expected a layer of \(self.name)",
      found: "none of that name",
      hint: close.isEmpty
        ? "`incept features MODEL` lists the layers"
        : "did you mean \(close.joined(separator: ", "))?")
  }
}

extension Session {
  /// Runs the network on a picture and takes a layer's feature maps.
  ///
  /// - Throws: `.usage` for a name that is no layer with feature maps, with close ones, or a network that takes no
  ///   pictures; what is wrong with the file, about it.
  public func features(
    of image: String, layer: String, options: FeatureOptions = FeatureOptions()
  ) throws(InceptError) -> FeatureMaps {
    let node = try model.featureNode(layer)
    let pictures = try Pictures(model, options.picture)
    let decoded = try Image.decode(path: image)
    let tensor = try pictures.tensor([decoded], names: [image])
    let results = try run([pictures.input: tensor], outputs: [node.name])
    guard let result = results.first(where: { $0.name == node.name })?.tensor,
      result.shape.rank == 4, result.shape[0] > 0
    else {
      throw InceptError(
        .software, subject: "layer '\(layer)'", expected: "expected its value among the results")
    }
    let shape = result.shape
    let isFirst = model.isChannelsFirst(node.id, inGraph: false)
    let (height, width) = isFirst ? (shape[2], shape[3]) : (shape[1], shape[2])
    let channels = isFirst ? shape[1] : shape[3]
    let values = result.floats()
    let size = height * width
    let maps = (0..<channels).map { channel in
      let map =
        isFirst
        ? Array(values[(channel * size)..<((channel + 1) * size)])
        : (0..<size).map { values[$0 * channels + channel] }
      return (channel: channel, input: Int?.none, values: map)
    }
    let report = FeatureReport(
      model: model.reported, device: device.reported, image: image, kind: .features,
      layer: node.name, op: node.op.mnemonic, shape: [height, width, channels], maps: [],
      total: channels)
    return FeatureMaps(
      report, options, all: maps,
      seen: try pictures.seen(decoded, limit: FeaturePainter.seenLimit))
  }
}

extension Model {
  /// The filters of a convolution as images: in colour where it reads three channels, in grey where it reads one, else an
  /// image for each filter and input channel.
  ///
  /// - Parameters:
  ///   - layer: The convolution's name; nil for the first one.
  ///   - options: How many are taken, which come first, and how they are drawn.
  /// - Throws: `.usage` where there is no convolution (of that name) whose weights are in the file.
  public func filters(
    of layer: String? = nil, options: FeatureOptions = FeatureOptions()
  ) throws(InceptError) -> FeatureMaps {
    let convolutions = graph.topologicalOrder().compactMap {
      id -> (node: Node, weights: HostTensor)? in
      let node = graph[id]
      guard node.op is Conv2D, node.inputs.count > 1, let weights = graph.constant(node.inputs[1])
      else { return nil }
      return (node, weights)
    }
    guard var chosen = convolutions.first else {
      throw InceptError(
        .usage, subject: name, expected: "expected a convolution with weights", found: "none")
    }
    if let layer {
      guard let found = convolutions.first(where: { $0.node.name == layer }) else {
        throw unknownLayer(layer, among: convolutions.map(\.node.name))
      }
      chosen = found
    }
    let (node, weights) = chosen
    let shape = weights.shape
    let (inputs, count) = (shape[2], shape[3])
    let taps = shape[0] * shape[1]
    let values = weights.floats()
    var maps: [(channel: Int, input: Int?, values: [Float])] = []
    let isColour = inputs == 3
    // More than are drawn needn't be taken apart, but for the strongest all must be known.
    let limit = options.strongestFirst ? Int.max : options.channels
    let total = isColour ? count : inputs * count
    for filter in 0..<count where maps.count < limit {
      if isColour {
        let pixels = (0..<(3 * taps)).map { values[$0 * count + filter] }
        maps.append((filter, nil, pixels))
        continue
      }
      for input in 0..<inputs where maps.count < limit {
        let pixels = (0..<taps).map { values[($0 * inputs + input) * count + filter] }
        maps.append((filter, inputs == 1 ? nil : input, pixels))
      }
    }
    let report = FeatureReport(
      model: reported, kind: .filters, layer: node.name, op: node.op.mnemonic,
      shape: shape.dimensions, maps: [], total: total)
    var result = FeatureMaps(report, options, all: maps, depth: isColour ? 3 : 1)
    result.note(total: total)
    return result
  }
}

extension FeatureMaps {
  /// Notes how many images there are, where not all were taken.
  fileprivate mutating func note(total: Int) { report.total = total }
}
