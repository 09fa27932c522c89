import Foundation
import Incept

/// Pictures on standard output, where that is a terminal that can show them.
enum TerminalPicture {
  /// How the terminal is told; nil where standard output is no terminal, or none that is known to show pictures.
  private static var pictures: TerminalPictures? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    return TerminalPictures(environment: ProcessInfo.processInfo.environment)
  }

  /// Whether ``show(_:)`` can show something.
  static var isPossible: Bool { pictures != nil }

  /// Throws `.usage` where no picture can be shown, to be called before a long computation.
  static func check() throws(InceptError) {
    guard !isPossible else { return }
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let term = ProcessInfo.processInfo.environment["TERM", default: ""]
    throw InceptError(
      .usage, subject: "--show",
      expected:
        "expected standard output to be a terminal that shows pictures (kitty, iTerm2 or sixel)",
      found: isTerminal ? "TERM=\(term)" : "none",
      hint: isTerminal
        ? "write a file with -o, or say what the terminal can: INCEPT_PICTURES=kitty, iterm2 or sixel"
        : "write a file with -o")
  }

  /// Shows a picture, made smaller where it is wider than the terminal.
  ///
  /// - Throws: `.usage` where none can be shown; `.cannotCreate` where it can't be written.
  static func show(_ picture: Picture) throws(InceptError) {
    try check()
    guard let pictures else { return }
    try Terminal.write(bytes: pictures.sequence(picture, fitting: width))
  }

  /// Pixels of a character, and characters of a line, where a terminal doesn't say.
  private static let characterWidth = 9
  private static let usualColumns = 80

  /// The terminal's width in pixels.
  private static var width: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 else {
      return characterWidth * usualColumns
    }
    if size.ws_xpixel > 0 { return Int(size.ws_xpixel) }
    return characterWidth * (size.ws_col > 0 ? Int(size.ws_col) : usualColumns)
  }
}
