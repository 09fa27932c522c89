import Foundation
import Incept

/// The process's streams. Results go to standard output, everything else to standard error.
enum Terminal {
  /// Makes a reader that goes away (`| head`) end the process quietly, a limit on file sizes an error of writing
  /// like a full disk, and sees to it that no file is opened in place of a closed stream.
  static func prepare() {
    signal(SIGPIPE, SIG_DFL)
    signal(SIGXFSZ, SIG_IGN)
    // Descriptors are given from 0 up; writing to one that is open for reading fails, as to a closed one.
    while true {
      let descriptor = open("/dev/null", O_RDONLY)
      if descriptor > STDERR_FILENO { close(descriptor) }
      if descriptor < 0 || descriptor > STDERR_FILENO { break }
    }
  }

  /// Whether standard error is a terminal that understands control sequences.
  static var errorIsTerminal: Bool {
    isatty(STDERR_FILENO) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// Whether messages may have colours (no-color.org).
  private static var hasColour: Bool {
    errorIsTerminal && ProcessInfo.processInfo.environment["NO_COLOR", default: ""].isEmpty
  }

  /// Characters of a line where standard output is a terminal; nil where it is none, or doesn't say.
  static var width: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0,
      size.ws_col > 0
    else { return nil }
    return Int(size.ws_col)
  }

  /// Writes results to standard output.
  ///
  /// - Throws: `.cannotCreate` where they can't be written.
  static func write(_ text: String) throws(InceptError) {
    // Files hold names as they are; a terminal must not obey them.
    let text = isatty(STDOUT_FILENO) == 1 ? TerminalText.printable(text) : text
    try check(put(text, to: STDOUT_FILENO))
  }

  /// Writes bytes to standard output as they are.
  ///
  /// - Throws: `.cannotCreate` where they can't be written.
  static func write(bytes: [UInt8]) throws(InceptError) {
    try check(bytes.withUnsafeBufferPointer { put($0, to: STDOUT_FILENO) })
  }

  private static func check(_ code: Int32?) throws(InceptError) {
    guard let code else { return }
    // Whoever read has had enough.
    if code == EPIPE { exit() }
    throw InceptError(
      .cannotCreate, subject: "standard output", expected: "expected to write the results",
      found: String(cString: strerror(code)))
  }

  /// Writes results to the file at `path`, or to standard output without one.
  static func write(_ text: String, to path: String?) throws(InceptError) {
    guard let path else { return try write(text) }
    try TextFile.write(text, to: path)
  }

  /// Writes to standard error, as far as that is possible.
  static func warn(_ text: String) { _ = put(text, to: STDERR_FILENO) }

  /// Ends the process after success.
  static func exit() -> Never { Foundation.exit(0) }

  /// Ends the process after a comparison that was made and failed.
  static func exitAfterDisagreement() -> Never { Foundation.exit(1) }

  /// Ends the process after Ctrl-C, with everything saved or nothing left behind.
  static func exitAfterInterrupt() -> Never { Foundation.exit(130) }

  /// Ends the process with an error's message and exit code.
  static func exit(_ error: InceptError) -> Never {
    let (red, plain) = hasColour ? ("\u{1B}[1;31m", "\u{1B}[0m") : ("", "")
    warn("incept: \(red)error:\(plain) \(TerminalText.line(error))\n")
    if let hint = error.hint { warn("hint: \(TerminalText.line(hint))\n") }
    Foundation.exit(error.exitCode)
  }

  /// Writes everything; the error's number where that fails.
  private static func put(_ text: String, to descriptor: Int32) -> Int32? {
    var text = text
    return text.withUTF8 { put($0, to: descriptor) }
  }

  private static func put(_ bytes: UnsafeBufferPointer<UInt8>, to descriptor: Int32) -> Int32? {
    var rest = bytes[...]
    while !rest.isEmpty {
      let window = UnsafeBufferPointer(rebasing: rest)
      let written = Foundation.write(descriptor, window.baseAddress, window.count)
      if written < 0 {
        if errno == EINTR { continue }
        return errno
      }
      rest = rest.dropFirst(written)
    }
    return nil
  }
}
