import GraphIR
import TensorCore

/// A value of an ONNX graph: in ONNX's axis order, as an image `[N, H, W, C]`, or both. What is missing is made
/// of the other when it is asked for.
final class Value {
  /// Its name in the model.
  let name: String
  /// Element type and shape, in ONNX's axis order.
  let type: TensorType
  /// The value in ONNX's axis order.
  var plain: ValueID?
  /// The value `[N, C, H, W]` as `[N, H, W, C]`, or `[N, C, W]` as `[N, 1, W, C]`.
  var image: ValueID?

  /// A value of the given type that is in the graph in at least one form.
  init(name: String, type: TensorType, plain: ValueID?, image: ValueID?) {
    self.name = name
    self.type = type
    self.plain = plain
    self.image = image
  }

  /// Its extents, in ONNX's axis order.
  var shape: Shape { type.shape }

  /// Whether it can be an image.
  var canBeImage: Bool { shape.rank == 3 || shape.rank == 4 }

  /// The shape `[N, C, H, W]` or `[N, C, W]` of an image `[N, H, W, C]`.
  static func shape(ofImage image: Shape, rank: Int) -> Shape {
    rank == 3 ? [image[0], image[3], image[2]] : image.permuted([0, 3, 1, 2])
  }
}

/// One form of a value, as a node reads it, and which of its axes ONNX means.
struct Operand {
  /// The value in the graph.
  let id: ValueID
  /// Its extents in ONNX's axis order.
  let shape: Shape
  /// Whether it is an image `[N, H, W, C]`.
  let isImage: Bool

  /// The graph's axis for an axis of ONNX's from 0 on.
  func axis(_ axis: Int) -> Int {
    guard isImage else { return axis }
    return shape.rank == 3 ? [0, 3, 2][axis] : [0, 3, 1, 2][axis]
  }

  /// One number per axis in the graph's order; `filler` for the axis that an image has and `[N, C, W]` has not.
  func perAxis<Number>(_ numbers: [Number], filler: Number) -> [Number] {
    guard isImage else { return numbers }
    var result = [Number](repeating: filler, count: 4)
    for (index, number) in numbers.enumerated() { result[axis(index)] = number }
    return result
  }
}

/// The names that nodes of one graph, or of one function, know values by.
final class Scope {
  private var values: [String: Value] = [:]
  private var missing: Set<String> = []
  private let parent: Scope?
  /// Put before the names of nodes made of this scope's.
  let prefix: String
  /// Operator set versions by domain.
  let versions: [String: Int]
  /// Number of functions and branches that this one lies in.
  let depth: Int

  /// An empty scope; `parent` is the graph around a branch.
  init(parent: Scope?, prefix: String, versions: [String: Int], depth: Int) {
    self.parent = parent
    self.prefix = prefix
    self.versions = versions
    self.depth = depth
  }

  /// The value of a name.
  func value(_ name: String) -> Value? { values[name] ?? parent?.value(name) }

  /// Whether the value of a name depends on a node that can't be expressed.
  func isMissing(_ name: String) -> Bool {
    missing.contains(name) || (values[name] == nil && parent?.isMissing(name) == true)
  }

  /// Whether a name has been given a value, or would have one.
  func isDefined(_ name: String) -> Bool { values[name] != nil || missing.contains(name) }

  /// Names a value.
  func define(_ name: String, _ value: Value) { values[name] = value }

  /// Notes that a name's value can't be had.
  func miss(_ name: String) { missing.insert(name) }
}
