import Foundation
import TestSupport
import Testing

@Suite("evaluate", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct EvaluateCommandTests {
  private static func digits() throws -> String { try Fixtures.url("digits/digits.csv.gz").path }

  @Test("JSON has what the contract says", .enabled(if: Fixtures.available, "no fixtures"))
  func json() throws {
    let run = try Incept([
      "evaluate", "digits_cnn", "--data", Self.digits(), "--split", "0.1", "--format", "json",
    ])
    #expect(run.status == 0 && run.error == "")
    #expect(run.output.hasPrefix("{\n  \"schema\": \"incept.evaluate/1\","))
    #expect(
      try run.keys() == [
        "schema", "model", "device", "data", "accuracy", "right", "loss", "classes", "confusion",
        "mistakes", "timing",
      ])
    #expect(try run.keys("data") == ["path", "images", "available"])
    #expect(
      try run.keys("classes", "[]") == [
        "index", "label", "precision", "recall", "count", "right", "predicted",
      ])
    #expect(try run.keys("confusion", "[]") == ["label", "predicted", "count"])
    let object = try run.object()
    #expect((object["data"] as? [String: Any])?["images"] as? Int == 180)
    #expect((object["accuracy"] as? Double ?? 0) > 0.95)
  }

  @Test("text names the model, the accuracy and every class")
  func text() throws {
    try withScratch { folder in
      for digit in [0, 3, 8] {
        try FileManager.default.createDirectory(
          atPath: "\(folder)/\(digit)", withIntermediateDirectories: true)
        let sample = Fixtures.package.appendingPathComponent("Samples/digit-\(digit)-a.png").path
        try FileManager.default.copyItem(atPath: sample, toPath: "\(folder)/\(digit)/a.png")
      }
      let run = try Incept("evaluate", "digits_cnn", "--data", folder)
      #expect(run.status == 0)
      #expect(run.output.contains("accuracy  100.00 % (3 of 3 right)"))
      let csv = try Incept("evaluate", "digits_cnn", "--data", folder, "--format", "csv")
      #expect(csv.output.split(separator: "\n").count == 4)
      #expect(csv.output.hasPrefix("index,label,count,right,predicted,precision,recall,model,"))
    }
  }

  @Test("data and options that don't fit are refused", .enabled(if: Fixtures.available))
  func refusals() throws {
    let digits = try Self.digits()
    try withTrap { trap in
      let bad = try trap.file("bad.csv", Array("1,2,3,4,0\n1,2,x,4,1\n".utf8))
      let run = try trap.refuse(["evaluate", "digits_cnn", "--data", bad], 65)
      #expect(run.error.contains("bad.csv, line 2, column 3: expected a number from 0, found 'x'"))
      try trap.refuse(["evaluate", "digits_cnn", "--data", "\(trap.folder)/none"], 66)
      let rows = try trap.file("rows", Array("1\n2\n99999\n".utf8))
      try trap.refuse(["evaluate", "digits_cnn", "--data", digits, "--rows", rows], 65)
      try trap.refuse(["evaluate", "digits_cnn", "--data", digits, "--part", "test"], 64)
      try trap.refuse(["evaluate", "digits_cnn", "--data", digits, "--split", "2"], 64)
      try trap.refuse(
        ["evaluate", "digits_cnn", "--data", digits, "--rows", rows, "--split", "0.2"], 64)
      try trap.refuse(
        ["evaluate", "digits_cnn", "--data", digits, "--confusion", "\(trap.folder)/c.gif"], 64)
      try trap.refuse(
        [
          "evaluate", "digits_cnn", "--data", digits, "--rows",
          trap.file("one", Array("1".utf8)), "--mistakes", "\(trap.folder)/no/m.png",
        ], 73)
      try trap.refuse(["evaluate", "digits_cnn"], 64)
    }
  }
}
