import TensorCore

/// The tensors of the graphs that `seeds.py` describes.
enum GraphSeed {
  /// By name: `w` and a few numbers, `v` one for each of four channels, `i` whole numbers.
  static let tensors: [String: HostTensor] = [
    "w": HostTensor.filled([3, 3, 4, 4], with: 0.5), "v": HostTensor.filled([4], with: 0.5),
    "m": HostTensor.filled([4, 4], with: 0.5),
    "i": HostTensor(shape: [2], int64s: [0, 1]),
  ]
}
