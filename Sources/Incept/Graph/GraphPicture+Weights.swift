import Dispatch
import GraphPictures
import Operators
import Profiling

extension GraphPicture {
  /// Adds what the elements of all constants are like: read once in parts, on all cores. Made-up weights are left out.
  public mutating func addWeightStatistics(of model: Model) {
    guard !model.isSynthetic else { return }
    var tensors: [(position: Int, number: Int, tensor: HostTensor)] = []
    for (name, position) in positions.sorted(by: { $0.value < $1.value }) {
      guard let node = network.node(named: name) else { continue }
      let constants = node.inputs.compactMap { network.producer(of: $0).op as? Constant }
      for (number, constant) in constants.enumerated() {
        tensors.append((position, number, constant.tensor))
      }
    }
    let statistics = Self.statistics(of: tensors.map(\.tensor))
    for ((position, number, _), one) in zip(tensors, statistics) {
      change(position) { $0.weights[number].statistics = one }
    }
  }

  private static func statistics(of tensors: [HostTensor]) -> [PictureGraph.Statistics?] {
    let results = UnsafeMutableBufferPointer<PictureGraph.Statistics?>.allocate(
      capacity: tensors.count)
    results.initialize(repeating: nil)
    defer { results.deinitialize().deallocate() }
    let slots = Slots(results: results)
    DispatchQueue.concurrentPerform(iterations: tensors.count) { index in
      slots.results[index] = WeightStatistics.of(tensors[index])
    }
    return Array(results)
  }

  // SAFETY: every iteration writes an element of its own.
  private struct Slots: @unchecked Sendable {
    let results: UnsafeMutableBufferPointer<PictureGraph.Statistics?>
  }
}

/// What the elements of a tensor are like.
package enum WeightStatistics {
  /// Ranges of the histogram.
  package static let bins = 32

  /// Reads a tensor twice: for its range and moments, then for its histogram. Nil for an empty one.
  package static func of(_ tensor: HostTensor) -> PictureGraph.Statistics? {
    guard tensor.elementCount > 0 else { return nil }
    return tensor.withFloats { of($0) }
  }

  /// The same of floats.
  package static func of(_ values: UnsafeBufferPointer<Float>) -> PictureGraph.Statistics {
    var (least, greatest) = (Float.infinity, -Float.infinity)
    var (sum, squares) = (0.0, 0.0)
    var (zeros, finite) = (0, 0)
    // Moments about the first finite value lose little to rounding where the mean is far from 0.
    let shift = values.first { $0.isFinite } ?? 0
    for value in values {
      guard value.isFinite else { continue }
      least = Swift.min(least, value)
      greatest = Swift.max(greatest, value)
      let offset = Double(value) - Double(shift)
      sum += offset
      squares += offset * offset
      zeros += value == 0 ? 1 : 0
      finite += 1
    }
    guard finite > 0 else {
      return PictureGraph.Statistics(
        count: values.count, min: 0, max: 0, mean: 0, deviation: 0, zeros: 0,
        notFinite: values.count, histogram: [])
    }
    let mean = sum / Double(finite)
    let variance = Swift.max(0, squares / Double(finite) - mean * mean)
    return PictureGraph.Statistics(
      count: values.count, min: Double(least), max: Double(greatest), mean: Double(shift) + mean,
      deviation: variance.squareRoot(), zeros: zeros, notFinite: values.count - finite,
      histogram: histogram(values, least, greatest))
  }

  private static func histogram(
    _ values: UnsafeBufferPointer<Float>, _ least: Float, _ greatest: Float
  ) -> [Int] {
    var counts = [Int](repeating: 0, count: bins)
    let range = Double(greatest) - Double(least)
    let scale = range > 0 ? Double(bins) / range : 0
    counts.withUnsafeMutableBufferPointer { counts in
      for value in values where value.isFinite {
        counts[Swift.min(bins - 1, Int((Double(value) - Double(least)) * scale))] += 1
      }
    }
    return counts
  }
}
