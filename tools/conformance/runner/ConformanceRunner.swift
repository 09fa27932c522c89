import Foundation
import ImportONNX
import Incept
import Reference
import TensorCore
import WireFormats

/// Runs ONNX models on test data, one a line of standard input, so that a thousand tests need one process:
///
///     MODEL.onnx <tab> OUTPUT-FOLDER <tab> INPUT_0.pb <tab> INPUT_1.pb …
///
/// and answers each with one line: `ok`, `refused` (the model can't be imported) or `failed`, a tab and why.
/// Results are written to the folder as `0.npy`, `1.npy`, … With `--reference` the Double evaluator computes
/// instead of a device.
@main
struct ConformanceRunner {
  let isReference: Bool

  static func main() {
    let runner = ConformanceRunner(isReference: CommandLine.arguments.contains("--reference"))
    while let line = readLine() {
      let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      guard parts.count >= 2 else { continue }
      let answer = runner.answer(parts[0], parts[1], Array(parts[2...]))
      FileHandle.standardOutput.write(Data((answer + "\n").utf8))
    }
  }

  private func answer(_ path: String, _ folder: String, _ files: [String]) -> String {
    var outcome = "refused"
    do throws(InceptError) {
      let model = try ONNXModel(MappedFile(path: path))
      var feeds: [String: HostTensor] = [:]
      for (name, file) in zip(model.inputNames, files) {
        feeds[name] = try ONNXModel.tensor(MappedFile(path: file))
      }
      let shapes = feeds.mapValues(\.shape)
      // Old tests feed what decides on shapes as inputs.
      let known = feeds.filter { $0.value.elementCount <= 256 && Self.mayDecide($0.value) }
      if isReference {
        let graph = try model.importGraph(shapes: shapes, values: known).graph
        outcome = "failed"
        let values = try ReferenceEvaluator.evaluate(graph, feeding: feeds)
        try write(
          graph.outputs.compactMap { values[$0.name]?.hostTensor }, to: folder)
      } else {
        let loaded = try Model.load(path, shapes: shapes, values: known)
        outcome = "failed"
        let session = try Session(loaded, on: try Device.select())
        try write(try session.run(feeds).map(\.tensor), to: folder)
      }
      return "ok\t"
    } catch {
      let text = "\(error)".replacingOccurrences(of: path, with: "model")
      return "\(outcome)\t\(text.replacingOccurrences(of: "\n", with: " "))"
    }
  }

  /// Whether a tensor may be a shape, axes, scales or a condition, rather than data.
  private static func mayDecide(_ tensor: HostTensor) -> Bool { tensor.shape.rank <= 1 }

  private func write(_ tensors: [HostTensor], to folder: String) throws(InceptError) {
    for (index, tensor) in tensors.enumerated() {
      let path = "\(folder)/\(index).npy"
      guard FileManager.default.createFile(atPath: path, contents: npy(tensor)) else {
        throw InceptError(
          .cannotCreate, subject: path, expected: "expected a folder that can be written")
      }
    }
  }

  /// NumPy's format, with the tensor's own element type.
  private func npy(_ tensor: HostTensor) -> Data {
    let types: [ElementType: String] = [
      .float32: "<f4", .int32: "<i4", .int64: "<i8", .bool: "|b1", .float64: "<f8",
    ]
    let extents = tensor.shape.dimensions.map { "\($0)," }.joined(separator: " ")
    var header =
      "{'descr': '\(types[tensor.elementType] ?? "|V\(tensor.elementType.byteCount)")', "
      + "'fortran_order': False, 'shape': (\(extents)), }"
    while (header.utf8.count + 11) % 64 != 0 { header += " " }
    header += "\n"
    var data = Data([0x93] + "NUMPY".utf8 + [1, 0])
    data.append(UInt8(truncatingIfNeeded: header.utf8.count))
    data.append(UInt8(truncatingIfNeeded: header.utf8.count >> 8))
    data.append(Data(header.utf8))
    tensor.withUnsafeBytes { data.append(contentsOf: $0) }
    return data
  }
}
