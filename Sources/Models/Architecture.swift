import GraphIR
import TensorCore

/// A network that Incept knows how to build: its graph, the parameters it takes, and what people need to know
/// to use it.
package struct Architecture: Sendable {
  /// The network: `inception_v3`.
  package let name: String
  /// Which framework's form of it: `torchvision`, `keras`; nil where there is one only.
  package let form: String?
  /// Whose parameter names and layouts it takes.
  package let framework: Framework
  /// One line for `incept models`.
  package let summary: String
  /// The image it takes.
  package let input: ImageInput
  /// Name of the result: `logits` or `predictions`.
  package let output: String
  /// Whether the result is a probability already (after softmax).
  package let outputIsProbability: Bool
  /// Which names the classes have.
  package let labels: LabelSet
  /// Where official weights come from.
  package let officialWeights: [WeightSource]
  /// The parameters, in the framework's own layout and order.
  package var parameters: [ParameterSpec] { skeleton.value.parameters }
  /// For Keras's framework, what Keras 3 calls the groups of ``parameters``' layers in a weights file, by layer.
  var groups: [String: String] { skeleton.value.groups }
  /// What is known from the graph without weights; made when it is first asked for.
  let skeleton: ArchitectureSkeleton
  /// Names of parameters that files carry and the network does not use: auxiliary heads, counters. A name
  /// matches where it equals one of these, begins with one that ends in `.`, or ends with what follows the `*`
  /// of one that begins with it.
  package let ignoredParameters: [String]
  /// Builds the graph for `batch` images of `input`'s size. Throws about the first parameter that is missing or
  /// has another shape; ``check(_:)`` lists them all.
  package let build: @Sendable (ParameterSet, _ batch: Int) throws(InceptError) -> Graph

  /// `inception_v3:torchvision`, or the plain name.
  package var identifier: String { form.map { "\(name):\($0)" } ?? name }

  /// Number of parameters: elements of all tensors the network takes, batch statistics included.
  package var parameterCount: Int { parameters.reduce(0) { $0 + $1.shape.elementCount } }

  /// Whether files carry a parameter of this name that the network does not use.
  package func ignores(_ name: String) -> Bool {
    ignoredParameters.contains { pattern in
      name == pattern
        || (pattern.hasSuffix(".") && name.hasPrefix(pattern))
        || (pattern.hasPrefix("*") && name.hasSuffix(pattern.dropFirst()))
    }
  }
}

/// The framework whose conventions an architecture's parameters follow.
package enum Framework: String, Sendable, Hashable {
  /// PyTorch: convolution weights OIHW, linear weights `[out, in]`, parameters matched by name.
  case torch
  /// Keras: convolution weights HWIO, dense weights `[in, out]`, parameters matched by layer order.
  case keras
}

/// The image a network takes.
package struct ImageInput: Sendable, Hashable {
  /// Name of the graph's input.
  package let name: String
  /// Rows and columns.
  package let height: Int, width: Int
  /// 3 for RGB, 1 for grey.
  package let channels: Int
  /// The axis order callers use.
  package let axisOrder: AxisOrder
  /// What was done to images when the network was trained.
  package let preprocessing: PreprocessingName

  /// Shape of the input for a batch, in the caller's axis order.
  package func shape(batch: Int) -> Shape {
    axisOrder == .nchw ? [batch, channels, height, width] : [batch, height, width, channels]
  }
}

/// The recipes of the command line's `--preprocess`, and the digit classifier's own.
package enum PreprocessingName: String, Sendable, Hashable, CaseIterable {
  case inception, torchvision, caffe, none, digits
}

/// A parameter that an architecture takes.
package struct ParameterSpec: Sendable, Hashable {
  /// The framework's name: `Mixed_5b.branch1x1.conv.weight`.
  package let name: String
  /// Its shape in the framework's layout.
  package let shape: Shape
  /// What the network does with it.
  package let role: ParameterRole
}

/// What a network does with a parameter.
package enum ParameterRole: Sendable, Hashable {
  /// Weights of a convolution or a dense layer, each output summing over `fanIn` products.
  case weights(fanIn: Int)
  /// Added per channel.
  case bias
  /// Batch normalisation's factor, offset, and statistics.
  case scale, shift, mean, variance
}

/// Where official weights can be had.
package struct WeightSource: Sendable, Hashable {
  /// File name.
  package let file: String
  /// Address.
  package let url: String
  /// Size in bytes, where it is known.
  package let byteCount: Int?
  /// What its publisher says about its bytes, where that is published.
  package let checksum: Checksum?
}

/// The names of a network's classes.
package enum LabelSet: String, Sendable, Hashable {
  /// The 1000 classes of ILSVRC 2012.
  case imagenet
  /// The digits 0 to 9.
  case digits
}

/// Parameters by name, in the framework's layout.
package struct ParameterSet: Sendable {
  /// What an error calls them: the file's name.
  package let source: String
  private let tensors: [String: HostTensor]

  /// Parameters of a file.
  package init(source: String, tensors: [String: HostTensor]) {
    self.source = source
    self.tensors = tensors
  }

  /// Names of all parameters.
  package var names: [String] { tensors.keys.sorted() }

  /// The parameter of the given name, if there is one.
  package subscript(name: String) -> HostTensor? { tensors[name] }

  /// The parameter of the given name.
  package func require(_ name: String) throws(InceptError) -> HostTensor {
    guard let tensor = tensors[name] else {
      throw InceptError(
        .badData, subject: source, expected: "expected a parameter '\(name)'", found: "none",
        hint: "is this another architecture? `incept models` lists those Incept knows")
    }
    return tensor
  }
}
