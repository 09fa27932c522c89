import TensorCore

/// Host memory in which an input is laid out as its buffer is, so that sending it need not wait: the memory outlives
/// the transfer. Zeros where nothing was put.
final class InputStaging: @unchecked Sendable {
  // SAFETY: whoever runs the plan has it alone; `Executable` takes turns.
  private let memory: UnsafeMutableBufferPointer<Float>

  /// Inputs above this size are sent from where they are, and waited for.
  static let byteLimit = 4 << 20

  init(wordCount: Int) {
    memory = .allocate(capacity: wordCount)
    memory.initialize(repeating: 0)
  }

  deinit { memory.deallocate() }

  /// Puts a tensor's elements to where `view` has them, and gives the bytes of the whole.
  func put(_ tensor: HostTensor, _ view: TensorView) -> UnsafeRawBufferPointer {
    tensor.withWords(as: view.elementType) {
      StridedCopy.scatter($0, into: memory, view.words)
    }
    return UnsafeRawBufferPointer(memory)
  }
}
