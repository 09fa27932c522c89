import TensorCore

/// A value of a restricted pickle. Containers are numbers of places in a ``PickleHeap``, so that values of any
/// nesting, even cyclic ones, are built, copied and released without recursion.
enum PickleValue {
  case none
  case bool(Bool)
  case int(Int)
  /// An integer beyond `Int`, a floating-point number or bytes: nothing that a tensor's description uses.
  case opaque(String)
  case text(String)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  case storage(Int)
  case tensor(Int)

  /// What an error calls this value.
  var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .int: "an int"
    case .opaque(let kind): kind
    case .text: "a string"
    case .tuple: "a tuple"
    case .list: "a list"
    case .dictionary: "a dictionary"
    case .global(let global): "'\(global)'"
    case .storage: "a storage"
    case .tensor: "a tensor"
    }
  }
}

/// The containers, storages and tensors of a pickle, by number.
struct PickleHeap {
  /// Tuples and lists.
  var sequences: [[PickleValue]] = []
  /// Dictionaries, as pairs in order of insertion.
  var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  /// Storages that the pickle refers to.
  var storages: [TorchStorage] = []
  /// Tensors that the pickle describes.
  var tensors: [TorchTensor] = []
}

/// A pickle, read to its end.
struct Pickle {
  /// The value it stands for.
  let root: PickleValue
  /// What the value is made of.
  let heap: PickleHeap
  /// Position after the pickle's last byte.
  let end: Int
}

/// A storage as a pickle names it: a run of elements elsewhere in the file.
struct TorchStorage {
  /// Name under which the file keeps the bytes.
  let key: String
  /// Type of the elements; nil in a storage of plain bytes, whose tensors carry the type.
  let elementType: ElementType?
  /// Number of elements of the whole storage (bytes, where it has no type).
  let count: Int
  /// The part of it that a legacy "view" storage covers, in elements.
  let view: Range<Int>
}

/// A tensor as a pickle describes it, in elements; nothing is checked yet.
struct TorchTensor {
  /// Number of its storage in the heap.
  let storage: Int
  /// Type of the elements.
  let elementType: ElementType
  /// Position of the first element in the storage.
  let offset: Int
  /// Extents, outermost first.
  let extents: [Int]
  /// Distance between neighbours along each axis.
  let strides: [Int]
}
