import Operators
import TensorCore

/// A network as a list of layers, as JSON describes it:
///
///     {"input": [28, 28, 1],
///      "layers": [{"type": "conv2d", "channels": 16, "kernel": 3, "padding": "same", "activation": "relu"},
///                 {"type": "max_pool2d", "size": 2},
///                 {"type": "flatten"},
///                 {"type": "dense", "units": 10}]}
///
/// Every layer reads the one before it. The last one's values are the logits, one a class. Names are those of ONNX's
/// and Keras's operators; `docs/training.md` lists them.
package struct NetworkDescription: Codable, Hashable, Sendable {
  /// The image: rows, columns, channels. Nil: as the data are.
  package var input: [Int]?
  /// The layers, first to last.
  package var layers: [Layer]

  /// A layer with its own name, or one made from its type and place.
  package struct Layer: Hashable, Sendable {
    /// The name that parameters and messages have; nil for `conv2d_1`.
    package var name: String?
    /// What it does.
    package var kind: Kind

    /// Describes a layer.
    package init(_ kind: Kind, name: String? = nil) {
      self.kind = kind
      self.name = name
    }
  }

  /// What a layer does.
  package enum Kind: Hashable, Sendable {
    /// A convolution with a bias, then a function.
    case conv2d(Convolution)
    /// The largest or the mean of each window.
    case pool2d(PoolKind, size: Spatial, strides: Spatial, padding: Padding)
    /// The mean over all rows and columns.
    case globalAveragePool
    /// Normalisation by the batch's mean and variance (Ioffe and Szegedy 2015, arXiv 1502.03167); running ones, which
    /// follow with weight `momentum`, when it is not trained.
    case batchNormalization(momentum: Float, epsilon: Float, UnaryFunction?)
    /// Zeros for a part `rate` of the values in training (Srivastava et al. 2014), the rest divided by `1 - rate`.
    case dropout(rate: Float)
    /// All values of an image as one axis.
    case flatten
    /// Every output from every input, then a function.
    case dense(units: Int, hasBias: Bool, UnaryFunction?)
    /// A function of each value.
    case activation(UnaryFunction)
  }

  /// A convolution's attributes.
  package struct Convolution: Hashable, Sendable {
    package var channels: Int
    package var kernel: Spatial
    package var strides = Spatial.one
    package var dilations = Spatial.one
    package var padding = Padding.valid
    package var groups = 1
    package var hasBias = true
    package var activation: UnaryFunction?
  }

  /// A network of the given layers.
  package init(input: [Int]? = nil, layers: [Layer]) {
    self.input = input
    self.layers = layers
  }
}

extension NetworkDescription {
  /// The tutorial's network: three convolutions of 16, 32 and 32 channels, 3x3, with strides 1, 2 and 2, and two dense
  /// layers.
  package static func cnn(classes: Int) -> NetworkDescription {
    let convolutions = [(16, 1), (32, 2), (32, 2)].map { channels, stride in
      Layer(
        .conv2d(
          Convolution(
            channels: channels, kernel: Spatial(3), strides: Spatial(stride),
            padding: .symmetric(1, 1), activation: .relu)))
    }
    return NetworkDescription(
      layers: convolutions + [
        Layer(.flatten), Layer(.dense(units: 32, hasBias: true, .relu)),
        Layer(.dense(units: classes, hasBias: true, nil)),
      ])
  }

  /// The fully connected network to beat: the dense layers of ``cnn(classes:)`` without its convolutions.
  package static func mlp(classes: Int) -> NetworkDescription {
    NetworkDescription(
      layers: [
        Layer(.flatten), Layer(.dense(units: 32, hasBias: true, .relu)),
        Layer(.dense(units: classes, hasBias: true, nil)),
      ])
  }
}

extension NetworkDescription {
  /// Number of logits, where the last layers say.
  package var classes: Int? {
    for layer in layers.reversed() {
      switch layer.kind {
      case .dense(let units, _, _): return units
      case .conv2d(let convolution): return convolution.channels
      default: continue
      }
    }
    return nil
  }
}
