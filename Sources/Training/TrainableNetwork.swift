import GraphIR
import Operators
import TensorCore

/// A described network for images of a size: where each parameter lies in the flat vector of all, and the forward graph.
package struct TrainableNetwork: Sendable {
  /// The layers.
  package let description: NetworkDescription
  /// The images `[H, W, C]`.
  package let image: Shape
  /// Number of classes: logits of an image.
  package let classes: Int
  /// Everything that is trained, in the order of the vector.
  package private(set) var parameters: [Parameter] = []
  /// Running means and variances of batch normalisations, in the order of their vector.
  package private(set) var statistics: [Parameter] = []
  /// Names of the layers.
  package let names: [String]

  /// A tensor in a flat vector.
  package struct Parameter: Sendable, Hashable {
    /// `conv2d_1.weight`.
    package var name: String
    /// The layer that it belongs to.
    package var layer: String
    /// HWIO for convolutions, `[in, out]` for dense layers, `[C]` else.
    package var shape: Shape
    /// The first element in the vector.
    package var offset: Int
    /// What it does.
    package var role: Role
  }

  /// What a parameter does.
  package enum Role: Sendable, Hashable {
    /// Weights between so many inputs of an output and outputs of an input.
    case weights(fanIn: Int, fanOut: Int)
    /// Added; a factor; added after the factor.
    case bias, scale, shift
  }

  /// Number of parameters.
  package var parameterCount: Int {
    parameters.reduce(0) { $0 + $1.shape.elementCount }
  }

  /// Number of running statistics.
  package var statisticsCount: Int { statistics.reduce(0) { $0 + $1.shape.elementCount } }

  /// Whether training draws random numbers.
  package var hasDropout: Bool {
    description.layers.contains {
      if case .dropout(let rate) = $0.kind { rate > 0 } else { false }
    }
  }

  /// A network for images of `image`, `[H, W, C]`.
  ///
  /// - Throws: about the first layer that does not fit, or a network that ends in other than one logit a class.
  package init(_ description: NetworkDescription, image: Shape, classes: Int) throws(InceptError) {
    if let wanted = description.input, wanted != image.dimensions {
      throw InceptError(
        .badData, subject: "network", expected: "expected images \(Shape(wanted)), as it says",
        found: "\(image)", hint: "leave out \"input\" to take images as they are")
    }
    self.description = description
    self.image = image
    self.classes = classes
    names = try Self.names(description)
    var graph = Graph(name: "layout")
    let input = try graph.add(Input(TensorType(Shape([1] + image.dimensions))), name: "input")
    var builder = ForwardBuilder(self, graph: graph, mode: .layout)
    let result = try builder.run(from: input)
    let shape = builder.graph.type(of: result).shape
    guard shape == [1, classes] else {
      throw InceptError(
        .badData, subject: "network",
        expected: "expected to end in \(classes) values, one a class", found: "\(shape)",
        hint: "end with {\"type\": \"dense\", \"units\": \(classes)}")
    }
    (parameters, statistics) = (builder.parameters, builder.statistics)
  }

  private static func names(_ description: NetworkDescription) throws(InceptError) -> [String] {
    var counts: [String: Int] = [:]
    var seen: Set<String> = []
    var names: [String] = []
    for layer in description.layers {
      counts[layer.kind.title, default: 0] += 1
      let name = layer.name ?? "\(layer.kind.title)_\(counts[layer.kind.title] ?? 0)"
      let reserved = name.isEmpty || name.contains("/") || name.utf8.count > 100
      guard !reserved, seen.insert(name).inserted else {
        throw InceptError(
          .badData, subject: "network",
          expected: "expected names of layers that differ, of 1 to 100 bytes without '/'",
          found: "'\(name.prefix(100))'")
      }
      names.append(name)
    }
    return names
  }
}

extension NetworkDescription.Kind {
  /// What layers without a name are called after.
  var title: String {
    switch self {
    case .conv2d: "conv2d"
    case .pool2d(let kind, _, _, _): kind == .max ? "max_pool2d" : "average_pool2d"
    case .globalAveragePool: "global_average_pool"
    case .batchNormalization: "batch_norm"
    case .dropout: "dropout"
    case .flatten: "flatten"
    case .dense: "dense"
    case .activation: "activation"
    }
  }
}
