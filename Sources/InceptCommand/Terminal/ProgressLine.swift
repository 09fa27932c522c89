import Foundation
import Incept
import Synchronization

/// A line on standard error that says what the command is busy with; nothing where that is no terminal.
final class ProgressLine: Sendable {
  private let isShown = Terminal.errorIsTerminal
  private let last = Mutex<(text: String, time: ContinuousClock.Instant?)>(("", nil))

  /// How often the line may change within one stage.
  private static let interval = Duration.milliseconds(50)

  /// What a session reports to; nil where nobody would see it.
  var handler: ProgressHandler? {
    guard isShown else { return nil }
    return { [self] step in show(step) }
  }

  /// Shows a step.
  func show(_ step: ProgressStep) {
    guard isShown else { return }
    let count = step.total > 0 ? " \(step.done)/\(step.total)" : ""
    let text = "\(step.stage)\(count)"
    last.withLock { last in
      let now = ContinuousClock.now
      let isNewStage = !last.text.hasPrefix(step.stage)
      if !isNewStage, let time = last.time, now - time < Self.interval, step.done < step.total {
        return
      }
      last = (text, now)
      Terminal.warn("\r\u{1B}[2K\(text)")
    }
  }

  /// Removes the line.
  func erase() {
    guard isShown else { return }
    last.withLock { last in
      if last.time != nil { Terminal.warn("\r\u{1B}[2K") }
      last = ("", nil)
    }
  }

  /// Runs `body` and removes the line afterwards, whatever happens.
  static func during<Result>(
    _ body: (ProgressLine) throws(InceptError) -> Result
  ) throws(InceptError) -> Result {
    let line = ProgressLine()
    defer { line.erase() }
    return try body(line)
  }
}
