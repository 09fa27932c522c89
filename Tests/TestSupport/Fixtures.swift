import Foundation

/// The shared model and image files that tests read: `../shared/fixtures` beside the package, or where
/// `INCEPT_FIXTURES` says. Tests that need them are enabled by ``available``.
public enum Fixtures {
  /// The package's own folder.
  public static let package: URL = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The fixtures' folder; nil on a machine without them. Worktrees below the usual place find it as well.
  public static let root: URL? = {
    let files = FileManager.default
    if let path = ProcessInfo.processInfo.environment["INCEPT_FIXTURES"] {
      return files.fileExists(atPath: path) ? URL(fileURLWithPath: path) : nil
    }
    var folder = package.deletingLastPathComponent()
    while folder.path != "/" {
      let candidate = folder.appendingPathComponent("shared/fixtures")
      if files.fileExists(atPath: candidate.path) { return candidate }
      folder.deleteLastPathComponent()
    }
    return nil
  }()

  /// Whether the fixtures are on this machine.
  public static var available: Bool { root != nil }

  /// The fixture at `path`, as `models/digits_cnn_torch_zip.pth`.
  public static func url(_ path: String) throws -> URL {
    guard let root else { throw FixtureError(message: "no fixtures for \(path)") }
    return root.appendingPathComponent(path)
  }

  /// The unpacked form of the `.xz` fixture at `path`, made once per checkout and kept in `.build/fixtures`.
  ///
  /// Safe with several test processes: each unpacks under a name of its own and renames.
  public static func unpacked(_ path: String) throws -> URL {
    let packed = try url(path)
    let folder = package.appendingPathComponent(".build/fixtures")
    let target = folder.appendingPathComponent(packed.deletingPathExtension().lastPathComponent)
    return try unpacking.withLock {
      let files = FileManager.default
      if files.fileExists(atPath: target.path) { return target }
      try files.createDirectory(at: folder, withIntermediateDirectories: true)
      let partial = folder.appendingPathComponent("\(UUID().uuidString).partial")
      defer { try? files.removeItem(at: partial) }
      guard files.createFile(atPath: partial.path, contents: nil) else {
        throw FixtureError(message: "can't write \(partial.path)")
      }
      let output = try FileHandle(forWritingTo: partial)
      defer { try? output.close() }
      let unpacker = Process()
      unpacker.executableURL = URL(fileURLWithPath: "/usr/bin/xz")
      unpacker.arguments = ["--decompress", "--keep", "--stdout", packed.path]
      unpacker.standardOutput = output
      try unpacker.run()
      unpacker.waitUntilExit()
      guard unpacker.terminationStatus == 0, rename(partial.path, target.path) == 0 else {
        throw FixtureError(message: "can't unpack \(packed.path)")
      }
      return target
    }
  }

  /// The text of the `.gz` fixture at `path`.
  public static func gunzipped(_ path: String) throws -> String {
    let unpacker = Process()
    unpacker.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    unpacker.arguments = ["gzip", "--decompress", "--stdout", try url(path).path]
    let pipe = Pipe()
    unpacker.standardOutput = pipe
    try unpacker.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    unpacker.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  private static let unpacking = NSLock()
}

/// A fixture that can't be had.
public struct FixtureError: Error, CustomStringConvertible {
  /// What is missing, and why.
  public let message: String
  /// The message.
  public var description: String { message }
}
