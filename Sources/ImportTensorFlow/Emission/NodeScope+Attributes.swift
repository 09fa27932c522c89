import Foundation
import Operators
import ProtobufMessages
import TensorCore

extension NodeScope {
  private func value(_ key: String) -> Tensorflow_AttrValue.OneOf_Value? {
    // A function's body may leave attributes to its callers; they tell types only.
    if case .placeholder? = node.attributes[key]?.value { return nil }
    return node.attributes[key]?.value
  }

  private func wrong(_ key: String) -> ImportFailure {
    invalid("attribute \(key) of another kind, or at all")
  }

  /// A whole number; `standard` where it is left out.
  func int(_ key: String, _ standard: Int? = nil) throws(ImportFailure) -> Int {
    switch value(key) {
    case .i(let value)?: return Int(value)
    case nil:
      if let standard { return standard }
      throw wrong(key)
    default: throw wrong(key)
    }
  }

  /// A number; `standard` where it is left out.
  func float(_ key: String, _ standard: Float) throws(ImportFailure) -> Float {
    switch value(key) {
    case .f(let value)?: return value
    case nil: return standard
    default: throw wrong(key)
    }
  }

  /// Yes or no; `standard` where it is left out.
  func bool(_ key: String, _ standard: Bool) throws(ImportFailure) -> Bool {
    switch value(key) {
    case .b(let value)?: return value
    case nil: return standard
    default: throw wrong(key)
    }
  }

  /// A word; `standard` where it is left out.
  func text(_ key: String, _ standard: String? = nil) throws(ImportFailure) -> String {
    switch value(key) {
    case .s(let value)?:
      guard let text = String(validating: value, as: UTF8.self) else { throw wrong(key) }
      return text
    case nil:
      if let standard { return standard }
      throw wrong(key)
    default: throw wrong(key)
    }
  }

  /// Whole numbers; none where they are left out.
  func ints(_ key: String) throws(ImportFailure) -> [Int] {
    switch value(key) {
    case .list(let list)?: return list.i.map { Int($0) }
    case nil: return []
    default: throw wrong(key)
    }
  }

  /// A type; nil where it is left out.
  func type(_ key: String) throws(ImportFailure) -> Tensorflow_DataType? {
    switch value(key) {
    case .type(let type)?: return type
    case nil: return nil
    default: throw wrong(key)
    }
  }

  /// A shape; nil where it is left out.
  func shapeAttribute(_ key: String) throws(ImportFailure) -> Tensorflow_TensorShapeProto? {
    switch value(key) {
    case .shape(let shape)?: return shape
    case nil: return nil
    default: throw wrong(key)
    }
  }

  /// A tensor.
  func tensorAttribute(_ key: String) throws(ImportFailure) -> Tensorflow_TensorProto {
    guard case .tensor(let tensor)? = value(key) else { throw wrong(key) }
    return tensor
  }
}
