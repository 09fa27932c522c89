import Foundation

extension Session {
  /// Runs the network once on tensors from NPY files and writes its results as NPY files.
  ///
  /// Results are named `NAME.npy`, with `.` for each `/`; float32, or int32, int64 and bool as they are, little
  /// endian, C order, axes in the framework's order. Either all of them are written or none.
  ///
  /// - Parameters:
  ///   - inputs: A file per input, by the input's name; a network with one input takes any name.
  ///   - outputs: Names of nodes whose values are wanted besides the model's results.
  ///   - directory: The folder to write to, made where there is none.
  public func run(
    files inputs: [String: String], outputs: [String] = [], to directory: String
  ) throws(InceptError) -> RunReport {
    // A misspelt name must show before anything is read or built.
    _ = try model.requesting(outputs: outputs)
    var tensors: [String: HostTensor] = [:]
    for (name, path) in inputs { tensors[name] = try NPY.read(path: path) }
    let watch = Stopwatch()
    let before = buildMilliseconds
    let results = try run(tensors, outputs: outputs)
    let time = watch.milliseconds - (buildMilliseconds - before)
    let files = try TensorFolder(directory).write(results)
    let written = zip(results, files).map { result, file in
      RunReport.Output(name: result.name, shape: result.tensor.shape.dimensions, file: file)
    }
    return RunReport(
      model: model.reported, device: device.reported, accuracy: options.accuracy,
      precision: options.precision, results: [], outputs: written,
      timing: timing([time]))
  }
}

/// A folder of NPY files.
struct TensorFolder {
  private let path: String

  init(_ path: String) { self.path = path }

  /// Writes all tensors, or leaves the folder as it was. Returns their paths.
  func write(_ tensors: [(name: String, tensor: HostTensor)]) throws(InceptError) -> [String] {
    let names = tensors.map { Self.fileName($0.name) }
    guard Set(names).count == names.count else {
      throw InceptError(
        .usage, subject: path, expected: "expected outputs that get file names of their own",
        found: names.sorted().joined(separator: ", "), hint: "ask for them one at a time")
    }
    let files = FileManager.default
    let made = try makeFolders()
    let temporary = "\(path)/.incept-\(UUID().uuidString).tmp"
    defer { try? files.removeItem(atPath: temporary) }
    do throws(InceptError) {
      guard mkdir(temporary, 0o777) == 0 else { throw unwritable(path) }
      for (name, (_, tensor)) in zip(names, tensors) {
        do throws(InceptError) {
          try NPY.write(tensor, to: "\(temporary)/\(name)")
        } catch {
          throw error.about("\(path)/\(name)")
        }
      }
      // A folder in the way is the one thing that would make a rename fail half-way.
      for name in names {
        var isFolder: ObjCBool = false
        if files.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder), isFolder.boolValue {
          throw InceptError(
            .cannotCreate, subject: "\(path)/\(name)",
            expected: "expected a file that can be written", found: "a directory")
        }
      }
      for name in names where rename("\(temporary)/\(name)", "\(path)/\(name)") != 0 {
        throw unwritable("\(path)/\(name)")
      }
    } catch {
      try? files.removeItem(atPath: temporary)
      made.reversed().forEach { rmdir($0) }
      throw error
    }
    return names.map { path.hasSuffix("/") ? "\(path)\($0)" : "\(path)/\($0)" }
  }

  /// Makes the folder and those above it. Returns the ones that weren't there, or leaves none of them.
  private func makeFolders() throws(InceptError) -> [String] {
    var made: [String] = []
    for end in path.indices.dropFirst().filter({ path[$0] == "/" }) + [path.endIndex] {
      let folder = String(path[..<end])
      if mkdir(folder, 0o777) == 0 {
        made.append(folder)
        continue
      }
      let reason = errno
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
      if exists, isFolder.boolValue { continue }
      made.reversed().forEach { rmdir($0) }
      throw unwritable(path, exists ? ENOTDIR : reason)
    }
    return made
  }

  /// `NAME.npy`, in one path component whatever the name.
  static func fileName(_ name: String) -> String {
    let safe = name.unicodeScalars.map { scalar in
      scalar == "/" ? "." : scalar.value == 0 ? "_" : String(scalar)
    }
    return safe.joined() + ".npy"
  }

  private func unwritable(_ path: String, _ reason: Int32 = errno) -> InceptError {
    InceptError(
      .cannotCreate, subject: path, expected: "expected a folder that can be written",
      found: String(cString: strerror(reason)))
  }
}
