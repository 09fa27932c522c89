import Foundation
import TestSupport

/// Where the HDF5 tests find their files.
enum HDF5Fixtures {
  /// A file that `tools/fixtures/make_hdf5_cases.py` wrote and that is committed; `.xz` is unpacked.
  static func path(_ name: String) throws -> String {
    let folder = Fixtures.package.appendingPathComponent("Tests/WireFormatsTests/Fixtures/hdf5")
    let file = folder.appendingPathComponent(name)
    guard !FileManager.default.fileExists(atPath: file.path) else { return file.path }
    return try unpacked(folder.appendingPathComponent(name + ".xz"))
  }

  /// A model file of the shared fixtures; `.xz` is unpacked.
  static func model(_ name: String) throws -> String {
    let file = try Fixtures.url("models/\(name)")
    guard !FileManager.default.fileExists(atPath: file.path) else { return file.path }
    return try Fixtures.unpacked("models/\(name).xz").path
  }

  /// Unpacks into `.build/fixtures`, once; the rename makes it appear whole.
  private static func unpacked(_ packed: URL) throws -> String {
    let folder = Fixtures.package.appendingPathComponent(".build/fixtures")
    let target = folder.appendingPathComponent(packed.deletingPathExtension().lastPathComponent)
    guard !FileManager.default.fileExists(atPath: target.path) else { return target.path }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let partial = folder.appendingPathComponent("\(UUID().uuidString).partial")
    guard FileManager.default.createFile(atPath: partial.path, contents: nil) else {
      throw CocoaError(.fileWriteUnknown)
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["xz", "-dc", packed.path]
    process.standardOutput = try FileHandle(forWritingTo: partial)
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0, rename(partial.path, target.path) == 0 else {
      throw CocoaError(.fileReadCorruptFile)
    }
    return target.path
  }
}
