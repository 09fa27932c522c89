import GraphPictures
import OpenCLBackend
import Operators
import Profiling

extension PlanReport {
  /// The picture of the plan: its graph, with the kernels and the memory of each node.
  ///
  /// - Parameter model: The model that was planned.
  public func picture(of model: Model) -> GraphPicture {
    var picture = GraphPicture(network, stage: .plan, of: model)
    let summary = PlanSummary(plan)
    var launches: [Int: [PlanSummary.Kernel]] = [:]
    for (launch, kernel) in zip(plan.launches, summary.launches) {
      guard let id = launch.node, let position = picture.positions[network[id].name]
      else { continue }
      launches[position, default: []].append(kernel)
    }
    for (name, position) in picture.positions.sorted(by: { $0.value < $1.value }) {
      let kernels = launches[position] ?? []
      let memory = network.node(named: name).map { self.memory($0, summary) } ?? []
      picture.change(position) { node in
        if let first = kernels.first, !first.variant.isEmpty {
          node.detail += (node.detail.isEmpty ? "" : ", ") + "[\(first.variant)]"
        }
        node.attributes +=
          kernels.isEmpty
          ? [.init("kernel", "none: a view of memory")] : kernels.flatMap { Self.attributes($0) }
        node.attributes += memory
      }
    }
    picture.note(
      "Planned for \(summary.style) kernels, accuracy \(summary.accuracy): "
        + "\(summary.launches.count) launches, arena \(NumberText.bytes(summary.arenaBytes)), "
        + "weights \(NumberText.bytes(summary.weightsBytes)).")
    return picture
  }

  private static func attributes(_ kernel: PlanSummary.Kernel) -> [PictureGraph.Attribute] {
    let items = kernel.global.map(String.init).joined(separator: "×")
    var list: [PictureGraph.Attribute] = [
      .init("launch", "\(kernel.index)"), .init("variant", kernel.variant),
      .init("kernel", "\(kernel.kernel), \(items) work-items"),
    ]
    if kernel.errorGrowth != 1 {
      list.append(.init("error", "×\(NumberText.fixed(kernel.errorGrowth, 1)) direct summation's"))
    }
    if kernel.isTuned { list.append(.init("chosen by", "tuning")) }
    return list + kernel.rejected.map { .init("not \($0.variant)", $0.reason) }
  }

  /// Where the node's values lie.
  private func memory(_ node: Node, _ summary: PlanSummary) -> [PictureGraph.Attribute] {
    var list: [PictureGraph.Attribute] = []
    for output in node.outputs.indices {
      guard let view = plan.views[ValueID(node.id, output: output)],
        case .arena(let number) = view.storage, summary.regions.indices.contains(number)
      else { continue }
      let region = summary.regions[number]
      let place = region.offsetBytes.map { "arena at \($0)" } ?? "buffer of the input"
      let inner = view.offset > 0 ? ", \(view.offset) elements in" : ""
      let of = node.outputs.count > 1 ? " \(output)" : ""
      list.append(
        .init(
          "memory\(of)",
          "\(place), region of \(NumberText.bytes(region.bytes))\(inner), "
            + "launches \(region.first) to \(region.last)"))
    }
    return list
  }
}
