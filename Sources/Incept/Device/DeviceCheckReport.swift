import Profiling
import SelfTest

/// What self-tests found out about devices.
public struct DeviceCheckReport: Report {
  /// `incept.devices-check/1`
  public private(set) var schema = "incept.devices-check/1"
  /// Whether every device that was checked does everything right.
  public private(set) var passed = true
  /// The devices that were checked.
  public var devices: [Checked] = [] {
    didSet { passed = devices.allSatisfy(\.passed) }
  }
  /// A line about each device that was not checked.
  public var notes: [String] = []
  /// The index of the device that commands use where none is named.
  var usual: String?

  init() {}

  enum CodingKeys: String, CodingKey { case schema, passed, devices, notes }

  /// A device.
  public struct Checked: Codable, Sendable, Hashable {
    /// The device.
    public var device: ReportedDevice
    /// The driver's version.
    public var driver: String
    /// Whether it does everything right.
    public var passed: Bool
    /// Why it can't be checked, or not to the end; nil where it was.
    public var failure: String?
    /// The families of kernels.
    public var families: [SelfTestResult]
    /// Milliseconds that the check took.
    public var milliseconds: Double

    enum CodingKeys: String, CodingKey {
      case device, driver, passed, failure, families
      case milliseconds = "time_ms"
    }

    init(
      device: ReportedDevice, driver: String, failure: String?, families: [SelfTestResult],
      milliseconds: Double
    ) {
      self.device = device
      self.driver = driver
      self.failure = failure
      self.families = families
      self.milliseconds = milliseconds
      let agrees = families.contains { $0.verdict == .agrees }
      passed = failure == nil && agrees && !families.contains { $0.verdict.isFailure }
    }
  }
}

extension DeviceCheckReport {
  /// The report for people.
  public func text() -> String {
    devices.map(\.text).joined(separator: "\n") + notes.map { "note: \($0)\n" }.joined()
      + advice
  }

  /// Which of the devices that passed to use: the one whose convolutions were fastest; slow ones' are not timed. Nothing
  /// where none was.
  private var advice: String {
    let good = devices.filter(\.passed)
    guard let best = good.max(by: { ($0.convolutionRate ?? 0) < ($1.convolutionRate ?? 0) }),
      let rate = best.convolutionRate
    else { return "" }
    let reason =
      good.count > 1
      ? "of the \(good.count) that passed the fastest at convolutions, up to"
      : "convolutions at up to"
    let way =
      best.device.index == usual
      ? "commands do where --device names none"
      : "by --device \(best.device.index)"
        + (usual.map { "; where none is named \($0) is used" } ?? "")
    return "\nuse \(best.device.line): \(reason) \(NumberText.fixed(rate, 0)) GFLOP/s; \(way)\n"
  }
}

extension DeviceCheckReport.Checked {
  /// Thousand million operations per second of the fastest family of convolutions; nil where none was timed.
  fileprivate var convolutionRate: Double? {
    families.filter { $0.family.hasPrefix("convolution, ") }.compactMap(\.gflops).max()
  }

  /// A table of the families, what is wrong, and a verdict.
  var text: String {
    var table = TextTable([
      ("", .left), ("FAMILY", .left), ("AGREES", .left), ("PROBLEMS", .right),
      ("WORST ERROR", .right), ("SPEED", .right), ("TIME", .right),
    ])
    for result in families {
      table.add([
        " ", result.family, result.verdictText, result.problems > 0 ? "\(result.problems)" : "",
        result.worstText, result.speedText,
        result.milliseconds > 0 ? "\(NumberText.fixed(result.milliseconds / 1e3, 1)) s" : "",
      ])
    }
    let faults = families.compactMap { result in
      result.fault.map { explanation(result, $0) }
    }
    return "\(device.line), driver \(driver)\n" + table.text() + faults.joined() + verdict
  }

  private var verdict: String {
    let seconds = NumberText.fixed(milliseconds / 1e3, 1)
    func count(_ verdict: SelfTestResult.Verdict) -> Int {
      families.count { $0.verdict == verdict }
    }
    var rest = ""
    if count(.unused) > 0 { rest += ", \(count(.unused)) not used on it" }
    if count(.skipped) > 0 { rest += ", \(count(.skipped)) not run" }
    let wrong = families.count(where: \.verdict.isFailure)
    if let failure {
      return "  FAILED: \(Self.indented(failure))\n"
    }
    if passed {
      return "  passed: \(count(.agrees)) families agree with the reference\(rest), \(seconds) s\n"
    }
    return
      "  FAILED: \(wrong) of \(families.count) families; \(count(.agrees)) agree with the "
      + "reference\(rest), \(seconds) s\n"
  }

  private func explanation(_ result: SelfTestResult, _ fault: SelfTestResult.Fault) -> String {
    var text = "  \(result.family), \(fault.problem):\n"
    text += "    \(Self.indented(fault.message))\n"
    if !fault.kernels.isEmpty {
      text += "    kernels: \(fault.kernels.joined(separator: ", "))\n"
    }
    return text + "    hint: \(hint(result, fault))\n"
  }

  private func hint(_ result: SelfTestResult, _ fault: SelfTestResult.Fault) -> String {
    let other = "another version of this driver (this is \(driver)) or another device may do"
    switch (result.verdict, fault.isRightUnoptimised) {
    case (.differs, true?):
      return
        "right with -cl-opt-disable, so the driver's compiler miscompiles the kernel when it "
        + "optimises; \(other)"
    case (.differs, false?):
      return
        "wrong with -cl-opt-disable too, so it is not the optimiser: a bug of the driver or of "
        + "Incept; `--format json` has the details for a report"
    case (.differs, nil):
      return "the kernel can't be built or run with -cl-opt-disable to compare; \(other)"
    case (.hangs, _): return "\(other); a slow device may need a second try, with built programs"
    default: return other
    }
  }

  /// Further lines of a message below its first.
  private static func indented(_ message: String) -> String {
    message.split(whereSeparator: \.isNewline).joined(separator: "\n      ")
  }
}

extension SelfTestResult {
  fileprivate var verdictText: String {
    switch verdict {
    case .agrees: "yes"
    case .differs: "NO"
    case .fails: "FAILS"
    case .crashes: "CRASHES"
    case .hangs: "HANGS"
    case .unused: "not used"
    case .skipped: "not run"
    }
  }

  /// The largest error next to the tolerance: `0.12`.
  fileprivate var worstText: String {
    guard let worst else { return "" }
    return worst < 1e3 ? NumberText.fixed(worst, 2) : NumberText.scientific(worst)
  }

  fileprivate var speedText: String {
    func rate(_ value: Double) -> String { NumberText.fixed(value, value < 10 ? 2 : 0) }
    if let gflops { return "\(rate(gflops)) GFLOP/s" }
    return gigabytesPerSecond.map { "\(rate($0)) GB/s" } ?? ""
  }
}
