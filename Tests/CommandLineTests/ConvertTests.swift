import Foundation
import TestSupport
import Testing

@Suite("incept convert")
struct ConvertTests {
  @Test("a converted network is recognised, and says what it is")
  func digits() throws {
    try withScratch { folder in
      let path = "\(folder)/digits.safetensors"
      let run = try Incept("convert", "digits_cnn", path, "--format", "json")
      #expect(run.status == 0 && run.error == "")
      #expect(
        try run.keys() == ["schema", "model", "file", "tensors", "parameters", "tensors_bytes"])
      let object = try run.object()
      #expect(object["schema"] as? String == "incept.convert/1")
      #expect(object["tensors"] as? Int == 10)
      #expect(object["parameters"] as? Int == 18_506)
      let graphs = try [path, "digits_cnn"].map { try Incept("graph", $0) }
      #expect(graphs.allSatisfy { $0.status == 0 })
      #expect(graphs[0].output == graphs[1].output)
      let again = try Incept("convert", path, path)
      #expect(again.status == 0)
      #expect(again.output.contains("10 tensors of digits_cnn"))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["digits.safetensors"])
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect(bytes.range(of: Data("\"incept.architecture\":\"digits_cnn\"".utf8)) != nil)
      #expect(bytes[8] == UInt8(ascii: "{") && bytes[0] % 8 == 0)
    }
  }

  @Test("what can't be written is an error, and nothing is left behind")
  func unwritable() throws {
    try withScratch { folder in
      let run = try Incept("convert", "digits_cnn", "\(folder)/no/such/x.safetensors")
      #expect(run.status == 73)
      #expect(run.output == "")
      let missing = try Incept("convert", "inception_v3", "\(folder)/x.safetensors")
      #expect(missing.status == 64)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }
}
