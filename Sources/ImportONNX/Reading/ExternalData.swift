import Foundation
import ProtobufMessages
import TensorCore
import WireFormats

/// The files beside a model that hold its tensors: inside the model's folder only.
struct ExternalData {
  /// Different files that one model may name.
  static let fileLimit = 4096

  private let folder: String?
  private var files: [String: TensorStorage] = [:]

  /// Files below `folder`; nil refuses all.
  init(folder: String?) { self.folder = folder }

  /// The mapped bytes that a tensor's entries name.
  ///
  /// - Throws: for places outside of the folder, files that are not there, ranges beyond their ends; the subject
  ///   is left empty.
  mutating func storage(
    _ entries: [Onnx_StringStringEntryProto], byteCount: Int
  ) throws(InceptError) -> (storage: TensorStorage, offset: Int) {
    let values = Dictionary(entries.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    guard let location = values["location"] else {
      throw failure("expected the location of external data", "none")
    }
    let offset = try number(values["offset"], "offset") ?? 0
    let length = try number(values["length"], "length") ?? byteCount
    guard length == byteCount else {
      throw failure("expected external data of \(byteCount) bytes", "length \(length)")
    }
    let file = try open(location)
    guard offset <= file.byteCount, length <= file.byteCount - offset else {
      throw failure(
        "expected bytes \(offset) to \(offset &+ length) of '\(location.printable())'",
        "a file of \(file.byteCount)")
    }
    return (file, offset)
  }

  private func number(_ text: String?, _ key: String) throws(InceptError) -> Int? {
    guard let text else { return nil }
    guard let value = Int(text), value >= 0, value <= 1 << 50 else {
      throw failure(
        "expected a number as \(key) of external data", "'\(text.printable(limit: 40))'")
    }
    return value
  }

  private mutating func open(_ location: String) throws(InceptError) -> TensorStorage {
    if let file = files[location] { return file }
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard let folder, !location.isEmpty, location.utf8.count <= 1024, !location.hasPrefix("/"),
      !location.utf8.contains(0), !location.contains("\\"), !parts.contains(".."),
      files.count < Self.fileLimit
    else {
      throw failure(
        "expected external data inside of the model's folder", "'\(location.printable())'")
    }
    guard let root = Self.resolved(folder), let path = Self.resolved("\(folder)/\(location)") else {
      throw InceptError(
        .noInput, subject: "", expected: "expected external data '\(location.printable())'",
        found: "no such file", hint: "put it into the model's folder")
    }
    guard path.hasPrefix(root.hasSuffix("/") ? root : root + "/") else {
      throw failure(
        "expected external data inside of the model's folder",
        "'\(location.printable())', a link out of it")
    }
    let file = try MappedFile(path: path).tensorStorage
    files[location] = file
    return file
  }

  /// The path without links; nil where there is no such file.
  private static func resolved(_ path: String) -> String? {
    guard let pointer = realpath(path, nil) else { return nil }
    defer { free(pointer) }
    return String(validatingCString: pointer)
  }

  private func failure(_ expected: String, _ found: String) -> InceptError {
    InceptError(.badData, subject: "", expected: expected, found: found)
  }
}
