import GraphIR
import Operators
import TensorCore

/// Adds named layers to a graph, with parameters from a file or, for a skeleton, with inputs in their place.
///
/// The first error is kept and everything after it does nothing, so that an architecture reads as a list of
/// layers; ``finish(output:_:)`` throws it.
struct LayerBuilder {
  /// The parameters asked for so far, in order.
  private(set) var parameters: [ParameterSpec] = []
  /// Number of images.
  let batch: Int
  private var graph: Graph
  private let values: ParameterSet?
  private var failure: InceptError?

  /// A builder of an empty graph. Without `values` every parameter becomes an input of the graph.
  init(name: String, axisOrder: AxisOrder, batch: Int, values: ParameterSet?) {
    graph = Graph(name: name, axisOrder: axisOrder)
    self.batch = batch
    self.values = values
  }

  /// Adds a node.
  mutating func add(_ op: any Operator, _ inputs: [ValueID], name: String) -> ValueID {
    guard failure == nil else { return Self.nowhere }
    do throws(InceptError) {
      return try graph.add(op, inputs, name: name)
    } catch {
      failure = error
      return Self.nowhere
    }
  }

  /// Adds the image that the network takes.
  mutating func input(_ image: ImageInput) -> ValueID {
    add(Input(TensorType(image.shape(batch: batch))), [], name: image.name)
  }

  /// Adds numbers that belong to the network itself: a vector, where no shape is given.
  mutating func constant(_ name: String, _ values: [Float], shape: Shape? = nil) -> ValueID {
    add(Constant(HostTensor(shape: shape ?? [values.count], floats: values)), [], name: name)
  }

  /// Adds a parameter of the given framework-side shape, translated to the engine's layout.
  mutating func parameter(
    _ name: String, _ shape: Shape, _ role: ParameterRole, layout: ParameterLayout = .unchanged
  ) -> ValueID {
    guard failure == nil else { return Self.nowhere }
    parameters.append(ParameterSpec(name: name, shape: shape, role: role))
    guard let values else {
      return add(Input(TensorType(layout.translated(shape))), [], name: name)
    }
    do throws(InceptError) {
      let tensor = try values.require(name)
      guard tensor.shape == shape, tensor.elementType.isFloatingPoint else {
        throw InceptError(
          .badData, subject: values.source,
          expected: "expected parameter '\(name)' to be float \(shape)",
          found: "\(tensor.elementType.rawValue) \(tensor.shape)",
          hint: "is this another architecture? `incept models` lists those Incept knows")
      }
      return add(Constant(layout.translated(tensor)), [], name: name)
    } catch {
      failure = error
      return Self.nowhere
    }
  }

  /// Extent of a value's last axis.
  func channels(_ value: ValueID) -> Int {
    failure == nil ? graph.type(of: value).shape.dimensions.last ?? 1 : 1
  }

  /// The graph with `value` as its only result.
  mutating func finish(output name: String, _ value: ValueID) throws(InceptError) -> Graph {
    if let failure { throw failure }
    graph.outputs = [GraphOutput(name: name, value: value)]
    return graph
  }

  private static let nowhere = ValueID(NodeID(rawValue: -1))
}
