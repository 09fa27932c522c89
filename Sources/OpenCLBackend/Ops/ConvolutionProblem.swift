import GraphIR
import Operators
import TensorCore

/// What every convolution kernel needs to know: sizes, strides in memory, destinations. A dense layer is a
/// convolution of one tap over an image of its rows.
package struct ConvolutionProblem {
  /// The image `[N, H, W, C]` with its zeros around it; channels need not be neighbours.
  package let image: TensorView
  /// `[KH, KW, C/groups, O]`.
  package let weights: Shape
  /// Independent groups of channels.
  package let groups: Int
  /// The sliding window, and the zeros before the image.
  package let window: Window
  /// Output positions.
  package let positions: Spatial
  /// Destinations `[N, OH, OW, Oᵢ]` with neighbouring channels, and what is applied before storing.
  package let outputs: [(view: TensorView, activation: UnaryFunction?)]
  /// Whether the weights are known when the plan is made.
  package var hasConstantWeights = false
  /// What elements are stored as.
  package var precision = Precision.fp32
}

extension ConvolutionProblem: TunableProblem {
  package var tuningKey: String {
    let (n, h, w) = (image.shape[0], image.shape[1], image.shape[2])
    let (kernel, strides, dilations) = (window.kernel, window.strides, window.dilations)
    var key =
      "conv2d n\(n) \(h)x\(w) c\(weights[2])o\(weights[3]) k\(kernel.height)x\(kernel.width)"
    if strides != Spatial(1, 1) { key += " s\(strides.height)x\(strides.width)" }
    if dilations != Spatial(1, 1) { key += " d\(dilations.height)x\(dilations.width)" }
    if groups > 1 { key += " g\(groups)" }
    if image.strides[3] != 1 { key += " nchw" }
    if precision != .fp32 { key += " \(precision.rawValue)" }
    return key + " -> \(positions.height)x\(positions.width)"
  }
}

extension ConvolutionProblem {
  /// Output pixels.
  package var pixels: Int { image.shape[0] * positions.height * positions.width }
  /// Output channels.
  package var outputChannels: Int { weights[3] }
  /// Whether each group has one input channel.
  package var isDepthwise: Bool { groups > 1 && weights[2] == 1 }
  /// The activations, numbered.
  package var activations: ActivationTable { ActivationTable(outputs.map(\.activation)) }

  /// Position of the first tap of the first output pixel in the image's storage.
  package var firstTap: Int {
    let border = window.border(for: Spatial(image.shape[1], image.shape[2]))
    return image.offset - border.top * image.strides[1] - border.left * image.strides[2]
  }

  /// The order in which the taps of a window are walked: `outer` × `middle` runs of `run` neighbouring floats.
  package struct Walk: Hashable {
    package let outer: Int, outerStep: Int, middle: Int, middleStep: Int, run: Int
    /// Whether channels are the outermost, not the innermost loop.
    package let isChannelMajor: Bool
  }

  /// The walk over the image as it lies; nil where no taps are neighbours in memory.
  package var walk: Walk? {
    let (height, width, channels) = (weights[0], weights[1], weights[2])
    let rowStep = window.dilations.height * image.strides[1]
    let columnStep = window.dilations.width * image.strides[2]
    if image.strides[3] == 1 || image.shape[3] == 1 {
      if columnStep == channels || width == 1 {
        return Walk(
          outer: height, outerStep: rowStep, middle: 1, middleStep: 0, run: width * channels,
          isChannelMajor: false)
      }
      return Walk(
        outer: height, outerStep: rowStep, middle: width, middleStep: columnStep, run: channels,
        isChannelMajor: false)
    }
    guard columnStep == 1 else { return nil }
    return Walk(
      outer: channels, outerStep: image.strides[3], middle: height, middleStep: rowStep,
      run: width, isChannelMajor: true)
  }

  /// How outputs are cut into blocks of 16 channels and those into panels, each panel of one group only.
  package struct Blocking: Hashable {
    /// Blocks of 16 channels a panel.
    package let blocksPerPanel: Int
    /// The channels of each block, by panel: first output channel, number of channels (0 to 16), output index
    /// and first channel within that output.
    package let blocks: [Block]

    /// Up to 16 channels that have one destination.
    package struct Block: Hashable {
      package let channel: Int, count: Int, output: Int, channelInOutput: Int
    }

    /// Number of panels.
    package var panels: Int { blocks.count / blocksPerPanel }
  }

  /// Cuts the outputs' channels into panels of `blocksPerPanel` blocks.
  package func blocking(_ blocksPerPanel: Int) -> Blocking {
    var blocks: [Blocking.Block] = []
    let channelsPerGroup = outputChannels / groups
    for group in 0..<groups {
      var channel = group * channelsPerGroup
      let end = channel + channelsPerGroup
      while channel < end {
        let (output, channelInOutput) = destination(of: channel)
        let left = outputs[output].view.shape[3] - channelInOutput
        let count = min(16, end - channel, left)
        blocks.append(
          Blocking.Block(
            channel: channel, count: count, output: output, channelInOutput: channelInOutput))
        channel += count
      }
      while blocks.count % blocksPerPanel != 0 {
        blocks.append(Blocking.Block(channel: 0, count: 0, output: 0, channelInOutput: 0))
      }
    }
    return Blocking(blocksPerPanel: blocksPerPanel, blocks: blocks)
  }

  private func destination(of channel: Int) -> (output: Int, channelInOutput: Int) {
    var first = 0
    for (index, output) in outputs.enumerated() {
      let count = output.view.shape[3]
      if channel < first + count { return (index, channel - first) }
      first += count
    }
    return (0, 0)
  }

  /// The table of destinations that `conv2d_*.cl` describe: eight ints a block. With `isTransposed`, row and
  /// column strides change places.
  package func destinations(_ blocking: Blocking, isTransposed: Bool = false) -> Launch.Argument {
    let table = activations
    return .table(
      blocking.blocks.flatMap { block -> [Launch.Cell] in
        let (view, activation) = outputs[block.output]
        return [
          .offset(view.storage, view.offset + block.channelInOutput), .int(view.strides[0]),
          .int(view.strides[isTransposed ? 2 : 1]), .int(view.strides[isTransposed ? 1 : 2]),
          .int(block.count),
          .int(table.number(of: activation)), .int(0), .int(0),
        ]
      })
  }
}
