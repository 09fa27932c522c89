/// How the elements of a tensor are computed when it is read, each time anew: a value that names what they are
/// made from. A chain of such tensors costs memory only for the one that is being read.
///
/// Equal rules compute equal elements, so tensors of equal rules are equal wherever they were made.
package protocol TensorRule: Hashable, Sendable {
  /// The tensors that it reads.
  var sources: [HostTensor] { get }

  /// Writes every element as float32, in C order. The memory starts with any content; the rule may use it for
  /// what lies between. Called from several threads at once.
  func write(into destination: UnsafeMutableBufferPointer<Float>)

  /// Writes only the elements in some columns of the matrix whose rows are `width` long, dense and in C order.
  /// False where it can't, and has written nothing.
  func write(
    _ columns: Range<Int>, of width: Int, into destination: UnsafeMutableBufferPointer<Float>
  ) -> Bool
}

extension TensorRule {
  package func write(
    _ columns: Range<Int>, of width: Int, into destination: UnsafeMutableBufferPointer<Float>
  ) -> Bool { false }

  /// Whether another rule is of the same type and equal.
  func isEqual(to other: any TensorRule) -> Bool { (other as? Self) == self }
}

/// A rule that has its elements already; unlike tensors with a storage, those with equal values are equal.
package struct FixedElements: TensorRule {
  private let values: [Float]

  /// The given elements.
  package init(_ values: [Float]) { self.values = values }

  package var sources: [HostTensor] { [] }

  package func write(into destination: UnsafeMutableBufferPointer<Float>) {
    _ = destination.update(fromContentsOf: values)
  }
}
