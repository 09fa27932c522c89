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
      ) { () throws(InceptError) in packing.packed(tensor) })
    return [.buffer(.constant(number)), .offset(.constant(number), 0)]
  }

  private func packed(_ tensor: HostTensor) -> HostTensor {
    HostTensor(shape: [elementCount]) { destination in
      tensor.withFloats { source in
        for (index, block) in blocking.blocks.enumerated() where block.count > 0 {
          transform(
            block, source,
            to: destination.extracting(
              (index / blocking.blocksPerPanel * panelElements
                + index % blocking.blocksPerPanel * 16)...))
        }
      }
    }
  }

  /// Transforms 16 output channels at a time: `target` begins at the block's place for point 0, channel 0.
  private func transform(
    _ block: ConvolutionProblem.Blocking.Block, _ source: UnsafeBufferPointer<Float>,
    to target: UnsafeMutableBufferPointer<Float>
  ) {
    typealias Lanes = SIMD16<Double>
    let (taps, columns) = (weights[0] * weights[1], weights[1])
    let (rows, across) = (form.rows, form.columns)
    let outer = weights[3]
    let channelStep = blocking.blocksPerPanel * 16
    var filter = [Lanes](repeating: .zero, count: taps)
    var half = [Lanes](repeating: .zero, count: rows.size * columns)
    for channel in 0..<channels {
      for tap in 0..<taps {
        let start = (tap * channels + channel) * outer + block.channel
        for lane in 0..<block.count { filter[tap][lane] = Double(source[start + lane]) }
      }
      for i in 0..<rows.size {
        for x in 0..<columns {
          var sum = Lanes.zero
          for y in 0..<weights[0] { sum += rows.weights[i][y] * filter[y * columns + x] }
          half[i * columns + x] = sum
        }
      }
      for i in 0..<rows.size {
        for j in 0..<across.size {
          var sum = Lanes.zero
          for x in 0..<columns { sum += across.weights[j][x] * half[i * columns + x] }
          let place = ((i * across.size + j) * channels + channel) * channelStep
          for lane in 0..<16 { target[place + lane] = Float(sum[lane]) }
        }
      }
    }
  }
}
