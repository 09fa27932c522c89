import Foundation
import TestSupport

/// One run of the built command on input that may do harm, with what it used.
struct MeasuredRun {
  /// The exit code; minus the signal's number for a command that a signal ended.
  let status: Int32
  let output: [UInt8]
  let error: String
  /// Processor time; unlike the clock it doesn't depend on what else the machine is busy with.
  let seconds: Double
  /// Resident bytes at their peak: what the kernel tells at the end or, where this process's own peak, which is counted in,
  /// hides that, the last that was seen on the way. Nil where nothing was seen either.
  let peakBytes: Int?

  /// Longest that a command may take by the clock before it is ended as hanging.
  private static let limit: Duration = .seconds(20)
  private static let pollMicroseconds: UInt32 = 2000
  /// What the command line promises for any input.
  static let mostSeconds = 5.0
  static let mostBytes = 1_000_000_000

  /// Runs the command.
  ///
  /// - Parameters:
  ///   - environment: Variables that are set besides those of the tests.
  ///   - shell: A line of shell that runs the command as `"$0" "$@"`, for streams and limits of its own.
  init(
    _ arguments: [String], environment: [String: String] = [:], shell: String? = nil
  ) throws {
    let scratch = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let out = scratch.appendingPathComponent("out")
    let err = scratch.appendingPathComponent("err")

    var variables = ProcessInfo.processInfo.environment
    variables["INCEPT_DEVICE"] = nil
    variables.merge(environment) { $1 }
    let prefix = shell.map { ["/bin/sh", "-c", "exec \($0)"] } ?? []
    let pid = try Self.spawn(
      prefix + [Incept.executable.path] + arguments,
      environment: variables.map { "\($0)=\($1)" }, output: out.path, error: err.path)

    var code: Int32 = 0
    var usage = rusage()
    let clock = ContinuousClock()
    let start = clock.now
    var seenBytes: Int?
    while true {
      seenBytes = Self.residentPeak(of: pid) ?? seenBytes
      let ended = wait4(pid, &code, WNOHANG, &usage)
      if ended == pid { break }
      guard ended == 0 || errno == EINTR else { throw NoSuchValue() }
      if clock.now - start > Self.limit { kill(pid, SIGKILL) }
      usleep(Self.pollMicroseconds)
    }
    let signal = code & 0x7F
    status = signal == 0 ? (code >> 8) & 0xFF : -signal
    seconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
    // A child starts in its parent's memory, whose peak counts as the child's.
    let peak = Int(usage.ru_maxrss) * 1024
    peakBytes = peak > Self.ownPeakBytes ? peak : seenBytes
    output = [UInt8](try Data(contentsOf: out))
    error = String(decoding: try Data(contentsOf: err), as: UTF8.self)
  }

  /// The most that a running process has had resident since it began its program.
  private static func residentPeak(of pid: pid_t) -> Int? {
    guard let text = try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first
    else { return nil }
    return Int(kilobytes).map { $0 * 1024 }
  }

  private static var ownPeakBytes: Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) * 1024
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1e6
  }

  private static func spawn(
    _ words: [String], environment: [String], output: String, error: String
  ) throws -> pid_t {
    var streams = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&streams)
    defer { posix_spawn_file_actions_destroy(&streams) }
    posix_spawn_file_actions_addopen(&streams, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    for (descriptor, path) in [(STDOUT_FILENO, output), (STDERR_FILENO, error)] {
      posix_spawn_file_actions_addopen(
        &streams, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    let arguments = words.map { strdup($0) }
    let variables = environment.map { strdup($0) }
    defer { (arguments + variables).forEach { free($0) } }
    var pid: pid_t = 0
    let failure = posix_spawn(
      &pid, words[0], &streams, nil, arguments + [nil], variables + [nil])
    guard failure == 0 else { throw NoSuchValue() }
    return pid
  }
}
