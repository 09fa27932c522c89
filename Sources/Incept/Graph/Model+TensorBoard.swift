import Foundation
import Operators
import TensorBoardFiles

extension Model {
  /// Writes the graph as an event file that TensorBoard's Graphs tab opens. The file appears whole or not at all.
  ///
  /// - Parameters:
  ///   - folder: Where, made if there is none; `tensorboard --logdir FOLDER` shows it.
  ///   - stage: `imported` or `optimised`.
  ///   - pass: Name or beginning of the pass to stop after; nil for a whole stage.
  ///   - batch: Items per run.
  ///   - profile: Times that TensorBoard colours by.
  /// - Returns: The file's path.
  @discardableResult
  public func writeTensorBoard(
    to folder: String, stage: GraphStage = .imported, after pass: String? = nil, batch: Int = 1,
    profile: StoredProfile? = nil
  ) throws(InceptError) -> String {
    let graph: Graph
    if let pass {
      graph = try self.graph(after: pass, batch: batch).graph
    } else {
      let shapes = shapes(batch: batch)
      graph = stage == .imported ? try requesting(shapes) : try optimised(shapes)
    }
    let times = try profile?.microseconds(GraphReport(graph, stage: stage).nodes) ?? [:]
    let now = Date().timeIntervalSince1970
    let bytes = try EventFile.bytes(graph, wallTime: now, microseconds: times)
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw InceptError(
        .cannotCreate, subject: folder, expected: "expected a folder that can be made",
        found: (error as NSError).localizedDescription,
        hint: "--format tensorboard writes an event file into a folder")
    }
    let name = EventFile.name(seconds: Int(now), host: ProcessInfo.processInfo.hostName)
    let path = folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
    try bytes.withUnsafeBufferPointer { (buffer) throws(InceptError) in
      try FileAccess.write([UnsafeRawBufferPointer(buffer)], to: path)
    }
    return path
  }
}
