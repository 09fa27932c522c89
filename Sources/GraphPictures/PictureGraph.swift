/// A network as the writers of pictures want it: plain values, no operators and no tensors.
///
/// Texts may be anything, as they come from files; the writers escape them. Edges name nodes by their positions in
/// ``nodes``; those that point at no node, or close a cycle, are not drawn.
package struct PictureGraph: Sendable {
  /// What the picture shows: the model's name.
  package var title: String
  /// The stage and the totals, a line.
  package var caption: String
  /// What a reader must know: where times or weights are from.
  package var notes: [String]
  /// Inputs, operators and results.
  package var nodes: [Node]
  /// Which node reads what.
  package var edges: [Edge]
  /// What ``Node/time`` is from; nil without a profile.
  package var profile: String?

  /// Creates a graph.
  package init(
    title: String, caption: String = "", notes: [String] = [], nodes: [Node] = [],
    edges: [Edge] = [], profile: String? = nil
  ) {
    self.title = title
    self.caption = caption
    self.notes = notes
    self.nodes = nodes
    self.edges = edges
    self.profile = profile
  }

  /// What a node is.
  package enum Kind: String, Sendable, Hashable {
    /// A tensor that callers feed.
    case input
    /// An application of an operator.
    case op
    /// A result.
    case output
  }

  /// A box of the picture.
  package struct Node: Sendable {
    /// The node's name, unique among operators.
    package var name: String
    /// The operator's mnemonic; empty for inputs and results.
    package var op: String
    /// What it is.
    package var kind: Kind
    /// The modules around it, outermost first.
    package var path: [String]
    /// The name's parts, by module; the name alone where it has none.
    package var parts: [String]
    /// How many of the path's first modules are not parts of the name.
    package var blockDepth = 0
    /// What matters of the attributes, for the box: `3x3, stride 2, relu`.
    package var detail: String
    /// All attributes and whatever else is known, by name.
    package var attributes: [Attribute]
    /// Shapes of its values, as text.
    package var outputs: [String]
    /// Multiply-adds.
    package var macs: Int
    /// Elements of its constants.
    package var parameters: Int
    /// Bytes that it reads and writes at least.
    package var bytes: Int
    /// The imported nodes that it computes.
    package var sources: [String]
    /// What a profile says.
    package var time: Time?
    /// The tensors that it holds, weights first.
    package var weights: [Weights]

    /// Creates a node.
    package init(
      name: String, op: String, kind: Kind = .op, path: [String] = [], parts: [String]? = nil,
      detail: String = "", attributes: [Attribute] = [], outputs: [String] = [], macs: Int = 0,
      parameters: Int = 0, bytes: Int = 0, sources: [String] = [], time: Time? = nil,
      weights: [Weights] = []
    ) {
      self.name = name
      self.op = op
      self.kind = kind
      self.path = path
      self.parts = parts ?? [name]
      self.detail = detail
      self.attributes = attributes
      self.outputs = outputs
      self.macs = macs
      self.parameters = parameters
      self.bytes = bytes
      self.sources = sources
      self.time = time
      self.weights = weights
    }

    /// The name within a module: without the first `level` modules of the path.
    package func label(within level: Int) -> String {
      let dropped = min(max(level - blockDepth, 0), parts.count - 1)
      guard dropped > 0 else { return name }
      return parts.dropFirst(dropped).joined(separator: name.contains("/") ? "/" : ".")
    }
  }

  /// A named property.
  package struct Attribute: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// Its value, as text.
    package var value: String

    /// Names a property.
    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A value that goes from one node to another.
  package struct Edge: Sendable, Hashable {
    /// Position of the node that makes it.
    package var from: Int
    /// Which of that node's values.
    package var output: Int
    /// Position of the node that reads it.
    package var to: Int

    /// Connects two nodes.
    package init(from: Int, output: Int = 0, to: Int) {
      self.from = from
      self.output = output
      self.to = to
    }
  }

  /// A node's time, from a profile.
  package struct Time: Sendable {
    /// Median microseconds of all its kernels; 0 for a node that is computed as part of another.
    package var microseconds: Double
    /// Part of the whole network's, 0 to 1.
    package var share: Double
    /// Further figures, by name.
    package var figures: [Attribute]
    /// The node whose kernel computes this one too.
    package var fusedInto: String?

    /// Creates a time.
    package init(
      microseconds: Double, share: Double, figures: [Attribute] = [], fusedInto: String? = nil
    ) {
      self.microseconds = microseconds
      self.share = share
      self.figures = figures
      self.fusedInto = fusedInto
    }
  }

  /// A constant that a node holds.
  package struct Weights: Sendable {
    /// Its shape, as text.
    package var shape: String
    /// What its elements are like; nil where nothing is known of them.
    package var statistics: Statistics?

    /// Describes a constant.
    package init(shape: String, statistics: Statistics? = nil) {
      self.shape = shape
      self.statistics = statistics
    }
  }

  /// What the elements of a tensor are like.
  package struct Statistics: Sendable, Hashable {
    /// Number of elements.
    package var count: Int
    /// The least finite element.
    package var min: Double
    /// The greatest finite element.
    package var max: Double
    /// Mean of the finite elements.
    package var mean: Double
    /// Standard deviation of the finite elements.
    package var deviation: Double
    /// Number of zeros.
    package var zeros: Int
    /// Number of elements that are infinite or no numbers.
    package var notFinite: Int
    /// Counts in ranges of equal width from ``min`` to ``max``.
    package var histogram: [Int]

    /// Creates statistics.
    package init(
      count: Int, min: Double, max: Double, mean: Double, deviation: Double, zeros: Int,
      notFinite: Int, histogram: [Int]
    ) {
      self.count = count
      self.min = min
      self.max = max
      self.mean = mean
      self.deviation = deviation
      self.zeros = zeros
      self.notFinite = notFinite
      self.histogram = histogram
    }
  }
}
