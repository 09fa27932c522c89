import Profiling

/// What Netron shows of a model besides the model: a file that is opened after it. Netron reads a list of metrics, each
/// with a kind (`model`, `node`, `value`), the name of what it is about, and its own name and value.
struct NetronAttachment: Encodable {
  /// What Netron recognises such a file by.
  let signature = "netron:attachment"
  /// The numbers.
  private(set) var metrics: [Metric] = []

  /// One number of one thing.
  struct Metric: Encodable {
    let kind: String
    let target: String
    let name: String
    let value: Value
  }

  /// A number or a text.
  enum Value: Encodable {
    case count(Int), measure(Double), text(String)

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .count(let number): try container.encode(number)
      case .measure(let number): try container.encode(number)
      case .text(let text): try container.encode(text)
      }
    }
  }

  /// Adds what is known of one thing.
  mutating func add(_ kind: String, _ target: String, _ values: [(String, Value)]) {
    // Netron looks for the first line of a name.
    let target = target.split(separator: "\n", omittingEmptySubsequences: false).first ?? ""
    metrics += values.map {
      Metric(kind: kind, target: String(target), name: $0.0, value: $0.1)
    }
  }
}

extension Model {
  /// The network's metrics as Netron's attachment: multiply-adds, parameters and bytes of each of the file's nodes, and
  /// their times. Nodes without a name, or with that of another, have theirs with the value that they compute.
  ///
  /// - Throws: `.usage` where the model is no ONNX file, which Netron would know by other names.
  public func netronAttachment(
    batch: Int = 1, profile: StoredProfile? = nil
  ) throws(InceptError) -> String {
    guard let onnx else {
      throw InceptError(
        .usage, subject: name, expected: "expected an ONNX model for --format netron",
        found: "another format",
        hint:
          "Netron's attachments name the nodes of ONNX files; --format json has the same numbers")
    }
    let nodes = GraphReport(try requesting(shapes(batch: batch)), stage: .imported).nodes
    let times = try profile?.microseconds(nodes) ?? [:]
    let byName = Dictionary(nodes.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
    let named = Dictionary(onnx.origins.map { ($0.name, 1) }, uniquingKeysWith: +)
    var attachment = NetronAttachment()
    var total: [(String, NetronAttachment.Value)] = [
      ("macs", .count(Cost.sum(nodes.map(\.macs)))),
      ("operators", .count(nodes.count)),
    ]
    if !times.isEmpty {
      total.append(("time_us", .measure(Self.rounded(times.values.reduce(0, +)))))
    }
    attachment.add("model", "", total)
    for origin in onnx.origins {
      let own = origin.nodes.compactMap { byName[$0] }
      guard let last = own.last(where: { $0.name == origin.output }) ?? own.last else { continue }
      var values: [(String, NetronAttachment.Value)] = [
        ("macs", .count(Cost.sum(own.map(\.macs)))),
        ("parameters", .count(own.reduce(0) { $0 + $1.parameters })),
        ("output_bytes", .count(last.resultBytes)),
      ]
      let time = own.reduce(0) { $0 + (times[$1.name] ?? 0) }
      if time > 0 { values.append(("time_us", .measure(Self.rounded(time)))) }
      values.append(("operators", .text(own.map(\.brief).joined(separator: ", "))))
      let isOwnName = !origin.name.isEmpty && named[origin.name] == 1
      attachment.add(
        isOwnName ? "node" : "value", isOwnName ? origin.name : origin.output, values)
    }
    do {
      return try OrderedJSONEncoder.encode(attachment).text()
    } catch {
      throw InceptError(
        .software, subject: "attachment", expected: "expected values that JSON can hold",
        found: "\(error)")
    }
  }

  /// Tenths of a nanosecond say nothing.
  private static func rounded(_ microseconds: Double) -> Double {
    (microseconds * 1000).rounded() / 1000
  }
}

extension GraphReport.Node {
  /// Bytes of everything that it computes.
  var resultBytes: Int {
    results.reduce(0) { sum, result in
      sum + result.shape.reduce(ElementType(rawValue: result.type)?.byteCount ?? 4, *)
    }
  }
}
