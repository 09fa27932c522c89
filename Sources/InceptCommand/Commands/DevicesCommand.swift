import ArgumentParser
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

      Example: incept devices --format json
      Example: incept devices --measure --device cpu
      """)

  @Flag(help: "Measure what devices reach at best, and keep it.")
  var measure = false
  @Option(
    help: ArgumentHelp(
      "The one device that is listed: PLATFORM:DEVICE, cpu, gpu, or part of a name (default: all).",
      valueName: "device"))
  var device: String?
  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func run() throws {
    var report = DeviceReport.current()
    if let device { report.keep(try Device.select(device)) }
    if measure {
      report = try ProgressLine.during { [report] (line) throws(InceptError) in
        try report.measuring(line.handler)
      }
    }
    try Terminal.write(format == .json ? try report.json() : report.text())
  }
}
