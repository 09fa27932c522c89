import GraphIR
import Operators
import TensorCore

/// Decides where every value of a graph lies: which values are views of others, which get zero borders.
///
/// A concat's inputs are written straight into its storage, nested concats included; slices, reshapes and
/// identities are views of their inputs. What can't be a view is computed or copied by the node's own kernel.
struct LayoutPlanner {
  let graph: Graph
  let order: [NodeID]
  private let users: [ValueID: [NodeID]]
  private(set) var views: [ValueID: TensorView] = [:]
  private(set) var regions: [Plan.Region] = []
  private var borders: [ValueID: ZeroBorder] = [:]

  init(graph: Graph) {
    self.graph = graph
    order = graph.topologicalOrder()
    users = graph.users()
  }

  /// Lays out every value but constants, which the builder places when a kernel reads them.
  mutating func run() {
    for id in order.reversed() { collectBorders(id) }
    for id in order.reversed() { placeBackwards(graph[id]) }
    for id in order { placeForwards(graph[id]) }
  }

  /// A new region for a value that nobody planned: scratch of a kernel.
  mutating func scratch(
    _ shape: Shape, _ elementType: ElementType = .float32, name: String
  ) -> TensorView {
    newRegion(
      TensorType(shape, elementType), border: .none(rank: shape.rank), name: name)
  }

  // MARK: Borders

  private mutating func collectBorders(_ id: NodeID) {
    let node = graph[id]
    for (output, type) in node.outputs.enumerated() {
      let value = ValueID(id, output: output)
      var border = borders[value] ?? .none(rank: type.shape.rank)
      for user in users[value] ?? [] {
        let reader = graph[user]
        let types = graph.types(of: reader.inputs)
        for (index, input) in reader.inputs.enumerated() where input == value {
          border = border.union(self.border(wantedBy: reader, index, types))
        }
      }
      borders[value] = border
    }
  }

  private func border(wantedBy reader: Node, _ index: Int, _ types: [TensorType]) -> ZeroBorder {
    let none = ZeroBorder.none(rank: types[index].shape.rank)
    guard let op = reader.op as? any OpenCLLowerable else { return none }
    if index == 0, reader.outputs.count == 1, let wanted = borders[reader.value], !wanted.isNone,
      let through = op.borderThroughAlias(wanted, types: types)
    {
      return through
    }
    return op.zeroBorder(ofInput: index, types: types)
  }

  // MARK: Placement

  /// Concats first, from the last to the first, so that an inner concat finds its place in the outer one.
  private mutating func placeBackwards(_ node: Node) {
    guard let concat = node.op as? Concat, let axis = node.type.shape.normalizedAxis(concat.axis),
      node.type.shape.rank <= 4
    else { return }
    var border = borders[node.value] ?? .none(rank: node.type.shape.rank)
    let members = node.inputs.filter { canBePlaced($0, in: node) }
    for member in members {
      // A border along the concat's own axis can't be shared with the neighbours.
      if let wanted = borders[member], wanted.before[axis] == 0, wanted.after[axis] == 0 {
        border = border.union(wanted)
      }
    }
    let view = views[node.value] ?? newRegion(node.type, border: border, name: node.name)
    views[node.value] = view
    var start = 0
    for input in node.inputs {
      let extent = graph.type(of: input).shape[axis]
      let place = view.slice(axis: axis, start: start, count: extent)
      if members.contains(input), views[input] == nil {
        views[input] = place
      } else if node.inputs.filter({ $0 == input }).count == 1 {
        placeReshaped(input, in: place)
      }
      start += extent
    }
  }

  /// Where a concat's input is another value reshaped, has that one computed in the input's place, if it fits there.
  private mutating func placeReshaped(_ input: ValueID, in place: TensorView) {
    var value = input
    while graph.producer(of: value).op is Reshape || graph.producer(of: value).op is Flatten {
      guard views[value] == nil, borders[value]?.isNone ?? true,
        let next = graph.producer(of: value).inputs.first
      else { return }
      value = next
    }
    let producer = graph.producer(of: value)
    let types = graph.types(of: producer.inputs)
    guard value != input, views[value] == nil, borders[value]?.isNone ?? true,
      let op = producer.op as? any OpenCLLowerable, !(producer.op is Concat), !types.isEmpty,
      producer.outputs.count > 1
        || op.borderThroughAlias(.none(rank: producer.type.shape.rank), types: types) == nil,
      let view = place.viewed(as: graph.type(of: value).shape)
    else { return }
    views[value] = view
  }

