import ArgumentParser
import Foundation
import Incept

/// `incept devices`
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "List every OpenCL platform and device.",
    discussion: """
      Platforms without devices and drivers that can't be loaded are noted. The index in front of a device is \
      what --device takes.

      --measure finds out what each device, or that of --device, reaches at best: arithmetic, reads from each \
      level of memory, the cost of a launch. It takes some seconds a device and wants an idle machine; later \
      listings and `incept profile` show what it found.

      --check runs a self-test of each family of kernels and a small network on each device, or that of --device, \
      and compares with the reference: the first thing to run on a new machine. Each device is checked in a process \
      of its own, so that a driver that crashes or hangs is a line of the table. Exit code 1 where a device fails.

      Example: incept devices --format json
      Example: incept devices --check
      Example: incept devices --measure --device cpu
      """)

  @Flag(help: "Measure what devices reach at best, and keep it.")
  var measure = false
  @Flag(help: "Check that devices compute what they should.")
  var check = false
  @Option(
    help: ArgumentHelp(
      "The one device that is listed: PLATFORM:DEVICE, cpu, gpu, or part of a name (default: all).",
      valueName: "device"))
  var device: String?
  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func validate() throws {
    guard !(check && measure) else {
      throw ValidationError("Expected --check or --measure, not both.")
    }
  }

  func run() throws {
    var report = DeviceReport.current()
    if let device { report.keep(try Device.select(device)) }
    if check { return try runCheck(report) }
    if measure {
      report = try ProgressLine.during { [report] (line) throws(InceptError) in
        try report.measuring(line.handler)
      }
    }
    try Terminal.write(format == .json ? try report.json() : report.text())
  }

  private func runCheck(_ listed: DeviceReport) throws {
    let report = try ProgressLine.during { (line) throws(InceptError) in
      try DeviceCheckReport.check(
        listed.devices,
        DeviceCheckOptions(
          command: Bundle.main.executablePath ?? CommandLine.arguments[0], progress: line.handler))
    }
    try Terminal.write(format == .json ? try report.json() : report.text())
    if !report.passed { Terminal.exitAfterDisagreement() }
  }
}
