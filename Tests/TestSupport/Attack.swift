import TensorCore
import Testing

/// What must become of a file that is made to do harm: an error in the agreed form, soon and with little memory.
package enum Attack {
  /// The most processor time that reading may take.
  package static let mostSeconds = 1.0
  /// The most memory that the process may have had more than before, where it does nothing else.
  package static let mostBytes = 1 << 30

  /// Reads, which must throw an error that says what it is about, what was expected and what was found.
  @discardableResult
  package static func refused(
    _ what: String, _ categories: Set<InceptError.Category> = [.badData],
    location: SourceLocation = #_sourceLocation, _ read: () throws -> Void
  ) -> InceptError? {
    let comment = Comment(rawValue: what)
    var error: InceptError?
    thrifty(what, location) {
      error = #expect(throws: InceptError.self, comment, sourceLocation: location) { try read() }
    }
    guard let error else { return nil }
    let described = Comment(rawValue: "\(what): \(error)")
    #expect(categories.contains(error.category), described, sourceLocation: location)
    #expect(!error.subject.isEmpty, described, sourceLocation: location)
    #expect(error.expectation.hasPrefix("expected "), described, sourceLocation: location)
    #expect(error.actual != "", described, sourceLocation: location)
    return error
  }

  /// Reads, which may as well succeed, in time and memory.
  package static func survived(
    _ what: String, location: SourceLocation = #_sourceLocation, _ read: () throws -> Void
  ) {
    thrifty(what, location) {
      do {
        try read()
      } catch let error as InceptError {
        #expect(error.category != .software, "\(what): \(error)", sourceLocation: location)
      } catch {
        Issue.record("\(what): \(error)", sourceLocation: location)
      }
    }
  }

  /// Checks time, and memory where nothing else runs.
  private static func thrifty(_ what: String, _ location: SourceLocation, _ body: () -> Void) {
    let start = ProcessorTime.ofThread
    let growth: Int?
    if PeakMemory.isMeaningful {
      growth = PeakMemory.growth(during: body)
    } else {
      body()
      growth = nil
    }
    let seconds = ProcessorTime.ofThread - start
    #expect(seconds < mostSeconds, "\(what): \(seconds) s", sourceLocation: location)
    if let growth {
      #expect(growth < mostBytes, "\(what): \(growth >> 20) MiB", sourceLocation: location)
    }
  }
}
