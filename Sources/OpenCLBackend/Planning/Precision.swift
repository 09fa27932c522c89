import GraphIR
import TensorCore

/// What activations and weights are stored as on a device, and what is computed in.
package enum Precision: String, Hashable, Sendable, CaseIterable {
  /// float32 throughout.
  case fp32
  /// float16 in memory. Kernels compute in float32, which needs nothing of the device; where it has `cl_khr_fp16`, the
  /// products of convolutions and matrix products are computed in float16, 16 of them summed at a time, and these
  /// sums added in float32.
  case fp16

  /// Bytes of an element.
  package var bytes: Int {
    switch self {
    case .fp32: 4
    case .fp16: 2
    }
  }
}

extension Precision {
  /// Why a graph can't be planned: the values that halves can't hold; nil where there are none.
  func refusal(typesOf graph: Graph) -> InceptError? {
    guard self == .fp16 else { return nil }
    for id in graph.topologicalOrder() {
      guard let type = graph[id].outputs.first(where: { $0.elementType != .float32 }) else {
        continue
      }
      return InceptError(
        .unavailable, subject: "'\(graph.name)' in \(rawValue)",
        expected: "expected float32 values only",
        found: "\(type.elementType.rawValue) of \(graph[id].subject)",
        hint: "use --precision fp32")
    }
    return nil
  }

  /// Why a network can't be planned: the nodes whose kernels have no form for halves; nil where there are none.
  func refusal(_ nodes: Set<String>, of network: String) -> InceptError? {
    guard !nodes.isEmpty else { return nil }
    return InceptError(
      .unavailable, subject: "'\(network)' in \(rawValue)",
      expected: "expected kernels that store float16 for every node",
      found: "none for " + nodes.sorted().joined(separator: ", "), hint: "use --precision fp32")
  }
}

extension KernelSpecialization {
  /// Files whose kernels know float32 only.
  package static let floatOnlyFiles: Set<String> = [
    "arg_reduce.cl", "chain.cl", "conv2d_winograd.cl", "gather.cl", "random_uniform.cl",
    "softmax_cross_entropy.cl", "top_k.cl",
  ]

  /// Whether the kernel has a form that stores halves.
  var storesHalves: Bool { !Self.floatOnlyFiles.contains(file) }

  /// The kernel for elements of a precision.
  func storing(_ precision: Precision, _ traits: DeviceTraits) -> KernelSpecialization {
    guard precision == .fp16, storesHalves else { return self }
    let multiplies = ["conv2d_tiled.cl", "matmul_tiled.cl"].contains(file)
    let arithmetic = multiplies && traits.hasHalfArithmetic ? [Define("HALF_ARITHMETIC", 1)] : []
    return KernelSpecialization(
      file: file, entry: entry, defines: [Define("HALF_STORAGE", 1)] + arithmetic + defines)
  }
}
