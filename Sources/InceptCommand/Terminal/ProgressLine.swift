import Foundation
import Incept
import Synchronization

/// A line on standard error that says what the command is busy with; nothing where that is no terminal.
final class ProgressLine: Sendable {
  private let isShown = Terminal.errorIsTerminal
  private let last = Mutex<(text: String, time: ContinuousClock.Instant?)>(("", nil))
  private let stage = Mutex<(name: String, start: ContinuousClock.Instant)>(("", .now))

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
    let text = "\(step.stage)\(count)\(estimate(step))"
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

  /// What is left of a stage if it goes on as it went, once that can be told: `, about 3 s left`.
  private func estimate(_ step: ProgressStep) -> String {
    let spent = stage.withLock { stage in
      if stage.name != step.stage { stage = (step.stage, .now) }
      let (seconds, attoseconds) = (ContinuousClock.now - stage.start).components
      return Double(seconds) + Double(attoseconds) * 1e-18
    }
    guard step.done > 1, step.done < step.total, spent > Self.estimateAfter else { return "" }
    let left = spent / Double(step.done) * Double(step.total - step.done)
    return left < 1 ? "" : ", about \(Int(left.rounded(.up))) s left"
  }

  /// Seconds before a stage's speed says anything.
  private static let estimateAfter = 0.3

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
