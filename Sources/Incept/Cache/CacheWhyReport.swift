import DiskCache
import OpenCLBackend
import OpenCLRuntime
import Profiling

/// Which programs of a model are cached for a device, and why others would be built.
public struct CacheWhyReport: Report {
  /// `incept.cache/1`
  public private(set) var schema = "incept.cache/1"
  /// `why`
  public private(set) var action = "why"
  /// The cache's folder.
  public var folder: String
  /// The model's name.
  public var model: String
  /// The device.
  public var device: ReportedDevice
  /// The programs, in the order of the plan.
  public var programs: [Program]

  /// A program of the model's plan.
  public struct Program: Codable, Sendable, Hashable {
    /// The kernel and its compile-time values.
    public var name: String
    /// Number of launches that use it.
    public var launches: Int
    /// `cached`, `compiled` (by the driver, whose own cache has it), `absent`, `damaged` or `changed`.
    public var state: String
    /// Why it would be built; nil for a cached one.
    public var reason: String?
  }

  /// Looks at the cache for a model on a device. Nothing is built.
  public init(
    _ model: Model, for device: Device, batch: Int = 1,
    accuracy: Accuracy = .high, precision: Precision = .fp32, cache: CacheOptions
  ) throws(InceptError) {
    guard let store = cache.store else {
      throw InceptError(
        .usage, subject: "cache", expected: "expected a folder for it",
        found: "neither INCEPT_CACHE_DIR, XDG_CACHE_HOME nor HOME")
    }
    let info = try device.discovered()
    let graph = try model.optimised(model.shapes(batch: batch), outputs: [])
    let traits = DeviceTraits(info)
    var options = PlanOptions.informed(accuracy.planned, traits, store: TuningStore(for: info))
    options.precision = precision.planned
    let plan = try PlanBuilder.plan(graph, for: traits, options: options).chained()
    let loader = ProgramLoader(store: store, engine: version)
    let entries = store.items().compactMap(\.entry)
    folder = cache.folder ?? ""
    self.model = model.name
    self.device = device.reported
    programs = []
    var seen: [KernelSpecialization: Int] = [:]
    for launch in plan.launches {
      if let index = seen[launch.kernel] {
        programs[index].launches += 1
        continue
      }
      seen[launch.kernel] = programs.count
      let (state, reason) = Self.state(
        launch.kernel, try loader.key(launch.kernel, on: info), store, entries)
      programs.append(
        Program(name: launch.kernel.identity, launches: 1, state: state, reason: reason))
    }
  }

  private static func state(
    _ kernel: KernelSpecialization, _ key: ProgramKey, _ store: ProgramStore,
    _ entries: [ProgramEntry]
  ) -> (String, String?) {
    switch store.lookup(key) {
    case .found(let entry): return (entry.program.isEmpty ? "compiled" : "cached", nil)
    case .damaged:
      return ("damaged", "the entry is damaged, cut short or not this user's own")
    case .absent: break
    }
    // The entry that differs least says what changed.
    let differences = entries.filter { $0.name == kernel.identity }
      .map { key.differences(from: $0.key) }.min { $0.count < $1.count }
    guard let differences, !differences.isEmpty else {
      return ("absent", "not built yet, or pruned")
    }
    return ("changed", "another \(differences.joined(separator: ", ")) than the cached one")
  }

  /// The report for people.
  public func text() -> String {
    var table = TextTable([("", .left), ("launches", .right), ("program", .left)])
    for program in programs {
      let name = program.name.count <= 72 ? program.name : program.name.prefix(71) + "…"
      table.add([program.state, "\(program.launches)", name])
    }
    let cached = programs.count { $0.reason == nil }
    var text = "\(model) on \(device.line)\n" + table.text()
    text += "\(cached) of \(programs.count) programs are cached in \(folder)\n"
    for reason in Set(programs.compactMap(\.reason)).sorted() {
      let count = programs.count { $0.reason == reason }
      text += "\(count) would be built: \(reason)\n"
    }
    return text
  }
}
