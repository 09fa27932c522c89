import GraphIR
import OpenCLBackend
import Operators
import TensorCore
import TestSupport
import Testing

/// Networks whose values lie in unusual places.
enum ViewCase: String, CaseIterable, CustomTestStringConvertible {
  case slicesOfSlices, paddedReaderOfSlice, concatOfViews, concatOfEveryKernel, paddedReaderOfConcat
  case concatAlongRows, fiveAxes, computedWeights, foreignImage, onePixel, channelsApart
  case results, shuffle, wideChannels, batchedProducts

  var testDescription: String { rawValue }

  /// The network and what is fed to it.
  func build() throws -> (graph: Graph, feeds: [String: HostTensor]) {
    var net = Net(rawValue)
    switch self {
    case .slicesOfSlices:
      let x = try net.feed([2, 9, 8, 20])
      let a = try net.add(Slice([.init(axis: 3, start: 2, end: 19)]), x)
      let b = try net.add(Slice([.init(axis: 2, start: 1, end: 8, step: 2)]), a)
      let c = try net.add(Slice([.init(axis: 1, start: 8, end: 0, step: -3)]), b)
      let pool = try net.add(Pool2D(.max, window: Window(kernel: Spatial(2), padding: .same)), b)
      net.results(c, pool, try net.add(LRN(size: 3, alpha: 0.1, beta: 0.6, bias: 1), b))
    case .paddedReaderOfSlice:
      let x = try net.conv(try net.feed([1, 7, 7, 6]), .one, to: 24)
      let channels = try net.add(Slice([.init(axis: 3, start: 4, end: 9)]), x)
      let rows = try net.add(Slice([.init(axis: 1, start: 2, end: 6)]), x)
      let both = try net.add(Slice([.init(axis: 3, start: 1, end: 20)]), rows)
      net.results(
        try net.conv(channels, Spatial(3), to: 8), try net.conv(rows, Spatial(5), to: 8),
        try net.conv(both, Spatial(3), to: 8))
    case .concatOfViews:
      let x = try net.conv(try net.feed([1, 6, 6, 6]), .one, to: 6)
      let back = try net.add(Slice([.init(axis: 2, start: -1, end: Int.min, step: -1)]), x)
      let turned = try net.add(Transpose([0, 2, 1, 3]), x)
      let odd = try net.add(Transpose([0, 3, 1, 2]), x)
      let shaped = try net.add(Reshape([1, 6, 6, -1]), odd)
      let same = try net.add(Identity(), x)
      net.results(try net.add(Concat(axis: 3), back, turned, odd, shaped, same, x, x))
    case .concatOfEveryKernel:
      let x = try net.feed([2, 5, 6, 7])
      let padded = try net.add(
        Pad(before: [0, 1, 0, 2], after: [0, 1, 0, 1], mode: .reflect),
        try net.add(Slice([.init(axis: 1, start: 1, end: 4)]), x))
      let average = Pool2D(
        .average, window: Window(kernel: Spatial(3), padding: .same), countIncludePad: true)
      let values = [
        padded, try net.add(Unary(.silu), x), try net.add(Binary(.mul), x, x),
        try net.add(average, x), try net.add(Softmax(axis: 3), x), try net.add(Softmax(axis: 1), x),
        try net.add(LRN(size: 5, alpha: 0.5, beta: 0.75, bias: 2), x),
        try net.add(BiasAdd(), x, try net.constant([7])),
        try net.add(Dense(), x, try net.constant([7, 19])),
        try net.add(MatMul(), x, try net.feed([7, 5])),
        try net.add(MatMul(), x, try net.feed([2, 1, 7, 3])),
        try net.conv(x, Spatial(3), to: 9), try net.conv(x, Spatial(3), to: 7, groups: 7),
      ]
      net.results(try net.add(Concat(axis: 3), values))
    case .paddedReaderOfConcat:
      let x = try net.feed([1, 6, 7, 5])
      let a = try net.conv(x, .one, to: 17)
      let inner = try net.add(Concat(axis: 3), a, try net.conv(x, Spatial(3), to: 3))
      let outer = try net.add(Concat(axis: 3), try net.conv(x, .one, to: 4), inner)
      net.results(
        try net.conv(outer, Spatial(5), to: 6), try net.conv(a, Spatial(7, 1), to: 6),
        try net.conv(inner, Spatial(1, 7), to: 6))
    case .concatAlongRows:
      let x = try net.feed([1, 6, 7, 5])
      let rows = try net.add(
        Concat(axis: 1), try net.conv(x, .one, to: 4), try net.conv(x, Spatial(3), to: 4))
      let columns = try net.add(Concat(axis: 2), rows, try net.add(Unary(.tanh), rows))
      net.results(try net.conv(columns, Spatial(3), to: 5), columns)
    case .fiveAxes:
      let x = try net.feed([2, 3, 2, 4, 5])
      let dense = try net.add(Dense(), x, try net.constant([5, 6]))
      let joined = try net.add(Concat(axis: 2), dense, try net.add(Unary(.negate), dense))
      let turned = try net.add(Transpose([4, 2, 0, 3, 1]), joined)
      net.results(
        turned, try net.add(Dense(), turned, try net.constant([3, 2])),
        try net.add(Softmax(axis: 2), joined),
        try net.add(Binary(.add), turned, try net.constant([4, 1, 4, 1])))
    case .computedWeights:
      let x = try net.feed([1, 5, 5, 6])
      let all = try net.feed([3, 3, 6, 20])
      let weights = try net.add(Slice([.init(axis: 3, start: 3, end: 16)]), all)
      let bias = try net.add(
        Reshape([13]),
        try net.add(Slice([.init(axis: 1, start: 1, end: 2)]), try net.feed([13, 3])))
      let turned = try net.add(Transpose([1, 0, 2, 3]), all)
      net.results(
        try net.add(Conv2D(padding: .same), x, weights, bias),
        try net.add(Conv2D(padding: .same), x, turned),
        try net.add(
          Pool2D(.max, window: Window(kernel: Spatial(2))), try net.conv(x, .one, to: 13), bias))
    case .foreignImage:
      let x = try net.feed([2, 3, 9, 8])
      let own = try net.add(Transpose.toNHWC, x)
      net.results(
        try net.conv(own, Spatial(3), to: 20), try net.conv(own, Spatial(5), to: 3, strides: 2),
        own)
    case .onePixel:
      let x = try net.feed([1, 5, 1, 1])
      let own = try net.add(Transpose.toNHWC, x)
      let end = try net.conv(own, Spatial(3), to: 20)
      net.results(end, try net.add(Transpose.toNCHW, end), try net.add(Concat(axis: 3), end, own))
    case .channelsApart:
      let x = try net.feed([1, 4, 6, 5])
      let own = try net.add(Transpose.toNHWC, x)
      let slice = try net.add(Slice([.init(axis: 3, start: 1, end: 3)]), own)
      net.results(
        try net.add(GlobalPool(.average, keepsAxes: false), slice),
        try net.add(Pool2D(.max, window: Window(kernel: Spatial(2))), slice),
        try net.add(Softmax(axis: 3), own), try net.conv(slice, Spatial(3), to: 3))
    case .results:
      let x = try net.feed([1, 4, 6, 8])
      let y = try net.add(Unary(.exp), x)
      net.results(
        x, try net.add(Slice([.init(axis: 3, start: 2, end: 5)]), x),
        try net.add(Identity(), y), try net.add(Transpose([0, 3, 2, 1]), y),
        try net.add(Identity(), try net.constant([3, 2])), y)
    case .shuffle:
      let x = try net.conv(try net.feed([1, 5, 5, 3]), .one, to: 12)
      let groups = try net.add(Reshape([1, 5, 5, 3, 4]), x)
      let turned = try net.add(Transpose([0, 1, 2, 4, 3]), groups)
      let shuffled = try net.add(Reshape([1, 5, 5, 12]), turned)
      net.results(try net.conv(shuffled, Spatial(3), to: 12, groups: 3), shuffled)
    case .wideChannels:
      let x = try net.feed([1, 7, 7, 192])
      let average = Pool2D(
        .average, window: Window(kernel: Spatial(3), padding: .symmetric(1, 1)),
        countIncludePad: true, activation: .relu)
      let big = Pool2D(.max, window: Window(kernel: Spatial(3), strides: Spatial(2)))
      net.results(
        try net.add(
          Concat(axis: 3), try net.add(big, x),
          try net.conv(x, Spatial(3), to: 16, strides: 2, padding: .valid)),
        try net.add(average, x, try net.constant([192])),
        try net.add(LRN(size: 5, alpha: 1, beta: 0.75, bias: 1), x),
        try net.add(GlobalPool(.max, keepsAxes: true), x))
    case .batchedProducts:
      let x = try net.feed([2, 3, 9, 20])
      let right = try net.add(Transpose([0, 1, 3, 2]), x)
      let part = try net.add(Slice([.init(axis: 2, start: 0, end: 9, step: 2)]), x)
      net.results(
        try net.add(MatMul(), x, right), try net.add(MatMul(), part, right),
        try net.add(MatMul(), right, part2(&net, x)))
    }
    try net.graph.verify()
    return (net.graph, net.feeds)
  }

