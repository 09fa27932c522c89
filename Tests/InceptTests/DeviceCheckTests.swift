import Foundation
import Incept
import TensorCore
import Testing

/// Checks by processes that are not Incept's but scripts in their place: what drivers do to a process, without a driver.
@Suite("incept devices --check, the side that waits", .enabled(if: !Device.list().isEmpty))
struct DeviceCheckTests {
  /// Says what it is told to: lines of shell that see the families asked for as `$1`, `$2`, ….
  private func check(
    _ script: String, limit: Double = 20
  ) throws -> DeviceCheckReport {
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("fake-incept-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    // The request is one line of JSON; names of families hold neither quotes nor backslashes.
    let text = """
      #!/bin/sh
      begin() { echo "incept-check: {\\"family\\":\\"$1\\",\\"problem\\":\\"$2\\"}"; }
      result() {
        echo "incept-check: {\\"family\\":\\"$1\\",\\"result\\":{\\"family\\":\\"$1\\",\\"verdict\\":\\"$2\\",\\"problems\\":1,\\"time_ms\\":1}}"
      }
      all() { # from the request: each family in a line
        { cat; echo; } | sed 's/.*"families":\\[//; s/\\].*//' | tr -d '"' | sed 's/, /@ /g; s/,/\\n/g; s/@ /, /g'
      }
      \(script)
      """
    try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    return try DeviceCheckReport.check(
      Array(Device.list().prefix(1)),
      DeviceCheckOptions(command: path, cache: CacheOptions(folder: nil), limit: limit))
  }

  private static let good = #"all | while read -r f; do begin "$f" one; result "$f" agrees; done"#

  @Test("all that agrees is a pass; lines of the driver's own are passed over")
  func passes() throws {
    let report = try check("echo noise; echo incept-check: noise; " + Self.good)
    #expect(report.passed)
    let device = try #require(report.devices.first)
    #expect(device.families.count > 20)
    #expect(device.families.contains { $0.family == "digits_cnn" })
    #expect(report.text().contains("passed: \(device.families.count) families agree"))
    let json = try report.json()
    #expect(json.hasPrefix("{\n  \"schema\": \"incept.devices-check/1\",\n  \"passed\": true"))
  }

  @Test("the device to use is the fastest at convolutions of those that passed")
  func advice() throws {
    var report = try check(Self.good)
    #expect(!report.text().contains("\nuse "), "nothing was timed")
    let place = try #require(
      report.devices[0].families.firstIndex { $0.family == "convolution, direct" })
    report.devices[0].families[place].gflops = 126.4
    let usual = report.devices[0].device
    let isUsual = usual.index == (try? Device.select())?.index
    #expect(report.text().contains("\nuse \(usual.line): convolutions at up to 126 GFLOP/s; "))
    #expect(report.text().hasSuffix("where --device names none\n") == isUsual)
    var other = report.devices[0]
    other.device.index = "9:1"
    other.families[place].gflops = 500
    report.devices.append(other)
    #expect(
      report.text().contains(
        "\nuse \(other.device.line): of the 2 that passed the fastest at convolutions, up to 500 GFLOP/s; "
          + "by --device 9:1"))
    report.devices[1].passed = false
    #expect(report.text().contains("\nuse \(usual.line): convolutions at up to 126 GFLOP/s; "))
  }

  @Test("a family that crashes the process is named with the driver's last words; the rest goes on")
  func crash() throws {
    let report = try check(
      """
      all | while read -r f; do
        begin "$f" "a problem"
        if [ "$f" = pools ]; then echo "LLVM ERROR: out of registers" >&2; kill -SEGV $$; exit; fi
        result "$f" agrees
      done
      """)
    #expect(!report.passed)
    let device = try #require(report.devices.first)
    let broken = device.families.filter { $0.verdict != .agrees }
    #expect(broken.map(\.family) == ["pools"])
    #expect(broken.first?.verdict == .crashes)
    #expect(broken.first?.fault?.problem == "a problem")
    #expect(broken.first?.fault?.message.contains("LLVM ERROR: out of registers") == true)
    let text = report.text()
    #expect(text.contains("CRASHES"))
    #expect(text.contains("LLVM ERROR: out of registers"))
    #expect(text.contains("FAILED: 1 of \(device.families.count) families"))
    #expect(text.contains("hint: "))
  }

  @Test("a family that hangs is ended and named; the rest goes on")
  func hang() throws {
    let report = try check(
      """
      all | while read -r f; do
        begin "$f" "a problem"
        if [ "$f" = softmax ]; then exec sleep 60; fi
        result "$f" agrees
      done
      """, limit: 2)
    let device = try #require(report.devices.first)
    let broken = device.families.filter { $0.verdict != .agrees }
    #expect(broken.map(\.family) == ["softmax"])
    #expect(broken.first?.verdict == .hangs)
    #expect(report.text().contains("did not come back within 2 s"))
  }

  @Test("an end in good order before everything is done is a crash")
  func early() throws {
    let report = try check(
      #"all | { read -r f; begin "$f" x; result "$f" agrees; read -r g; begin "$g" y; }; exit 3"#)
    let device = try #require(report.devices.first)
    #expect(!report.passed)
    #expect(device.families.contains { $0.verdict == .crashes })
    #expect(report.text().contains("with exit code 3"))
  }

  @Test("a driver that dies before a kernel runs fails the device, once that is certain")
  func stillborn() throws {
    let report = try check("echo 'no such processor' >&2; kill -ABRT $$")
    let device = try #require(report.devices.first)
    #expect(!report.passed)
    #expect(device.failure?.contains("no such processor") == true)
    #expect(device.families.allSatisfy { $0.verdict == .skipped })
    #expect(report.text().contains("FAILED"))
  }

  @Test("a device that can't be opened says why")
  func failure() throws {
    let report = try check(
      #"cat > /dev/null; echo 'incept-check: {"family":"","failure":"out of memory"}'; sleep 1"#)
    #expect(report.devices.first?.failure == "out of memory")
    #expect(!report.passed)
  }

  @Test("a device that does nothing is no pass")
  func nothing() throws {
    let report = try check(
      #"all | while read -r f; do begin "$f" one; result "$f" unused; done"#)
    #expect(!report.passed)
  }

  @Test("wrong results say the element, the kernels, and what the optimiser has to do with it")
  func wrong() throws {
    for (answer, words) in [("true", "miscompiles"), ("false", "it is not the optimiser")] {
      let report = try check(
        """
        all | while read -r f; do
          begin "$f" p
          if [ "$f" = gather ]; then
            echo 'incept-check: {"family":"gather","result":{"family":"gather","verdict":"differs","problems":1,"worst_error":4e9,"time_ms":1,"fault":{"problem":"rows","kernels":["gather.cl: gather_rows (rows)"],"message":"element 3 is 1 instead of 2","right_with_cl_opt_disable":\(answer)}}}'
          else result "$f" agrees; fi
        done
        """)
      let text = report.text()
      #expect(!report.passed)
      #expect(text.contains("gather, rows:"))
      #expect(text.contains("element 3 is 1 instead of 2"))
      #expect(text.contains("gather.cl: gather_rows"))
      #expect(text.contains(words))
      #expect(text.contains("4.0e+09"))
    }
  }

  @Test("a command that can't be started is an error")
  func noCommand() {
    #expect(throws: InceptError.self) {
      try DeviceCheckReport.check(
        Array(Device.list().prefix(1)), DeviceCheckOptions(command: "/no/such/command"))
    }
    #expect(throws: InceptError.self) {
      try DeviceCheckReport.check([], DeviceCheckOptions(command: "/bin/true"))
    }
  }
}
