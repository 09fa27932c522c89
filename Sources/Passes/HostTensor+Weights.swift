import TensorCore

extension HostTensor {
  /// A float32 tensor whose every element `fill` writes; the memory starts with any content.
  init(
    uninitialized shape: Shape, fill: (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let storage = TensorStorage(byteCount: shape.elementCount * 4) { bytes in
      fill(bytes.bindMemory(to: Float.self))
    }
    self.init(elementType: .float32, shape: shape, storage: storage)
  }

  /// Values of one axis, rounded to float32 once.
  init(vector values: [Double]) {
    self.init(shape: [values.count], computedBy: FixedElements(values.map(Float.init)))
  }

  /// Every element times the factor of its index along the last axis, computed in Double.
  func scaled(alongLastAxisBy factors: [Double]) -> HostTensor {
    HostTensor(shape: shape, computedBy: ScaledWeights(source: self, factors: factors))
  }

  /// Weights (`[…, I/groups, O]`) for an input that has not been through `affine`, and what its shift adds to
  /// each output channel: `w · (x·scale + shift) = (w·scale) · x + Σ w·shift`.
  func absorbing(_ affine: ChannelAffine, groups: Int) -> (weights: HostTensor, bias: [Double]) {
    let (inputs, outputs) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let outputsPerGroup = outputs / groups
    var bias = [Double](repeating: 0, count: outputs)
    let weights = HostTensor(uninitialized: shape) { destination in
      withFloats { source in
        bias.withUnsafeMutableBufferPointer { bias in
          for row in 0..<source.count / Swift.max(outputs, 1) {
            for group in 0..<groups {
              let channel = group * inputs + row % inputs
              let (scale, shift) = (affine.scale[channel], affine.shift[channel])
              for output in group * outputsPerGroup..<(group + 1) * outputsPerGroup {
                let weight = Double(source[row * outputs + output])
                destination[row * outputs + output] = Float(weight * scale)
                bias[output] += weight * shift
              }
            }
          }
        }
      }
    }
    return (weights, bias)
  }

  /// Tensors joined along their last axis; all other extents agree.
  static func joined(alongLastAxis tensors: [HostTensor]) -> HostTensor {
    let width = tensors.reduce(0) { $0 + ($1.shape.dimensions.last ?? 1) }
    return HostTensor(
      shape: Shape(tensors[0].shape.dimensions.dropLast() + [width]),
      computedBy: JoinedWeights(parts: tensors, width: width))
  }
}

private struct ScaledWeights: TensorRule {
  let source: HostTensor
  let factors: [Double]

  var sources: [HostTensor] { [source] }

  func write(into destination: UnsafeMutableBufferPointer<Float>) {
    source.copyFloats(into: destination)
    scale(destination, by: factors[...])
  }

  func write(
    _ columns: Range<Int>, of width: Int, into destination: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    guard width == factors.count else { return false }
    source.copyColumns(columns, into: destination)
    scale(destination, by: factors[columns])
    return true
  }

  private func scale(
    _ elements: UnsafeMutableBufferPointer<Float>, by factors: ArraySlice<Double>
  ) {
    factors.withUnsafeBufferPointer { factors in
      guard let first = elements.baseAddress, let factor = factors.baseAddress, !factors.isEmpty
      else { return }
      for start in stride(from: 0, to: elements.count, by: factors.count) {
        let row = first + start
        for column in 0..<factors.count {
          row[column] = Float(Double(row[column]) * factor[column])
        }
      }
    }
  }
}

private struct JoinedWeights: TensorRule {
  let parts: [HostTensor]
  let width: Int

  var sources: [HostTensor] { parts }

  func write(into destination: UnsafeMutableBufferPointer<Float>) {
    _ = write(0..<width, of: width, into: destination)
    for part in parts { part.releasePages() }
  }

  func write(
    _ columns: Range<Int>, of width: Int, into destination: UnsafeMutableBufferPointer<Float>
  ) -> Bool {
    guard width == self.width else { return false }
    var start = 0
    for part in parts {
      let own = part.shape.dimensions.last ?? 1
      defer { start += own }
      let wanted = columns.clamped(to: start..<start + own)
      guard !wanted.isEmpty else { continue }
      let inner = wanted.lowerBound - start..<wanted.upperBound - start
      if wanted == columns {
        part.copyColumns(inner, into: destination)
        return true
      }
      part.withColumns([inner]) { _, source in
        guard let from = source.baseAddress, let to = destination.baseAddress else { return }
        let first = to + (wanted.lowerBound - columns.lowerBound)
        for row in 0..<source.count / inner.count {
          (first + row * columns.count).update(from: from + row * inner.count, count: inner.count)
        }
      }
    }
    return true
  }
}