  private func part2(_ net: inout Net, _ x: ValueID) throws -> ValueID {
    try net.add(Slice([.init(axis: 3, start: 1, end: 19)]), x)
  }
}

/// Builds one of the networks.
private struct Net {
  var graph: Graph
  var feeds: [String: HostTensor] = [:]
  private var random: RandomSource
  private var serial = 0

  init(_ name: String) {
    graph = Graph(name: name)
    random = RandomSource(name: name)
  }

  private mutating func name(_ stem: String) -> String {
    serial += 1
    return "\(stem).\(serial)"
  }

  mutating func feed(_ shape: Shape) throws -> ValueID {
    let name = name("input")
    feeds[name] = random.tensor(shape)
    return try graph.add(Input(TensorType(shape)), name: name)
  }

  mutating func constant(_ shape: Shape) throws -> ValueID {
    try graph.add(Constant(random.tensor(shape, in: -0.5...0.5)), name: name("constant"))
  }

  mutating func add(_ op: any Operator, _ inputs: ValueID...) throws -> ValueID {
    try add(op, inputs)
  }

  mutating func add(_ op: any Operator, _ inputs: [ValueID]) throws -> ValueID {
    try graph.add(op, inputs, name: name(op.mnemonic))
  }

  mutating func conv(
    _ image: ValueID, _ kernel: Spatial, to outer: Int, groups: Int = 1, strides: Int = 1,
    padding: Padding = .same
  ) throws -> ValueID {
    let inner = graph.type(of: image).shape[3] / groups
    let weights = try constant([kernel.height, kernel.width, inner, outer])
    let op = Conv2D(strides: Spatial(strides), padding: padding, groups: groups)
    return try add(op, image, weights)
  }

  mutating func results(_ values: ValueID...) {
    graph.outputs = values.enumerated().map { GraphOutput(name: "output\($0)", value: $1) }
  }
}

@Suite("Values in unusual places", .enabled(if: !TestDevice.all.isEmpty, "no OpenCL device here"))
struct ViewsOnDevicesTests {
  @Test("Results are the reference's", arguments: TestDevice.all, ViewCase.allCases)
  func agrees(device: TestDevice, network: ViewCase) throws {
    let (graph, feeds) = try network.build()
    let mismatch = try DeviceRunner.mismatch(graph, feeds, .close, on: device)
    #expect(mismatch == nil)
  }
}
