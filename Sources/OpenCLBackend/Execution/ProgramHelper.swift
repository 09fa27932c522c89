import DiskCache
import Foundation
import OpenCLRuntime
import Synchronization
import TensorCore

/// A process of the `incept` command that compiles some programs of a plan into the driver's cache, for drivers that
/// use one core of a process only. Afterwards it goes on by itself at the lowest priority, to keep the programs in
/// our cache, which the next start is faster with.
///
/// Nothing depends on it: what it did not do, for whatever reason, is done in this process.
final class ProgramHelper: Sendable {
  /// Programs it was given.
  let count: Int
  private let process: Mutex<Process>
  private let output: FileHandle

  /// The subcommand that ``ProgramRequest`` is for.
  static let subcommand = "compile-programs"

  /// Starts `command` on a request; nil where that can't be done.
  init?(_ command: String, _ request: ProgramRequest) {
    count = request.programs.count
    // A file rather than a pipe, which would end this process if the helper went away while it is written to.
    let path = NSTemporaryDirectory() + "/incept-\(UUID().uuidString)"
    let pipe = Pipe()
    let process = Process()
    guard let text = try? JSONEncoder().encode(request),
      FileManager.default.createFile(
        atPath: path, contents: text, attributes: [.posixPermissions: 0o600])
    else { return nil }
    defer { try? FileManager.default.removeItem(atPath: path) }
    process.executableURL = URL(fileURLWithPath: command)
    process.arguments = [Self.subcommand]
    process.standardInput = FileHandle(forReadingAtPath: path)
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    // The reader must see the end when the helper closes its side.
    try? pipe.fileHandleForWriting.close()
    output = pipe.fileHandleForReading
    self.process = Mutex(process)
  }

  /// Waits until the helpers have compiled what they will, calling `done` with the number of programs that are.
  static func awaitPrograms(of helpers: [ProgramHelper], done: @Sendable (Int, Int) -> Void) {
    let total = helpers.reduce(0) { $0 + $1.count }
    let compiled = Mutex(0)
    DispatchQueue.concurrentPerform(iterations: helpers.count) { index in
      // The helper writes a byte for each program, and closes the stream.
      while let bytes = try? helpers[index].output.read(upToCount: 1), !bytes.isEmpty {
        let number = compiled.withLock { count in
          count += bytes.count
          return count
        }
        done(number, total)
      }
    }
  }

  /// Waits until the process has ended, and ends it after a deadline: on a busy machine the lowest priority may get
  /// nowhere. What it did not keep stays noted.
  func awaitEnd(until deadline: Date) {
    process.withLock { process in
      while process.isRunning, Date() < deadline { usleep(Self.pollMicroseconds) }
      if process.isRunning { process.terminate() }
      process.waitUntilExit()
    }
  }

  private static let pollMicroseconds: UInt32 = 20_000
}

extension BackendDevice {
  /// Starts processes that compile the plan's programs where the driver uses one core of a process and programs are
  /// missing from the cache; none elsewhere.
  func startHelpers(_ plan: Plan) -> [ProgramHelper] {
    guard info.compilesAtFirstLaunch, let store = loader.store, let helper = loader.helper,
      store.isWritable
    else { return [] }
    let missing = plan.firstLaunches().filter { index in
      let kernel = plan.launches[index].kernel
      guard !hasProgram(kernel), let key = try? loader.key(kernel, on: info) else { return false }
      if case .found = store.lookup(key) { return false }
      return true
    }
    let workers = min(traits.computeUnits, missing.count, Self.mostHelpers)
    guard workers > 0 else { return [] }
    // The long ones first, each to the worker with the least to do.
    let items = missing.compactMap { ProgramRequest.Item(plan, launch: $0) }
      .map { (item: $0, weight: $0.kernel.compileWeight) }.sorted { $0.weight > $1.weight }
    var shares = Array(repeating: (weight: 0, items: [ProgramRequest.Item]()), count: workers)
    for (item, weight) in items {
      let least = shares.indices.min { shares[$0].weight < shares[$1].weight } ?? 0
      shares[least].weight += weight
      shares[least].items.append(item)
    }
    let started = shares.filter { !$0.items.isEmpty }.compactMap { share in
      ProgramHelper(
        helper,
        ProgramRequest(
          deviceIndex: info.index, deviceName: info.name, folder: store.folder,
          limit: store.limit, engine: loader.engine,
          bufferBytes: max(plan.largestBufferBytes, plan.arenaBytes), programs: share.items))
    }
    helpers.withLock { $0 += started }
    return started
  }

  /// Whether processes were started that nobody waited for.
  package var hasHelpers: Bool { helpers.withLock { !$0.isEmpty } }

  /// Waits until no process works for this device, so that nothing is measured beside one.
  package func awaitHelpers() {
    let started = helpers.withLock { helpers in
      defer { helpers = [] }
      return helpers
    }
    let deadline = Date(timeIntervalSinceNow: Self.longestWait)
    for helper in started { helper.awaitEnd(until: deadline) }
  }

  /// Seconds that helpers get before something is measured.
  private static let longestWait = 20.0

  /// Beyond this starting processes costs more than it gains.
  private static let mostHelpers = 16
}

extension KernelSpecialization {
  /// How long it takes to compile, roughly, in units of the smallest kernels.
  var compileWeight: Int {
    switch file {
    case "conv2d_winograd.cl": 4
    case "conv2d_direct.cl": 2
    default: 1
    }
  }
}