  /// Whether a concat's input can be computed straight into its place.
  private func canBePlaced(_ value: ValueID, in concat: Node) -> Bool {
    let producer = graph.producer(of: value)
    guard views[value] == nil, concat.inputs.filter({ $0 == value }).count == 1,
      let op = producer.op as? any OpenCLLowerable
    else { return false }
    if producer.op is Input || producer.op is Constant { return false }
    // A value that is a view of another has its place already.
    let types = graph.types(of: producer.inputs)
    if producer.outputs.count == 1, !types.isEmpty,
      op.borderThroughAlias(.none(rank: producer.type.shape.rank), types: types) != nil
    {
      return false
    }
    guard let axis = concat.type.shape.normalizedAxis((concat.op as? Concat)?.axis ?? 0),
      let wanted = borders[value]
    else { return false }
    if wanted.before[axis] != 0 || wanted.after[axis] != 0 { return false }
    // A bordered value inside a storage that an outer concat made without that border can't have it.
    guard let outer = views[concat.value] else { return true }
    return wanted.isNone || covers(outer, wanted)
  }

  private func covers(_ view: TensorView, _ border: ZeroBorder) -> Bool {
    guard case .arena(let number) = view.storage else { return false }
    let existing = regions[number].geometry.border
    guard existing.before.count == border.before.count else { return false }
    return existing.union(border) == existing
  }

  private mutating func placeForwards(_ node: Node) {
    guard !(node.op is Constant) else { return }
    for (output, type) in node.outputs.enumerated() {
      let value = ValueID(node.id, output: output)
      guard views[value] == nil else { continue }
      if node.outputs.count == 1, let input = node.inputs.first, let source = views[input],
        let op = node.op as? any OpenCLLowerable,
        let alias = op.alias(of: source, users: (users[value] ?? []).map { graph[$0] }),
        hasBorder(of: value, alias)
      {
        views[value] = alias
        continue
      }
      let border = borders[value] ?? .none(rank: type.shape.rank)
      let name = output == 0 ? node.name : "\(node.name):\(output)"
      views[value] = newRegion(
        type, border: border, name: name, isInput: node.op is Input)
    }
  }

  /// Whether an aliased value has the zeros its readers rely on: then its storage got them through
  /// `borderThroughAlias`, with the same extents but for the aliased axes.
  private func hasBorder(of value: ValueID, _ alias: TensorView) -> Bool {
    guard let wanted = borders[value], !wanted.isNone else { return true }
    guard case .arena(let number) = alias.storage,
      let op = graph.producer(of: value).op as? any OpenCLLowerable
    else { return false }
    let types = graph.types(of: graph.producer(of: value).inputs)
    guard let through = op.borderThroughAlias(wanted, types: types) else { return false }
    let existing = regions[number].geometry.border
    return existing.before.count == through.before.count && existing.union(through) == existing
  }

  private mutating func newRegion(
    _ type: TensorType, border: ZeroBorder, name: String, isInput: Bool = false
  ) -> TensorView {
    let shape = type.shape
    let full = Shape(
      (0..<shape.rank).map { shape[$0] + border.before[$0] + border.after[$0] })
    let strides = full.denseStrides(of: type.elementType)
    let offset = zip(border.before, strides).reduce(0) { $0 + $1.0 * $1.1 }
    let number = regions.count
    regions.append(
      Plan.Region(
        name: name, elementCount: full.elementCount * type.elementType.words,
        geometry: Plan.Region.Geometry(shape: full, border: border), lifetime: 0...0,
        offset: 0, isInput: isInput))
    return TensorView(
      storage: .arena(number), offset: offset, shape: shape, strides: strides,
      elementType: type.elementType)
  }
}
