import Imaging
import Models
import Operators

/// A network with its weights, and what is known about using it. A value; ``Session`` runs it on a device.
public struct Model: Sendable {
  /// The model's name: a built-in architecture's identifier, or the name that its file gives.
  public let name: String
  /// Where the weights are from: a file, `synthetic:SEED` for made-up ones, or `embedded`.
  public let weights: String
  /// The network as it was imported, for a batch of one.
  public let graph: Graph
  /// The preprocessing that the network was trained with, where that is known: `inception`, `torchvision`,
  /// `caffe`, `none`, `normalised` for a network that Incept trained, or a built-in network's own.
  public var preprocessing: String? { recipe?.name }
  /// The names of its classes, class 0 first, where they are known.
  public let labels: [String]?
  /// Whether the first result is a probability already, rather than something to put through softmax.
  public let outputIsProbability: Bool
  /// Milliseconds that loading took.
  public let loadMilliseconds: Double

  /// The recipe that ``preprocessing`` names.
  let recipe: Preprocessing?
  /// The same for a network that Incept trained, as its file has it.
  let trained: TrainedPreprocessing?
  /// The weights as the framework has them, for ``write(safetensors:)``; nil where only the graph has them.
  let stored: StoredWeights?
  /// The file's model, for networks whose graph depends on their inputs' shapes.
  let onnx: BoundONNX?
  /// Whether the first axis of its inputs is no batch that could be changed.
  let hasFixedShapes: Bool

  init(
    name: String, weights: String, graph: Graph, recipe: Preprocessing?, labels: [String]?,
    outputIsProbability: Bool, loadMilliseconds: Double, stored: StoredWeights? = nil,
    onnx: BoundONNX? = nil, trained: TrainedPreprocessing? = nil, hasFixedShapes: Bool = false
  ) {
    self.hasFixedShapes = hasFixedShapes
    self.onnx = onnx
    self.trained = trained
    self.name = name
    self.weights = weights
    self.graph = graph
    self.recipe = recipe
    self.labels = labels
    self.outputIsProbability = outputIsProbability
    self.loadMilliseconds = loadMilliseconds
    self.stored = stored
  }

  /// A network that was made rather than read: a ``Graph`` with operators of the module `Operators`.
  public init(_ graph: Graph) {
    self.init(
      name: graph.name, weights: "given", graph: graph, recipe: nil, labels: nil,
      outputIsProbability: false, loadMilliseconds: 0)
  }

  /// Whether the weights are made up, so that only times mean anything.
  public var isSynthetic: Bool { reported.isSynthetic }

  /// The tensors that the network takes, for a batch of one.
  public var inputs: [Tensor] {
    graph.inputs.map { id in
      let type = graph[id].type
      return Tensor(name: graph[id].name, shape: type.shape, elementType: type.elementType)
    }
  }

  /// Names of the results.
  public var outputs: [String] { graph.outputs.map(\.name) }

  /// A tensor that crosses the network's border.
  public struct Tensor: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Its shape in the framework's axis order.
    public let shape: Shape
    /// Type of its elements.
    public let elementType: ElementType
  }

  /// The axis order of the image that the network takes. Networks with axes as torch has them may take images as
  /// TensorFlow has them; then the number of channels tells.
  var imageOrder: AxisOrder {
    guard graph.axisOrder == .nchw, let shape = inputs.first?.shape, shape.rank == 4,
      ![1, 3].contains(shape[1]), [1, 3].contains(shape[3])
    else { return graph.axisOrder }
    return .nhwc
  }

  /// The image that a network with one image input takes, or nil for other networks.
  public var imageInput: ImageSize? {
    guard inputs.count == 1, let input = inputs.first, input.shape.rank == 4,
      input.elementType == .float32
    else { return nil }
    let shape = input.shape
    let size =
      imageOrder == .nchw
      ? ImageSize(height: shape[2], width: shape[3], channels: shape[1])
      : ImageSize(height: shape[1], width: shape[2], channels: shape[3])
    guard [1, 3].contains(size.channels), size.height > 0, size.width > 0 else { return nil }
    return size
  }

  /// The size of an image.
  public struct ImageSize: Sendable, Hashable, CustomStringConvertible {
    /// Rows.
    public let height: Int
    /// Columns.
    public let width: Int
    /// 3 for RGB, 1 for grey.
    public let channels: Int

    /// `299x299 RGB`
    public var description: String { "\(width)x\(height) \(channels == 1 ? "grey" : "RGB")" }
  }

  /// The model in a report.
  public var reported: ReportedModel { ReportedModel(name: name, weights: weights) }
}
