import TensorCore

/// The order of a training set's items, another one in each epoch.
package enum Shuffle {
  /// The numbers 0 to below `count` in an order that `seed` and `epoch` determine, the same on every platform.
  package static func permutation(count: Int, seed: UInt64, epoch: Int) -> [Int] {
    var order = Array(0..<count)
    var random = SeededRandom(seed: seed, stream: UInt64(bitPattern: Int64(epoch)))
    random.shuffle(&order)
    return order
  }
}
