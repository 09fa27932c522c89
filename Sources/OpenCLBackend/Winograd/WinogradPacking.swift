import GraphIR
import TensorCore

/// Weights transformed for Winograd's algorithm, U = G_y g G_xᵀ in Double, in the order `conv2d_winograd.cl` reads
/// them: `[panel][point][channel][block][16]`.
struct WinogradPacking {
  let form: WinogradForm
  let weights: Shape
  let blocking: ConvolutionProblem.Blocking

  private var channels: Int { weights[2] }
  private var panelElements: Int { form.size * channels * blocking.blocksPerPanel * 16 }
  var elementCount: Int { blocking.panels * panelElements }

  private var key: String {
    let blocks = blocking.blocks.map { "\($0.channel)+\($0.count)" }.joined(separator: ",")
    return "winograd \(form.name) nv=\(blocking.blocksPerPanel) \(blocks)"
  }

  /// The weights as a kernel argument pair (buffer, offset).
  func arguments(_ value: ValueID, _ builder: inout PlanBuilder) throws(InceptError)
    -> [Launch.Argument]
  {
    guard let tensor = builder.graph.constant(value) else {
      throw InceptError(
        .software, subject: "conv2d", expected: "expected weights known when planning",
        found: "computed ones")
    }
    let packing = self
    let number = builder.constant(
      PlannedConstant(
        key: PlannedConstant.Key(sources: [tensor], packing: key), byteCount: elementCount * 4
      ) { (destination) throws(InceptError) in packing.pack(tensor, into: destination) })
    return [.buffer(.constant(number)), .offset(.constant(number), 0)]
  }

  private func pack(_ tensor: HostTensor, into destination: UnsafeMutableBufferPointer<Float>) {
    let blocks = blocking.blocks
    tensor.withColumns(blocks.map { $0.channel..<$0.channel + $0.count }) { index, source in
      guard let from = source.baseAddress, let to = destination.baseAddress else { return }
      let place =
        index / blocking.blocksPerPanel * panelElements + index % blocking.blocksPerPanel * 16
      transform(blocks[index].count, from, to + place)
    }
  }

  private typealias Lanes = SIMD16<Double>

  /// Transforms up to 16 output channels: `source` has `count` of them in a row, `target` is the block's place for
  /// point 0, channel 0.
  private func transform(
    _ count: Int, _ source: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) {
    let (height, width) = (weights[0], weights[1])
    let (rows, columns) = (form.rows.size, form.columns.size)
    let step = blocking.blocksPerPanel * 16
    let rowWeights = form.rows.weights.flatMap(\.self)
    let columnWeights = form.columns.weights.flatMap(\.self)
    withUnsafeTemporaryAllocation(of: Lanes.self, capacity: (height + rows) * width) { memory in
      guard let filter = memory.baseAddress else { return }
      let half = filter + height * width
      for channel in 0..<channels {
        for tap in 0..<height * width {
          filter[tap] = Self.load(source + (tap * channels + channel) * count, count)
        }
        rowWeights.withUnsafeBufferPointer { g in
          for i in 0..<rows {
            for x in 0..<width {
              var sum = Lanes.zero
              for y in 0..<height { sum += g[i * height + y] * filter[y * width + x] }
              half[i * width + x] = sum
            }
          }
        }
        columnWeights.withUnsafeBufferPointer { g in
          for i in 0..<rows {
            for j in 0..<columns {
              var sum = Lanes.zero
              for x in 0..<width { sum += g[j * width + x] * half[i * width + x] }
              let place = ((i * columns + j) * channels + channel) * step
              UnsafeMutableRawPointer(target + place)
                .storeBytes(of: SIMD16<Float>(sum), as: SIMD16<Float>.self)
            }
          }
        }
      }
    }
  }

  /// `count` elements, zeros behind them.
  @inline(__always)
  private static func load(_ source: UnsafePointer<Float>, _ count: Int) -> Lanes {
    if count == 16 {
      return Lanes(UnsafeRawPointer(source).loadUnaligned(as: SIMD16<Float>.self))
    }
    var lanes = Lanes.zero
    for lane in 0..<count { lanes[lane] = Double(source[lane]) }
    return lanes
  }
}
