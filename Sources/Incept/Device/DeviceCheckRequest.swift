import Foundation
import OpenCLBackend
import OpenCLRuntime
import SelfTest

/// What a process that checks a device is asked, as JSON on its standard input, and says, a line of JSON for each event on
/// its standard output. Both sides are of one version.
package struct DeviceCheckRequest: Codable, Sendable {
  /// The version of Incept.
  var engine: String
  /// `PLATFORM:DEVICE`.
  var deviceIndex: String
  /// The device's name.
  var deviceName: String
  /// The folder of the program cache; nil for none.
  var folder: String?
  /// The bound of the program cache in bytes.
  var limit: Int
  /// The families to run, in order.
  var families: [String]

  /// The subcommand that reads it.
  package static let subcommand = "check-device"
  /// What a line of ours begins with; drivers may print lines too.
  static let mark = "incept-check: "

  /// What happens.
  struct Event: Codable, Sendable {
    /// The family that runs; empty for the device as a whole.
    var family: String
    /// The problem that is about to run.
    var problem: String?
    /// What was found out about the family.
    var result: SelfTestResult?
    /// Why the device can't be opened.
    var failure: String?

    init(
      _ family: String, problem: String? = nil, result: SelfTestResult? = nil,
      failure: String? = nil
    ) {
      self.family = family
      self.problem = problem
      self.result = result
      self.failure = failure
    }

    /// Reads a line; nil for one that isn't ours.
    init?(line: some StringProtocol) {
      guard line.hasPrefix(DeviceCheckRequest.mark),
        let event = try? JSONDecoder().decode(
          Event.self, from: Data(line.dropFirst(DeviceCheckRequest.mark.count).utf8))
      else { return nil }
      self = event
    }

    /// The line.
    var line: String {
      let data = (try? JSONEncoder().encode(self)) ?? Data()
      return DeviceCheckRequest.mark + String(decoding: data, as: UTF8.self) + "\n"
    }
  }

  /// Every family: those of kernels, and the built-in network with its own weights.
  static func families() -> [SelfTestFamily] {
    SelfTestFamily.all + [
      SelfTestFamily(
        "digits_cnn", isArithmetic: true, speed: digits,
        problems: { () throws(InceptError) in [try digits()] })
    ]
  }

  @Sendable private static func digits() throws(InceptError) -> SelfTestProblem {
    let model = try Model.load("digits_cnn")
    let graph = try model.optimised(model.shapes(batch: 1), outputs: [])
    var feeds: [String: HostTensor] = [:]
    for input in model.inputs {
      let shape = Shape([1] + input.shape.dimensions.dropFirst())
      // A thick stroke: what the network was trained on, more or less.
      let values = (0..<shape.elementCount).map { index in
        let (row, column) = (index / 28, index % 28)
        return Float((4..<24).contains(row) && (12..<16).contains(column) ? 1 : 0)
      }
      feeds[input.name] = HostTensor(shape: shape, floats: values)
    }
    return SelfTestProblem(
      "digits_cnn", graph, feeds: feeds, tolerance: SelfTestProblem.loose)
  }

  // MARK: In the process that checks

  /// Does what a process of the same version asks for; anything else is ignored.
  ///
  /// - Parameter say: Writes text to standard output at once.
  package static func carryOut(_ data: Data, say: (String) -> Void) {
    guard data.count <= 1 << 20,
      let request = try? JSONDecoder().decode(DeviceCheckRequest.self, from: data),
      request.engine == version
    else { return }
    let devices = DeviceDiscovery.discover().devices.filter { $0.name == request.deviceName }
    guard let info = devices.first(where: { $0.index == request.deviceIndex }) ?? devices.first
    else { return say(Event("", failure: "the device is gone").line) }
    do throws(InceptError) {
      let cache = CacheOptions(folder: request.folder, limit: request.limit)
      let runner = try SelfTestRunner(
        info, loader: ProgramLoader(store: cache.store, engine: version))
      let families = families()
      for name in request.families {
        guard let family = families.first(where: { $0.name == name }) else { continue }
        say(Event(name, problem: "").line)
        let result = runner.run(family) { say(Event(name, problem: $0).line) }
        say(Event(name, result: result).line)
      }
    } catch {
      say(Event("", failure: "\(error)").line)
    }
  }
}
