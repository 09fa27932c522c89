import Incept
import Synchronization

/// A line on standard error that says how far a download is; nothing where that is no terminal.
final class TransferLine: Sendable {
  private let isShown = Terminal.errorIsTerminal
  private let state = Mutex(State())

  private struct State {
    var isDrawn = false
    var drawn = ContinuousClock.now - .seconds(1)
    /// Bytes at some times of the last seconds, for the speed.
    var marks: [(time: ContinuousClock.Instant, bytes: Int)] = []
  }

  /// How often the line may change.
  private static let interval = Duration.milliseconds(100)
  /// What the speed is the mean of, in seconds.
  private static let memory = 5.0
  private static let width = 24

  /// Shows how far a download is.
  func show(_ progress: WeightFetch.Progress) {
    guard isShown else { return }
    state.withLock { state in
      let now = ContinuousClock.now
      guard now - state.drawn >= Self.interval || progress.received == progress.total else {
        return
      }
      state.drawn = now
      state.isDrawn = true
      if let last = state.marks.last, last.bytes > progress.received { state.marks = [] }
      state.marks.append((now, progress.received))
      state.marks.removeAll { (now - $0.time).seconds > Self.memory }
      Terminal.warn("\r\u{1B}[2K" + Self.text(progress, speed: Self.speed(state.marks)))
    }
  }

  /// Removes the line.
  func erase() {
    guard isShown else { return }
    state.withLock { state in
      if state.isDrawn { Terminal.warn("\r\u{1B}[2K") }
      state.isDrawn = false
    }
  }

  private static func speed(_ marks: [(time: ContinuousClock.Instant, bytes: Int)]) -> Double? {
    guard let first = marks.first, let last = marks.last else { return nil }
    let seconds = (last.time - first.time).seconds
    return seconds >= 0.5 ? Double(last.bytes - first.bytes) / seconds : nil
  }

  /// `googlenet-1378be20.pth [#####-----] 24.1 of 49.7 MiB, 5.3 MiB/s, 5 s left`
  static func text(_ progress: WeightFetch.Progress, speed: Double?) -> String {
    let received = mebibytes(progress.received)
    var text = TerminalText.line(progress.file)
    if let total = progress.total, total > 0 {
      let filled = min(width, Int(Double(width) * Double(progress.received) / Double(total)))
      let bar = String(repeating: "#", count: filled)
      let rest = String(repeating: "-", count: width - filled)
      text += " [\(bar)\(rest)] \(received) of \(mebibytes(total)) MiB"
    } else {
      text += " \(received) MiB"
    }
    if let waiting = progress.waiting { return text + ", " + TerminalText.line(waiting) }
    guard let speed else { return text }
    text += ", \(mebibytes(Int(speed))) MiB/s"
    if let total = progress.total, speed > 0, progress.received < total {
      text += ", \(duration(Double(total - progress.received) / speed)) left"
    }
    return text
  }

  /// `24.1`
  static func mebibytes(_ bytes: Int) -> String {
    let tenths = (bytes * 10 + 1 << 19) >> 20
    return "\(tenths / 10).\(tenths % 10)"
  }

  private static func duration(_ seconds: Double) -> String {
    seconds < 100
      ? "\(Int(seconds.rounded(.up))) s" : "\(Int(min(seconds / 60, 99_999).rounded(.up))) min"
  }
}

extension Duration {
  fileprivate var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
