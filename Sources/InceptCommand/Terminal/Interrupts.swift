import Foundation
import Synchronization

/// Ctrl-C for a command that can end early: the first one is counted, the second ends the process with 130.
///
/// SIGINT is waited for rather than handled: an OpenCL compiler in this process may take over the handler, and delete
/// its own temporary files in it while it goes on compiling.
final class Interrupts: Sendable {
  private let presses = Atomic(0)
  private let message: String

  /// How often Ctrl-C was pressed.
  var count: Int { presses.load(ordering: .relaxed) }

  /// Takes over SIGINT until the process ends. To be made before other threads are, which would be interrupted.
  ///
  /// - Parameter message: What a terminal is told after the first Ctrl-C.
  init(message: String) {
    self.message = message
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let thread = Thread { [self, signals] in
      while true { self.wait(signals) }
    }
    thread.start()
  }

  private func wait(_ signals: sigset_t) {
    var signals = signals
    var signal: Int32 = 0
    guard sigwait(&signals, &signal) == 0 else { return }
    // Without the handlers of `exit`: drivers' threads are still at work.
    if presses.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
    if Terminal.errorIsTerminal {
      Terminal.warn("\n\(message)\n")
    }
  }
}
