import Foundation
import OpenCLBackend
import OpenCLRuntime
import Profiling

/// How kernel variants are chosen by measurement.
public struct TuneOptions: Sendable {
  /// Seconds that it may take, about.
  public var budget: Double
  /// Items per run.
  public var batch: Int
  /// Whether earlier results for the device and accuracy are forgotten first.
  public var restarts: Bool
  /// Asked between measurements whether to stop; what was measured is kept.
  public var isStopped: @Sendable () -> Bool

  /// Creates options.
  public init(
    budget: Double = 180, batch: Int = 1, restarts: Bool = false,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) {
    self.budget = max(0, budget)
    self.batch = max(1, batch)
    self.restarts = restarts
    self.isStopped = isStopped
  }
}

extension Session {
  /// Times the kernel variants that accept the network's problems, keeps the results in the cache folder and uses
  /// them from now on, as do later sessions.
  ///
  /// Goes on where the last call stopped. Results hold for the device, its driver, this version of Incept and the
  /// session's accuracy, and for every network with the same problems.
  ///
  /// - Throws: what preparing and running the network throws; a variant that fails is left out.
  public func tune(_ tuning: TuneOptions = TuneOptions()) throws(InceptError) -> TuneReport {
    let watch = Stopwatch()
    let seconds: @Sendable () -> Double = { watch.milliseconds / 1e3 }
    let accuracy = options.accuracy.planned
    let store = tuningStore
    if tuning.restarts { store.clear(accuracy) }

    let shapes = model.shapes(batch: tuning.batch)
    let network = try NetworkTuning(
      try model.optimised(shapes), on: backend,
      options: planOptions(tuned: nil), inputs: madeUpInputs(batch: tuning.batch)
    ) { step in reportPreparing(step) }
    let problems = try network.problems()
    var records = store.load(accuracy)
    var isSaved = true
    let tuner = Tuner(
      // The rest is for timing the whole network at the end.
      deadline: tuning.budget * 0.9, now: seconds, isStopped: tuning.isStopped
    ) { progress in
      let left = Int(max(0, tuning.budget - seconds()))
      self.report("tuning, at most \(left) s left", progress.done, of: progress.total)
    }
    let end = try tuner.run(problems, on: network, records: &records) { records in
      isSaved = store.save(records, accuracy) && isSaved
    }
    let rows = problems.map { TuneReport.Problem($0, records[$0.key]) }
    let isEnough = { end == .interrupted || tuning.isStopped() || seconds() >= tuning.budget }
    let times =
      isEnough() ? nil : try Self.compare(network, rows, isEnough: isEnough)
    forgetPrepared(tuning: watch.milliseconds)
    return TuneReport(
      model: model.reported, device: device.reported, accuracy: options.accuracy,
      batch: tuning.batch, budget: tuning.budget, elapsed: watch.milliseconds, end: end.rawValue,
      isSaved: isSaved, problems: rows, network: times)
  }

  /// Pairs of runs that the whole network is timed with, at most and at least.
  private static let pairs = (most: 20, least: 3)

  /// The network with default variants against that with the best ones, in turns.
  private static func compare(
    _ network: NetworkTuning, _ rows: [TuneReport.Problem], isEnough: () -> Bool
  ) throws(InceptError) -> TuneReport.Network? {
    let better = rows.filter { $0.best != $0.reference }
    guard !better.isEmpty else { return nil }
    let tuned = try network.executable(
      Dictionary(better.map { ($0.problem, $0.best) }, uniquingKeysWith: { first, _ in first }))
    try tuned.setInputs(network.inputs)
    func time(_ executable: Executable) throws(InceptError) -> Double {
      let watch = Stopwatch()
      try executable.runKernels()
      return watch.milliseconds
    }
    for executable in [network.reference, tuned] { _ = try time(executable) }
    var (before, after): ([Double], [Double]) = ([], [])
    while before.count < pairs.most, before.count < pairs.least || !isEnough() {
      before.append(try time(network.reference))
      after.append(try time(tuned))
    }
    return TuneReport.Network(
      reference: Statistics(before).median, tuned: Statistics(after).median,
      ratio: Statistics(zip(after, before).map { $0 / $1 }).median, pairs: before.count)
  }

  /// Adds what tuning found for the network of a report to a table of choices for devices of this kind, the file at
  /// `path`, which is made where there is none. Only problems that are decided are written.
  ///
  /// - Throws: `.badData` where the file is something else; `.cannotCreate`.
  public func exportTuning(_ report: TuneReport, to path: String) throws(InceptError) {
    var table = TuningTable()
    if FileManager.default.fileExists(atPath: path) {
      let bytes = try FileAccess.read(path: path, limit: 4 << 20)
      let data = Data(bytes: bytes.baseAddress, count: bytes.byteCount)
      guard let found = TuningTable(json: data) else {
        throw InceptError(
          .badData, subject: path, expected: "expected a table that `incept tune --export` wrote",
          found: "something else", hint: "name a file that isn't there yet")
      }
      table = found
    }
    let decided = report.problems.filter(\.isDecided).map { ($0.problem, $0.best) }
    table.add(
      Dictionary(decided, uniquingKeysWith: { first, _ in first }), for: backend.traits,
      report.accuracy.planned)
    guard let data = table.json() else { return }
    try TextFile.write(String(decoding: data, as: UTF8.self), to: path)
  }
}

extension TuneReport.Problem {
  init(_ problem: TuningProblem, _ record: TuningRecord?) {
    let choice = record?.choice ?? (variant: problem.reference, ratio: 1)
    self.init(
      problem: problem.key, layers: problem.nodes, reference: problem.reference,
      best: choice.variant, gain: 1 - choice.ratio, share: problem.share,
      isDecided: record?.isDone ?? false,
      candidates: problem.candidates.map { name in
        let count = record?.count(name) ?? 0
        let ratio = record?.median(name) ?? 1
        return TuneReport.Candidate(
          variant: name,
          ratio: count > 0 && ratio < TuningRecord.failed ? ratio : nil, measurements: count)
      })
  }
}

extension TuningStore {
  /// The store in the user's cache folder.
  init(for device: DeviceInfo) {
    self.init(cache: .find(), identity: TuningIdentity(device, engine: version))
  }
}
