import Foundation
import TestSupport
import Testing

@Suite("incept devices --check", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct DeviceCheckCommandTests {
  /// `tools/devices/liar`, a driver that goes wrong, built now; nil without a C compiler or OpenCL's headers.
  private static let liar: String? = {
    let source = Fixtures.package.appendingPathComponent("tools/devices/liar/liar.c").path
    let library = NSTemporaryDirectory() + "/liar-\(UUID().uuidString).so"
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["cc", "-shared", "-fPIC", "-O1", source, "-o", library, "-ldl"]
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    return process.terminationStatus == 0 ? library : nil
  }()

  private func families(_ run: Incept) throws -> [[String: Any]] {
    let devices = try #require(try run.object()["devices"] as? [[String: Any]])
    return try #require(devices.first?["families"] as? [[String: Any]])
  }

  @Test("every family agrees on the devices here, as text and as JSON")
  func passes() throws {
    let run = try Incept("devices", "--check", "--device", "0:0", "--format", "json")
    #expect(run.status == 0, "\(run.output)\(run.error)")
    #expect(run.error == "")
    #expect(run.output.hasPrefix("{\n  \"schema\": \"incept.devices-check/1\","))
    #expect(try run.keys() == ["schema", "passed", "devices", "notes"])
    #expect(
      try run.keys("devices", "[]") == ["device", "driver", "passed", "families", "time_ms"])
    let all = try families(run)
    let verdicts = Set(all.compactMap { $0["verdict"] as? String })
    #expect(verdicts.isSubset(of: ["agrees", "unused"]))
    #expect(all.contains { $0["gflops"] != nil })
    #expect(all.contains { $0["gbytes_per_s"] != nil })
    #expect(all.last?["family"] as? String == "digits_cnn")
    #expect(all.last?["verdict"] as? String == "agrees")

    let text = try Incept("devices", "--check", "--device", "0:0")
    #expect(text.status == 0)
    #expect(text.output.contains("WORST ERROR"))
    #expect(text.output.contains("families agree with the reference"))
  }

  @Test(
    "a driver that miscompiles one kernel fails, with the element and the optimiser's part in it")
  func miscompiles() throws {
    guard let liar = Self.liar else { return }
    let run = try Incept(
      ["devices", "--check", "--device", "0:0", "--format", "json"],
      environment: [
        "LD_PRELOAD": liar, "LIAR_DOES": "skip", "LIAR_KERNEL": "gather_rows",
      ])
    #expect(run.status == 1, "\(run.output)\(run.error)")
    let wrong = try families(run).filter {
      !["agrees", "unused"].contains($0["verdict"] as? String)
    }
    #expect(wrong.count == 1)
    #expect(wrong.first?["family"] as? String == "gather")
    #expect(wrong.first?["verdict"] as? String == "differs")
    let fault = try #require(wrong.first?["fault"] as? [String: Any])
    #expect(fault["right_with_cl_opt_disable"] as? Bool == true)
    #expect((fault["kernels"] as? [String])?.first?.hasPrefix("gather.cl: gather_rows") == true)
    #expect((fault["element"] as? [String: Any])?["index"] as? Int == 0)
  }

  @Test(
    "a driver that ends the process at one kernel fails that family, and the others are checked")
  func aborts() throws {
    guard let liar = Self.liar else { return }
    let run = try Incept(
      ["devices", "--check", "--device", "0:0"],
      environment: [
        "LD_PRELOAD": liar, "LIAR_DOES": "abort", "LIAR_KERNEL": "pad_rows",
      ])
    #expect(run.status == 1, "\(run.output)\(run.error)")
    #expect(run.output.contains("CRASHES"))
    #expect(run.output.contains("cannot select: an instruction that does not exist"))
    #expect(run.output.contains("FAILED: 1 of "))
  }

  @Test("--check and --measure at once, and no such device, are errors")
  func usage() throws {
    #expect(try Incept("devices", "--check", "--measure").status == 64)
    #expect(try Incept("devices", "--check", "--device", "no such device").status == 69)
  }
}
