import Foundation
import SelfTest

/// How devices are checked.
public struct DeviceCheckOptions: Sendable {
  /// Path of the `incept` command, which runs each device's check in a process of its own.
  public var command: String
  /// Where built programs are kept.
  public var cache: CacheOptions
  /// Seconds that a driver may take for one small problem, compiling included.
  public var limit: Double
  /// Told which device and family is checked.
  public var progress: ProgressHandler?

  /// Creates options.
  public init(
    command: String, cache: CacheOptions = .standard(), limit: Double = 180,
    progress: ProgressHandler? = nil
  ) {
    self.command = command
    self.cache = cache
    self.limit = limit
    self.progress = progress
  }
}

extension DeviceCheckReport {
  /// Runs a self-test of each family of kernels, and a small network, on devices, each in a process of its own: a driver
  /// that ends its process, or does not come back, is a line of the report.
  ///
  /// - Throws: `.unavailable` without a usable device; `.ioError` where no process can be started.
  public static func check(
    _ devices: [Device], _ options: DeviceCheckOptions
  ) throws(InceptError) -> DeviceCheckReport {
    guard devices.contains(where: \.isUsable) else {
      throw InceptError(
        .unavailable, subject: "OpenCL", expected: "expected a device that can be used",
        found: devices.isEmpty ? "none" : "none that is available and has a compiler",
        hint: "install a driver; `apt-get install pocl-opencl-icd` runs on any CPU")
    }
    var report = DeviceCheckReport()
    report.usual = (try? Device.select())?.index
    for device in devices {
      guard device.isUsable else {
        report.notes.append("\(device.index) \(device.name) is not usable, and was not checked")
        continue
      }
      var run = DeviceCheckRun(device, options)
      report.devices.append(try run.run(DeviceCheckRequest.families().map(\.name)))
    }
    return report
  }
}

/// The check of one device by as many processes as it takes.
struct DeviceCheckRun {
  private let device: Device
  private let options: DeviceCheckOptions
  private var results: [SelfTestResult] = []
  private var waiting: [String] = []
  private var total = 0
  /// Processes that ended before they ran anything.
  private var stillborn = 0

  /// A driver that breaks this often is not tried further.
  private static let mostBreakdowns = 8

  init(_ device: Device, _ options: DeviceCheckOptions) {
    self.device = device
    self.options = options
  }

  /// Runs the families.
  mutating func run(_ families: [String]) throws(InceptError) -> DeviceCheckReport.Checked {
    let start = Stopwatch()
    waiting = families
    total = families.count
    var breakdowns = 0
    var failure: String?
    while !waiting.isEmpty, failure == nil, breakdowns < Self.mostBreakdowns {
      failure = try runProcess()
      breakdowns += 1
    }
    for family in waiting {
      results.append(SelfTestResult(family: family, verdict: .skipped))
    }
    return DeviceCheckReport.Checked(
      device: device.reported, driver: device.driver, failure: failure, families: results,
      milliseconds: start.milliseconds)
  }

  /// Runs what waits in one process until that ends or breaks.
  ///
  /// - Returns: Why the device can't be checked at all; nil where it can.
  private mutating func runProcess() throws(InceptError) -> String? {
    let request = DeviceCheckRequest(
      engine: version, deviceIndex: device.index, deviceName: device.name,
      folder: options.cache.folder, limit: options.cache.limit, families: waiting)
    let process = try DeviceCheckProcess(options.command, request)
    var family: String?
    var problem = ""
    let start = Stopwatch()
    while !waiting.isEmpty {
      switch process.next(within: options.limit) {
      case .event(let event):
        if let failure = event.failure { return failure }
        if let result = event.result {
          finish(result)
          family = nil
        } else {
          family = event.family
          problem = event.problem ?? ""
          report(event.family)
        }
      case .ended(let signal, let code, let words):
        let how = signal.map { "by signal \($0) (\(Self.name($0)))" } ?? "with exit code \(code)"
        let message = "the driver ended the process \(how)"
        return broke(.crashes, family, problem, message, words, start.milliseconds)
      case .silent(let words):
        let message = "the driver did not come back within \(Int(options.limit)) s"
        return broke(.hangs, family, problem, message, words, start.milliseconds)
      }
    }
    return nil
  }

  private mutating func finish(_ result: SelfTestResult) {
    results.append(result)
    waiting.removeAll { $0 == result.family }
  }

  /// Notes what a process broke at; the rest is for another one.
  private mutating func broke(
    _ verdict: SelfTestResult.Verdict, _ family: String?, _ problem: String, _ message: String,
    _ words: String, _ milliseconds: Double
  ) -> String? {
    let said = words.isEmpty ? message : "\(message); its last words:\n\(words)"
    guard let family else {
      stillborn += 1
      // Between two families, or before the first: perhaps it is no more than bad luck, once.
      return stillborn > 1 ? "\(said)\nbefore a kernel ran" : nil
    }
    finish(
      SelfTestResult(
        family: family, verdict: verdict, milliseconds: milliseconds,
        fault: .init(problem: problem.isEmpty ? "its preparation" : problem, message: said)))
    return nil
  }

  private func report(_ family: String) {
    options.progress?(
      ProgressStep(
        stage: "checking \(device.index): \(family)", done: results.count, total: total))
  }

  private static func name(_ signal: Int32) -> String {
    switch signal {
    case SIGSEGV: "a bad memory access"
    case SIGABRT: "aborted"
    case SIGILL: "an unknown instruction"
    case SIGFPE: "arithmetic"
    case SIGBUS: "a bad address"
    case SIGKILL: "killed, perhaps for want of memory"
    default: "\(String(cString: strsignal(signal)))"
    }
  }
}
