import TensorCore

/// The only names that a pickle may refer to. Each stands for a fixed rule of ``PickleReader``; nothing is ever
/// looked up, imported or called.
enum PickleGlobal: CustomStringConvertible {
  case orderedDictionary
  case size
  /// Tensors of a typed storage: first without, then with backward hooks.
  case rebuildTensor, rebuildTensorV2
  /// Tensors of a storage of bytes, with an element type of their own.
  case rebuildTensorV3
  case rebuildParameter
  case storage(ElementType)
  case byteStorage
  case elementType(ElementType)

  /// The meaning of `module.name`, or nil where it has none here.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch", "Size"): self = .size
    case ("torch._utils", "_rebuild_tensor"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensorV2
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorV3
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"): self = .byteStorage
    case ("torch", _), ("torch.cuda", _):
      if let type = PickleGlobal.storages[name] {
        self = .storage(type)
      } else if module == "torch", let type = PickleGlobal.elementTypes[name] {
        self = .elementType(type)
      } else {
        return nil
      }
    default: return nil
    }
  }

  private static let storages: [String: ElementType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]

  private static let elementTypes: [String: ElementType] = Dictionary(
    uniqueKeysWithValues: ElementType.allCases.map { ($0.rawValue, $0) })

  var description: String {
    switch self {
    case .orderedDictionary: "collections.OrderedDict"
    case .size: "torch.Size"
    case .rebuildTensor: "torch._utils._rebuild_tensor"
    case .rebuildTensorV2: "torch._utils._rebuild_tensor_v2"
    case .rebuildTensorV3: "torch._utils._rebuild_tensor_v3"
    case .rebuildParameter: "torch._utils._rebuild_parameter"
    case .storage(let type): "a torch storage of \(type)"
    case .byteStorage: "torch.storage.UntypedStorage"
    case .elementType(let type): "torch.\(type)"
    }
  }
}
