import TensorCore

/// The few calls and references of torch's pickles, each a fixed rule.
extension PickleReader {
  private static let mostAxes = 64

  /// What `callable(*arguments)` stands for.
  mutating func reduce(
    _ callable: PickleValue, _ arguments: PickleValue
  ) throws(InceptError) -> PickleValue {
    guard case .global(let global) = callable else { throw refusal("a call of \(callable.kind)") }
    guard case .tuple(let tuple) = arguments else {
      throw bad("expected a tuple of arguments", found: arguments.kind)
    }
    let arguments = heap.sequences[tuple]
    switch global {
    case .orderedDictionary: return try orderedDictionary(arguments)
    case .rebuildParameter:
      guard case .tensor? = arguments.first else {
        throw bad("expected a parameter's tensor", found: arguments.first?.kind)
      }
      return arguments[0]
    case .size:
      guard case .tuple? = arguments.first else {
        throw bad("expected a tuple of extents", found: arguments.first?.kind)
      }
      return arguments[0]
    case .rebuildTensor, .rebuildTensorV2, .rebuildTensorV3:
      return try tensor(global, arguments)
    case .storage, .byteStorage, .elementType: throw refusal("a call of \(callable.kind)")
    }
  }

  private mutating func orderedDictionary(
    _ arguments: [PickleValue]
  ) throws(InceptError) -> PickleValue {
    guard let first = arguments.first else { return dictionary([]) }
    guard case .list(let list) = first, arguments.count == 1 else {
      throw bad("expected a list of pairs", found: first.kind)
    }
    var pairs: [(key: PickleValue, value: PickleValue)] = []
    for item in heap.sequences[list] {
      switch item {
      case .list(let pair) where heap.sequences[pair].count == 2,
        .tuple(let pair) where heap.sequences[pair].count == 2:
        pairs.append((heap.sequences[pair][0], heap.sequences[pair][1]))
      default: throw bad("expected a pair", found: item.kind)
      }
    }
    return dictionary(pairs)
  }

  /// `(storage, offset, size, stride, …)`
  private mutating func tensor(
    _ global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(InceptError) -> PickleValue {
    guard arguments.count >= 4, case .storage(let storage) = arguments[0],
      case .int(let offset) = arguments[1]
    else {
      throw bad("expected a tensor's storage, offset, size and strides", found: "something else")
    }
    var type = heap.storages[storage].elementType
    if case .rebuildTensorV3 = global {
      guard arguments.count >= 7, case .global(.elementType(let own)) = arguments[6] else {
        throw bad("expected a tensor's element type", found: "something else")
      }
      guard type == nil || type == own else {
        throw bad("expected a storage of \(own)", found: "\(type ?? own)")
      }
      type = own
    }
    let extents = try integers(arguments[2])
    let strides = try integers(arguments[3])
    guard extents.count == strides.count, extents.count <= PickleReader.mostAxes else {
      throw bad(
        "expected as many strides as extents, at most \(PickleReader.mostAxes)",
        found: "\(strides.count) and \(extents.count)")
    }
    charge(4)
    heap.tensors.append(
      TorchTensor(
        storage: storage, elementType: type ?? .uint8, offset: offset, extents: extents,
        strides: strides))
    return .tensor(heap.tensors.count - 1)
  }

  private mutating func integers(_ value: PickleValue) throws(InceptError) -> [Int] {
    guard case .tuple(let tuple) = value else {
      throw bad("expected a tuple of ints", found: value.kind)
    }
    var integers: [Int] = []
    for item in heap.sequences[tuple].prefix(PickleReader.mostAxes + 1) {
      guard case .int(let integer) = item else {
        throw bad("expected an int", found: item.kind)
      }
      integers.append(integer)
    }
    charge(integers.count)
    return integers
  }

  /// `('storage', type, key, location, count[, view])`, where a view is None or `(key, offset, count)`.
  mutating func persistent(_ identifier: PickleValue) throws(InceptError) -> PickleValue {
    guard case .tuple(let tuple) = identifier, heap.sequences[tuple].count >= 5,
      case .text(let kind) = heap.sequences[tuple][0]
    else { throw bad("expected a reference to a storage", found: identifier.kind) }
    let parts = heap.sequences[tuple]
    guard kind == "storage" else { throw refusal("a pickled \(kind.printable(limit: 40))") }
    guard case .global(let global) = parts[1], case .text(let key) = parts[2],
      case .int(let count) = parts[4], count >= 0
    else { throw bad("expected a storage's type, key and size", found: "something else") }
    let type: ElementType?
    switch global {
    case .storage(let elementType): type = elementType
    case .byteStorage: type = nil
    default: throw bad("expected a storage's type", found: "\(global)")
    }
    var view = 0..<count
    if parts.count > 5, case .tuple(let window) = parts[5] {
      let window = heap.sequences[window]
      guard window.count == 3, case .int(let offset) = window[1], case .int(let length) = window[2],
        offset >= 0, length >= 0, offset <= count, length <= count - offset
      else { throw bad("expected a view inside its storage of \(count)", found: "another") }
      view = offset..<offset + length
    }
    charge(4)
    heap.storages.append(TorchStorage(key: key, elementType: type, count: count, view: view))
    return .storage(heap.storages.count - 1)
  }
}
