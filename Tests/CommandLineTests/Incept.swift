import Foundation
import TestSupport

/// One run of the built command.
struct Incept {
  /// The exit code; minus the signal's number for a command that a signal ended.
  let status: Int32
  let output: String
  let error: String

  /// The command that was built with these tests: it lies beside the test bundle.
  static let executable: URL = {
    let files = FileManager.default
    if let tests = try? files.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
      let beside = URL(fileURLWithPath: tests).deletingLastPathComponent()
        .appendingPathComponent("incept")
      if files.isExecutableFile(atPath: beside.path) { return beside }
    }
    return Fixtures.package.appendingPathComponent(".build/release/incept")
  }()

  /// Longest that a command may take before it counts as hanging, in seconds.
  private static let limit = 120.0

  /// Runs the command from the package's folder.
  ///
  /// - Parameters:
  ///   - program: Another program of the package, which lies beside the command.
  ///   - current: The folder to run in; nil is the package's.
  ///   - environment: Variables that are set besides those of the tests.
  ///   - path: Where standard output goes instead of to ``output``.
  init(
    _ arguments: [String], program: String? = nil, in current: URL? = nil,
    environment: [String: String] = [:], output path: String? = nil
  ) throws {
    let files = FileManager.default
    let folder = files.temporaryDirectory.appendingPathComponent("incept-cli-\(UUID().uuidString)")
    try files.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? files.removeItem(at: folder) }
    // Files rather than pipes: a full pipe would need a reader of its own.
    let out = path.map { URL(fileURLWithPath: $0) } ?? folder.appendingPathComponent("out")
    let err = folder.appendingPathComponent("err")
    for file in [out, err] where !files.fileExists(atPath: file.path) {
      _ = files.createFile(atPath: file.path, contents: nil)
    }
    let process = Process()
    let beside = Self.executable.deletingLastPathComponent()
    process.executableURL = program.map(beside.appendingPathComponent) ?? Self.executable
    process.arguments = arguments
    process.currentDirectoryURL = current ?? Fixtures.package
    var variables = ProcessInfo.processInfo.environment
    variables["INCEPT_DEVICE"] = nil
    process.environment = variables.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    try process.run()
    let pid = process.processIdentifier
    let killer = DispatchWorkItem { kill(pid, SIGKILL) }
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.limit, execute: killer)
    process.waitUntilExit()
    killer.cancel()
    status =
      process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus
    output = path == nil ? String(decoding: try Data(contentsOf: out), as: UTF8.self) : ""
    error = String(decoding: try Data(contentsOf: err), as: UTF8.self)
  }

  init(_ arguments: String...) throws { try self.init(arguments) }

  /// The keys of an object of the output's JSON document, in their order, at a path of keys; `[]` steps into the
  /// first element of an array.
  func keys(_ path: String...) throws -> [String] {
    var value = try OrderedJSON(output)
    for step in path { value = try value.step(step) }
    guard case .object(let members) = value else { throw NoSuchValue() }
    return members.map(\.key)
  }

  /// The output's JSON document.
  func object() throws -> [String: Any] {
    let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
    guard let object = value as? [String: Any] else { throw NoSuchValue() }
    return object
  }

  /// Whether a device is there to run on.
  static let hasDevice: Bool = {
    let run = try? Incept("devices", "--format", "json")
    let devices = (try? run?.object())?["devices"] as? [Any]
    return devices?.isEmpty == false
  }()

  /// Sample pictures, as `Samples/*.png` gives them.
  static let samples: [String] = {
    let folder = Fixtures.package.appendingPathComponent("Samples").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".png") }.sorted().map { "Samples/\($0)" }
  }()
}

/// A value that a document was expected to have.
struct NoSuchValue: Error {}

/// A scratch folder that goes when the body ends.
func withScratch(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("incept-cli-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}
