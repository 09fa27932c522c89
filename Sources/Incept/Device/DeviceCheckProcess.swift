import Foundation
import SelfTest

/// A process that checks one device, and what becomes of it. A driver that goes wrong takes that process with it, not this
/// one.
final class DeviceCheckProcess {
  /// What came next.
  enum Step {
    case event(DeviceCheckRequest.Event)
    /// The process ended by itself, with a signal's number or an exit code, and its last words.
    case ended(signal: Int32?, code: Int32, words: String)
    /// Nothing came for as long as was waited.
    case silent(words: String)
  }

  private let process = Process()
  private let output: FileHandle
  private let folder: String
  private var pending: [UInt8] = []
  private var isAtEnd = false

  /// Starts `command` on a request.
  ///
  /// - Throws: `.ioError` where that can't be done.
  init(_ command: String, _ request: DeviceCheckRequest) throws(InceptError) {
    folder = NSTemporaryDirectory() + "/incept-check-\(UUID().uuidString)"
    let pipe = Pipe()
    output = pipe.fileHandleForReading
    do {
      let files = FileManager.default
      try files.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      // Files rather than pipes: a full pipe would need a reader of its own.
      try JSONEncoder().encode(request).write(to: URL(fileURLWithPath: "\(folder)/request"))
      _ = files.createFile(atPath: "\(folder)/words", contents: nil)
      process.executableURL = URL(fileURLWithPath: command)
      process.arguments = [DeviceCheckRequest.subcommand]
      process.standardInput = FileHandle(forReadingAtPath: "\(folder)/request")
      process.standardOutput = pipe
      process.standardError = try FileHandle(
        forWritingTo: URL(fileURLWithPath: "\(folder)/words"))
      try process.run()
    } catch {
      try? FileManager.default.removeItem(atPath: folder)
      throw InceptError(
        .ioError, subject: command, expected: "expected to start it as a process that checks",
        found: "\(error.localizedDescription)")
    }
    try? pipe.fileHandleForWriting.close()
  }

  deinit {
    if process.isRunning {
      // What it started, as a driver's compiler, has its group.
      kill(-process.processIdentifier, SIGKILL)
      kill(process.processIdentifier, SIGKILL)
    }
    process.waitUntilExit()
    try? FileManager.default.removeItem(atPath: folder)
  }

  /// Waits for the next event, at most so many seconds.
  func next(within seconds: Double) -> Step {
    let deadline = Date(timeIntervalSinceNow: seconds)
    while true {
      while let end = pending.firstIndex(of: 0x0A) {
        let line = String(decoding: pending[..<end], as: UTF8.self)
        pending.removeFirst(end + 1)
        if let event = DeviceCheckRequest.Event(line: line) { return .event(event) }
      }
      // What a driver prints without end is not kept.
      if pending.count > Self.lineLimit { pending.removeAll() }
      if isAtEnd { return ended() }
      guard wait(until: deadline) else { return .silent(words: words()) }
    }
  }

  private static let lineLimit = 1 << 20

  /// Reads what is there; false where nothing came in time.
  private func wait(until deadline: Date) -> Bool {
    let left = deadline.timeIntervalSinceNow
    guard left > 0 else { return false }
    var wanted = pollfd(fd: output.fileDescriptor, events: Int16(POLLIN), revents: 0)
    let ready = poll(&wanted, 1, Int32(min(left * 1000 + 1, 1e9)))
    if ready < 0 { return errno == EINTR }
    guard ready > 0 else { return false }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let got = read(output.fileDescriptor, &bytes, bytes.count)
    if got > 0 { pending += bytes[..<got] } else { isAtEnd = true }
    return true
  }

  private func ended() -> Step {
    process.waitUntilExit()
    let isSignal = process.terminationReason == .uncaughtSignal
    return .ended(
      signal: isSignal ? process.terminationStatus : nil,
      code: isSignal ? 0 : process.terminationStatus, words: words())
  }

  /// The last lines that the process wrote to standard error.
  private func words() -> String {
    guard let file = FileHandle(forReadingAtPath: "\(folder)/words"),
      let size = try? file.seekToEnd(),
      (try? file.seek(toOffset: size - min(size, 4096))) != nil,
      let data = try? file.readToEnd()
    else { return "" }
    let lines = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.suffix(5).joined(separator: "\n")
  }
}
