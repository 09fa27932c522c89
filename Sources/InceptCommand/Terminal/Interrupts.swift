import Dispatch
import Foundation
import Synchronization

/// Ctrl-C for a command that can end early: the first one is counted, the second ends the process with 130. Holds as
/// long as the object lives.
final class Interrupts {
  /// How often Ctrl-C was pressed.
  final class Presses: Sendable {
    fileprivate let value = Atomic(0)

    /// The count.
    var count: Int { value.load(ordering: .relaxed) }
  }

  let presses = Presses()
  private let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())

  /// Takes over SIGINT.
  init() {
    signal(SIGINT, SIG_IGN)
    source.setEventHandler { [presses] in
      let count = presses.value.add(1, ordering: .relaxed).newValue
      // Without the handlers of `exit`: drivers' threads are still at work.
      if count > 1 { _exit(130) }
      if Terminal.errorIsTerminal {
        Terminal.warn("\nstopping after this measurement; Ctrl-C again stops at once\n")
      }
    }
    source.activate()
  }

  deinit {
    source.cancel()
    signal(SIGINT, SIG_DFL)
  }
}
