import Profiling

/// What a command found out, as data. Encodes with the keys of the command line's JSON, in their order.
public protocol Report: Codable, Sendable {
  /// Names the kind and version of the document: `incept.run/1`.
  var schema: String { get }
}

extension Report {
  /// The report as a JSON document that starts with its schema. Numbers that are not finite become `null`.
  public func json() throws(InceptError) -> String {
    do {
      return try OrderedJSONEncoder.encode(self).text()
    } catch {
      throw InceptError(
        .software, subject: "report \(schema)", expected: "expected values that JSON can hold",
        found: "\(error)")
    }
  }
}

/// The model of a report.
public struct ReportedModel: Codable, Sendable, Hashable {
  /// The model's name: `inception_v3:torchvision`.
  public var name: String
  /// Where its weights are from: a file, `synthetic:SEED` for made-up ones, or `embedded`.
  public var weights: String

  /// Whether the weights are made up, so that only times mean anything.
  public var isSynthetic: Bool { weights.hasPrefix("synthetic") }

  /// `NAME, weights WEIGHTS`, saying what made-up weights are.
  public var line: String {
    "\(name), weights \(weights)" + (isSynthetic ? " (made up: only the times mean anything)" : "")
  }
}

/// The device of a report.
public struct ReportedDevice: Codable, Sendable, Hashable {
  /// `PLATFORM:DEVICE`, as `--device` takes it.
  public var index: String
  /// The device's name.
  public var name: String
  /// The platform's name.
  public var platform: String

  /// Names a device.
  package init(index: String, name: String, platform: String) {
    self.index = index
    self.name = name
    self.platform = platform
  }

  /// `INDEX NAME (PLATFORM)`
  public var line: String { "\(index) \(name) (\(platform))" }
}
