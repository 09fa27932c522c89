import GraphIR
import Operators
import TensorCore

/// Weights and bias in the order convolution kernels read them: `[panel][tap][block][16]`, zeros where a block
/// has fewer than 16 channels. Constants are packed on the host, once; computed ones on the device, each run.
struct ConvolutionPacking {
  let weights: Shape
  let blocking: ConvolutionProblem.Blocking
  let isChannelMajor: Bool

  var taps: Int { weights[0] * weights[1] * weights[2] }
  var panelElements: Int { taps * blocking.blocksPerPanel * 16 }
  var elementCount: Int { blocking.panels * panelElements }
  var biasElements: Int { blocking.blocks.count * 16 }

  /// The packing's name, part of the constant's key.
  private func key(_ part: String) -> String {
    let blocks = blocking.blocks.map { "\($0.channel)+\($0.count)" }.joined(separator: ",")
    let order = isChannelMajor ? "chw" : "hwc"
    return "\(part) \(order) nv=\(blocking.blocksPerPanel) \(blocks)"
  }

  /// Whether the blocks are the channels in their order, none of them cut.
  private var hasPlainBlocks: Bool {
    blocking.blocks.count * 16 == weights[3]
      && blocking.blocks.enumerated().allSatisfy { $1.channel == $0 * 16 && $1.count == 16 }
  }

  /// Whether weights in C order are packed weights.
  private var isPackedAlready: Bool {
    hasPlainBlocks && blocking.panels == 1
      && (!isChannelMajor || weights[2] == 1 || weights[0] * weights[1] == 1)
  }

  /// Position in HWIO weights (per output channel) of tap number `tap` of the walk.
  private func source(ofTap tap: Int) -> Int {
    guard isChannelMajor else { return tap }
    let area = weights[0] * weights[1]
    return tap % area * weights[2] + tap / area
  }

  /// The weights as a kernel argument pair (buffer, offset).
  func weightArguments(_ value: ValueID, _ builder: inout PlanBuilder) throws(InceptError)
    -> [Launch.Argument]
  {
    if let tensor = builder.graph.constant(value) {
      let packing = self
      let number = builder.constant(
        PlannedConstant(
          key: PlannedConstant.Key(sources: [tensor], packing: key("conv")),
          byteCount: elementCount * 4
        ) { (destination) throws(InceptError) in packing.pack(tensor, into: destination) })
      return [.buffer(.constant(number)), .offset(.constant(number), 0)]
    }
    let view = try builder.denseView(value)
    if isPackedAlready { return Launch.Argument.views(view) }
    let scratch = builder.scratch([elementCount], name: "packed weights")
    let channels = Launch.Argument.table(
      blocking.blocks.flatMap { [.int($0.channel), .int($0.count)] })
    builder.emit(
      KernelSpecialization(file: "pack_weights.cl", entry: "pack_weights"), variant: "pack",
      arguments: [
        .buffer(view.storage), .offset(view.storage, view.offset), .buffer(scratch.storage),
        .offset(scratch.storage, 0), channels, .int(taps), .int(blocking.blocksPerPanel),
        .int(weights[0] * weights[1]), .int(weights[2]), .int(isChannelMajor ? 1 : 0),
        .int(weights[3]),
      ], global: [16, taps, blocking.blocks.count], local: nil, step: "pack-weights")
    return [.buffer(scratch.storage), .offset(scratch.storage, 0)]
  }

  /// The bias (zeros where there is none) as a kernel argument pair.
  func biasArguments(_ value: ValueID?, _ builder: inout PlanBuilder) throws(InceptError)
    -> [Launch.Argument]
  {
    if let value, builder.graph.constant(value) == nil {
      let view = try builder.denseView(value)
      if hasPlainBlocks { return Launch.Argument.views(view) }
      let scratch = builder.scratch([biasElements], name: "packed bias")
      let channels = Launch.Argument.table(
        blocking.blocks.flatMap { [.int($0.channel), .int($0.count)] })
      builder.emit(
        KernelSpecialization(file: "pack_weights.cl", entry: "pack_bias"), variant: "pack",
        arguments: [
          .buffer(view.storage), .offset(view.storage, view.offset), .buffer(scratch.storage),
          .offset(scratch.storage, 0), channels,
        ], global: [16, blocking.blocks.count], local: nil, step: "pack-bias")
      return [.buffer(scratch.storage), .offset(scratch.storage, 0)]
    }
    let tensor = value.flatMap { builder.graph.constant($0) }
    let packing = self
    let number = builder.constant(
      PlannedConstant(
        key: PlannedConstant.Key(
          sources: tensor.map { [$0] } ?? [],
          packing: tensor == nil ? "zeros \(biasElements)" : key("bias")),
        byteCount: biasElements * 4
      ) { (destination) throws(InceptError) in packing.packBias(tensor, into: destination) })
    return [.buffer(.constant(number)), .offset(.constant(number), 0)]
  }

  private func pack(_ tensor: HostTensor, into destination: UnsafeMutableBufferPointer<Float>) {
    let parts = parts
    tensor.withColumns(parts.map(\.channels)) { number, source in
      let part = parts[number]
      guard let from = source.baseAddress,
        var to = destination.baseAddress.map({ $0 + part.panels.lowerBound * panelElements })
      else { return }
      for panel in part.panels {
        let blocks = blocks(ofPanel: panel)
        for tap in 0..<taps {
          let row = from + self.source(ofTap: tap) * part.channels.count
          for block in blocks {
            Self.copyBlock(row + (block.channel - part.channels.lowerBound), block.count, to)
            to += Self.lanes
          }
        }
      }
    }
  }

  /// Panels that are packed together, and the channels that they hold: about as many as fit a cache.
  private var parts: [(panels: Range<Int>, channels: Range<Int>)] {
    let cachedElements = 1 << 17
    var parts: [(panels: Range<Int>, channels: Range<Int>)] = []
    for panel in 0..<blocking.panels {
      let blocks = blocks(ofPanel: panel).filter { $0.count > 0 }
      let first = blocks.map(\.channel).min() ?? 0
      let end = blocks.map { $0.channel + $0.count }.max() ?? first
      if let last = parts.last, taps * last.channels.count < cachedElements {
        let joined = min(last.channels.lowerBound, first)..<max(last.channels.upperBound, end)
        parts[parts.count - 1] = (last.panels.lowerBound..<panel + 1, joined)
      } else {
        parts.append((panel..<panel + 1, first..<end))
      }
    }
    return parts
  }

  private func blocks(ofPanel panel: Int) -> ArraySlice<ConvolutionProblem.Blocking.Block> {
    let count = blocking.blocksPerPanel
    return blocking.blocks[panel * count..<(panel + 1) * count]
  }

  private static let lanes = 16

  /// Copies `count` elements and fills the block up with zeros.
  @inline(__always)
  private static func copyBlock(
    _ source: UnsafePointer<Float>, _ count: Int, _ destination: UnsafeMutablePointer<Float>
  ) {
    // A constant count lets the compiler copy a block at once.
    if count == lanes {
      destination.update(from: source, count: lanes)
    } else {
      destination.update(from: source, count: count)
      (destination + count).update(repeating: 0, count: lanes - count)
    }
  }

  private func packBias(
    _ tensor: HostTensor?, into destination: UnsafeMutableBufferPointer<Float>
  ) {
    destination.update(repeating: 0)
    tensor?.withFloats { source in
      for (index, block) in blocking.blocks.enumerated() {
        for lane in 0..<block.count {
          destination[index * Self.lanes + lane] = source[block.channel + lane]
        }
      }
    }
  }
}
