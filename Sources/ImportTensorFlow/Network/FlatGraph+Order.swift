import TensorCore
import WireFormats

extension FlatGraph {
  /// The graph's results: its own nodes that nobody reads, in the file's order, but for those without a value
  /// that anyone would want.
  var results: [Int] {
    (0..<ownCount).filter { !isRead[$0] && !Self.sideEffects.contains(nodes[$0].op) }
  }

  /// What runs for its effect, holds parameters only, or was part of training.
  private static let sideEffects: Set<String> = [
    "NoOp", "Const", "Placeholder", "PlaceholderV2", "PlaceholderWithDefault", "Assert", "Print",
    "PrintV2", "Assign", "AssignAdd", "AssignSub", "AssignVariableOp", "Variable", "VariableV2",
    "VarHandleOp", "SaveV2", "SaveSlices", "Save", "RestoreV2", "Restore", "RestoreSlice",
    "MergeV2Checkpoints", "ShardedFilename", "ScalarSummary", "HistogramSummary", "ImageSummary",
    "TensorSummary", "TensorSummaryV2", "MergeSummary", "WriteFile", "Abort", "ControlTrigger",
  ]

  /// The nodes that `roots` depend on, with resolved inputs, in no particular order.
  ///
  /// Throws `.badData` for an input that no node computes.
  mutating func needed(by roots: [Reference]) throws(InceptError) -> [Int] {
    var found: [Int] = []
    var seen: Set<Int> = []
    var pending: [(Reference, reader: String)] = roots.map { ($0, "results") }
    while let (reference, reader) = pending.popLast() {
      switch try resolve(reference) {
      case .dangling(let name):
        throw InceptError(
          .badData, subject: "node '\(reader.printable())'",
          expected: "expected inputs that are nodes of the graph",
          found: "'\(name.printable())'")
      case .output(let node, _):
        guard seen.insert(node).inserted else { continue }
        found.append(node)
        for index in nodes[node].inputs.indices {
          let input = try resolve(nodes[node].inputs[index])
          setInput(index, of: node, input)
          pending.append((input, nodes[node].name))
        }
      }
    }
    return found
  }

  /// The same nodes, each after those it reads.
  ///
  /// Throws `.badData` for a cycle.
  func ordered(_ needed: [Int]) throws(InceptError) -> [Int] {
    var order: [Int] = []
    var isDone: [Int: Bool] = [:]
    for root in needed.sorted() where isDone[root] == nil {
      var stack = [(node: root, next: 0)]
      isDone[root] = false
      while let top = stack.last {
        let inputs = nodes[top.node].inputs
        guard top.next < inputs.count else {
          isDone[top.node] = true
          order.append(top.node)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        guard case .output(let input, _) = inputs[top.next] else { continue }
        if isDone[input] == false {
          throw InceptError(
            .badData, subject: "node '\(nodes[input].name.printable())'",
            expected: "expected no cycle",
            found: "one through '\(nodes[top.node].name.printable())'")
        }
        if isDone[input] == nil {
          isDone[input] = false
          stack.append((input, 0))
        }
      }
    }
    return order
  }
}
