import Foundation
import TestSupport
import Testing

@Suite("devices and their absence")
struct DeviceErrorTests {
  @Test(
    "an unknown device is 69 and lists what there is",
    .enabled(if: Incept.hasDevice, "needs an OpenCL device"),
    arguments: ["no such device", "99:0", "0:99"])
  func unknown(_ wanted: String) throws {
    let byOption = try Incept("bench", "digits_cnn", "--device", wanted)
    let byVariable = try Incept(["bench", "digits_cnn"], environment: ["INCEPT_DEVICE": wanted])
    #expect(byVariable.error.contains("INCEPT_DEVICE"))
    for run in [byOption, byVariable] {
      #expect(run.status == 69)
      #expect(run.error.contains("0:0 "))
      #expect(run.error.contains("\nhint: "))
    }
  }

  @Test(
    "a device can be named by index, type and part of its name",
    .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
  func named() throws {
    let list = try Incept("devices", "--format", "json").object()
    let first = try #require((list["devices"] as? [[String: Any]])?.first)
    let index = try #require(first["index"] as? String)
    #expect(try Incept("bench", "digits_cnn", "--runs", "1", "--device", index).status == 0)
    // Several devices may share a name, which is told apart by exit code 64.
    let name = try #require(first["name"] as? String)
    let run = try Incept("bench", "digits_cnn", "--runs", "1", "--device", name.uppercased())
    #expect([0, 64].contains(run.status))
    #expect(run.status == 0 || run.error.contains(index))
    #expect(try Incept("bench", "digits_cnn", "--device", " ").status == 64)
  }

  @Test("without any driver devices says what to do, and run is 69")
  func noDriver() throws {
    try withScratch { folder in
      let nothing = ["OCL_ICD_VENDORS": folder]
      let devices = try Incept(["devices"], environment: nothing)
      #expect(devices.status == 0)
      #expect(devices.output.contains("apt-get install pocl-opencl-icd"))
      let json = try Incept(["devices", "--format", "json"], environment: nothing)
      #expect(json.status == 0)
      #expect(try (json.object()["devices"] as? [Any])?.isEmpty == true)
      let run = try Incept(["run", "digits_cnn", "Samples/digit-0-a.png"], environment: nothing)
      #expect(run.status == 69)
      #expect(run.output == "")
      #expect(run.error.contains("\nhint: "))
      #expect(run.error.contains("apt-get install pocl-opencl-icd"))
      let graph = try Incept(["graph", "digits_cnn"], environment: nothing)
      #expect(graph.status == 0, "a graph needs no device")
    }
  }

  @Test("a driver that can't be loaded is noted")
  func brokenDriver() throws {
    try withScratch { folder in
      let entry = URL(fileURLWithPath: "\(folder)/broken.icd")
      try Data("libno-such-driver.so.1\n".utf8).write(to: entry)
      let run = try Incept(["devices"], environment: ["OCL_ICD_VENDORS": folder])
      #expect(run.status == 0)
      #expect(run.output.contains("libno-such-driver.so.1"))
    }
  }

  @Test(
    "a rectangle outside a picture names both",
    .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
  func crop() throws {
    let run = try Incept("run", "digits_cnn", "Samples/digit-0-a.png", "--crop", "0,0,9999,1")
    #expect(run.status == 64)
    #expect(run.error.contains("Samples/digit-0-a.png"))
    #expect(run.error.contains("9999"))
  }

  @Test(
    "tensors of another shape and unknown values are told, and nothing is written",
    .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
  func tensors() throws {
    try withScratch { folder in
      let out = "\(folder)/out"
      try NPYFile.write(shape: [1, 3, 8, 8], to: "\(folder)/wide.npy")
      let shape = try Incept(
        "run", "digits_cnn", "--input", "x=\(folder)/wide.npy", "--output-dir", out)
      #expect(shape.status == 65)
      #expect(shape.error.contains("[1, 1, 8, 8]") && shape.error.contains("[1, 3, 8, 8]"))
      try NPYFile.write(shape: [1, 1, 8, 8], to: "\(folder)/in.npy")
      let name = try Incept(
        "run", "digits_cnn", "--input", "x=\(folder)/in.npy", "--output-dir", out, "--outputs",
        "rellu3")
      #expect(name.status == 64)
      #expect(name.error.contains("relu3"))
      #expect(!FileManager.default.fileExists(atPath: out))
    }
  }
}
