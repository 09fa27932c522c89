import TensorCore

/// What makes pixels of about mean 0 and deviation 1: `(pixel / maximum - mean) / deviation`, per channel.
package struct Normalisation: Sendable, Hashable, Codable {
  /// What is subtracted, of each channel.
  package var mean: [Double]
  /// What is divided by, of each channel; above 0.
  package var deviation: [Double]

  /// Creates a normalisation of as many channels as both lists have.
  package init(mean: [Double], deviation: [Double]) {
    precondition(mean.count == deviation.count && !mean.isEmpty, "Normalisation: channels differ")
    self.mean = mean
    self.deviation = deviation
  }

  /// Only pixels divided by their maximum.
  package static func none(channels: Int) -> Normalisation {
    Normalisation(
      mean: [Double](repeating: 0, count: channels),
      deviation: [Double](repeating: 1, count: channels))
  }

  /// Mean and deviation (of the population) over all pixels of some rows of a set. A channel of one value gets
  /// deviation 1.
  package init(of images: LabelledImages, rows: some Collection<Int>) {
    let (size, channels) = (images.shape.elementCount, images.shape.channels)
    var sums = [Double](repeating: 0, count: channels)
    var squares = sums
    for row in rows {
      let range = (row * size)..<((row + 1) * size)
      switch images.samples {
      case .bytes(let bytes):
        for channel in 0..<channels {
          var (sum, square) = (0, 0)
          for place in stride(from: range.lowerBound + channel, to: range.upperBound, by: channels)
          {
            let value = Int(bytes[place])
            sum += value
            square += value * value
          }
          sums[channel] += Double(sum)
          squares[channel] += Double(square)
        }
      case .floats(let floats):
        for (place, source) in range.enumerated() {
          let value = Double(floats[source])
          sums[place % channels] += value
          squares[place % channels] += value * value
        }
      }
    }
    let count = Double(max(rows.count * size / channels, 1))
    let scale = Double(images.maximum)
    mean = sums.map { $0 / count / scale }
    deviation = zip(sums, squares).map { sum, square in
      let mean = sum / count
      let deviation = max(0, square / count - mean * mean).squareRoot() / scale
      return deviation > 1e-6 ? deviation : 1
    }
  }
}

extension LabelledImages {
  /// Writes normalised images one after the other, `[rows, height, width, channels]`.
  package func write(
    _ rows: some Collection<Int>, _ normalisation: Normalisation,
    into destination: UnsafeMutableBufferPointer<Float>
  ) {
    let (size, channels) = (shape.elementCount, shape.channels)
    precondition(destination.count == rows.count * size, "LabelledImages: room for other images")
    precondition(normalisation.mean.count == channels, "LabelledImages: normalisation's channels")
    let (mean, deviation, scale) = (normalisation.mean, normalisation.deviation, Double(maximum))
    switch samples {
    case .bytes(let bytes):
      let table = (0..<channels).flatMap { channel in
        (0..<256).map { Float((Double($0) / scale - mean[channel]) / deviation[channel]) }
      }
      bytes.withUnsafeBufferPointer { bytes in
        table.withUnsafeBufferPointer { table in
          var place = 0
          for row in rows {
            var source = row * size
            for _ in 0..<(size / channels) {
              for channel in 0..<channels {
                destination[place] = table[channel << 8 | Int(bytes[source])]
                place += 1
                source += 1
              }
            }
          }
        }
      }
    case .floats(let floats):
      var place = 0
      for row in rows {
        for offset in 0..<size {
          let channel = offset % channels
          let value = Double(floats[row * size + offset]) / scale
          destination[place] = Float((value - mean[channel]) / deviation[channel])
          place += 1
        }
      }
    }
  }

  /// Normalised images `[rows, height, width, channels]` and their classes, int32 `[rows]`.
  package func batch(
    _ rows: some Collection<Int>, _ normalisation: Normalisation
  ) -> (images: HostTensor, labels: HostTensor) {
    let extents: Shape = [rows.count, shape.height, shape.width, shape.channels]
    let images = HostTensor(shape: extents) { write(rows, normalisation, into: $0) }
    let classes = rows.map { Int32(labels[$0]) }
    return (images, HostTensor(shape: [rows.count], int32s: classes))
  }
}
