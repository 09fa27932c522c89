/// Bytes that a launch moves when each element that it reads or writes is moved once.
package struct LaunchTraffic: Hashable, Sendable {
  /// Constants in the form its kernel reads them: Winograd's transformed weights are larger than the network's.
  package let weights: Int
  /// Values: what it reads and what it writes.
  package let activations: Int

  /// All bytes.
  package var total: Int { weights + activations }
}

extension Plan {
  /// What a launch of the plan moves.
  package func traffic(of launch: Launch) -> LaunchTraffic {
    var numbers: Set<Int> = []
    for case .constant(let number) in launch.arguments.flatMap(\.storages) {
      numbers.insert(number)
    }
    let words = (launch.access.reads + launch.access.writes).reduce(0) {
      $0 + $1.distinctWords
    }
    return LaunchTraffic(
      weights: numbers.reduce(0) { $0 + constants[$1].byteCount },
      activations: words * options.precision.bytes)
  }
}

extension TensorView {
  /// Words that the view leads to, those that it repeats counted once.
  fileprivate var distinctWords: Int {
    guard shape.elementCount > 0 else { return 0 }
    return zip(shape.dimensions, strides).reduce(elementType.words) {
      $1.1 == 0 ? $0 : $0 * $1.0
    }
  }
}

extension Launch {
  /// Whether products are summed in float64.
  package var sumsFloat64: Bool {
    kernel.defines.contains { $0.name == ConvolutionLowering.float64Sums }
  }
}
