import Foundation
import Testing

@Suite("--shape")
struct InputShapeTests {
  /// `y = Conv(x, w)` of `x [n, 3, h, w]`, as the onnx package writes it.
  private static let model =
    "CAg6aAoPCgF4CgF3EgF5IgRDb252EgFnKicIAggDCAEIARABQgF3ShgAAIA/AACAPwAAgD8AAIA/AACAPwAAgD9a"
    + "HgoBeBIZChcIARITCgMSAW4KAggDCgMSAWgKAxIBd2IJCgF5EgQKAggBQgQKABAR"

  @Test(
    "gives the extents that an ONNX model leaves open; anything else is an error that says what is wanted"
  )
  func shapes() throws {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-\(UUID().uuidString).onnx").path
    let bytes = try #require(Data(base64Encoded: Self.model))
    try bytes.write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let open = try Incept("graph", path)
    #expect(open.status == 64)
    #expect(open.error.contains("--shape NAME=N,C,H,W"))
    let graph = try Incept("graph", path, "--shape", "x=1,3,5,7")
    #expect(graph.status == 0)
    #expect(graph.output.contains("[1, 5, 7, 2]"), "\(graph.output)")
    for wrong in ["x=1,3,5", "x=1,3,0,7", "x", "=1,3,5,7", "x=1,3,5,", "x=1,3,5,99999999999"] {
      #expect(try Incept("graph", path, "--shape", wrong).status == 64, "\(wrong)")
    }
    let other = try Incept("graph", "digits_cnn", "--shape", "input=1,1,8,8")
    #expect(other.status == 64)
    #expect(other.error.contains("expected an ONNX model"))
    guard Incept.hasDevice else { return }
    #expect(try Incept("bench", path, "--shape", "x=1,3,5,7", "--runs", "1").status == 0)
  }
}
