import TensorCore

/// The named tensors of a pickle's root: a `state_dict` itself, or a checkpoint that holds one.
struct StateDict {
  /// Names and numbers of tensors in the pickle's heap.
  let tensors: [(name: String, tensor: Int)]
  /// The checkpoint's key that held the `state_dict`, and the prefix stripped from all names, where any.
  let metadata: [String: String]

  /// Keys under which training scripts keep a `state_dict`, the likeliest first.
  private static let wrappers = ["state_dict", "model_state_dict", "model", "net", "weights"]
  /// What wrapping a module for parallel training or compilation puts before every name.
  private static let prefixes = ["module.", "_orig_mod."]

  /// Finds the tensors. Throws `.badData` where the root holds none.
  init(_ pickle: Pickle, source: String) throws(InceptError) {
    guard case .dictionary(var dictionary) = pickle.root else {
      throw StateDict.unusable(source, found: pickle.root.kind)
    }
    var metadata: [String: String] = [:]
    // A `state_dict` inside a checkpoint inside a training framework's own wrapper.
    for _ in 0..<2 {
      guard let inner = StateDict.wrapped(pickle.heap, dictionary) else { break }
      metadata["checkpoint_key"] =
        (metadata["checkpoint_key"].map { $0 + "." } ?? "") + inner.key
      dictionary = inner.dictionary
    }
    var tensors = StateDict.tensors(pickle.heap, dictionary)
    guard !tensors.isEmpty || pickle.heap.dictionaries[dictionary].isEmpty else {
      throw StateDict.unusable(source, found: "a dictionary without tensors")
    }
    for prefix in StateDict.prefixes
    where !tensors.isEmpty && tensors.allSatisfy({ $0.name.hasPrefix(prefix) }) {
      tensors = tensors.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }
      metadata["prefix"] = (metadata["prefix"] ?? "") + prefix
    }
    self.tensors = tensors
    self.metadata = metadata
  }

  /// The likeliest inner dictionary with tensors in it or, `depth` levels further in, below it.
  private static func wrapped(
    _ heap: PickleHeap, _ dictionary: Int, depth: Int = 1
  ) -> (key: String, dictionary: Int)? {
    for wrapper in wrappers {
      for pair in heap.dictionaries[dictionary] {
        guard case .text(wrapper) = pair.key, case .dictionary(let inner) = pair.value else {
          continue
        }
        if !tensors(heap, inner).isEmpty { return (wrapper, inner) }
        if depth > 0, wrapped(heap, inner, depth: depth - 1) != nil { return (wrapper, inner) }
      }
    }
    return nil
  }

  /// The entries of a dictionary that are tensors; others (an epoch, an optimiser's state) say nothing here.
  private static func tensors(
    _ heap: PickleHeap, _ dictionary: Int
  ) -> [(name: String, tensor: Int)] {
    heap.dictionaries[dictionary].compactMap { pair in
      guard case .text(let name) = pair.key, case .tensor(let tensor) = pair.value else {
        return nil
      }
      return (name, tensor)
    }
  }

  private static func unusable(_ source: String, found actual: String) -> InceptError {
    InceptError(
      .badData, subject: source, expected: "expected a state_dict, names with their tensors",
      found: actual, hint: PickleReader.remedy)
  }
}
