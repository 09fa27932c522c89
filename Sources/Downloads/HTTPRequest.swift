import CCurl
import TensorCore

/// A GET request for a file or a part of one.
struct HTTPRequest {
  var url: String
  var userAgent: String
  /// The first byte that is wanted; 0 asks for the whole file.
  var start = 0
  /// Makes the server send the whole file where it has another version than this.
  var validator: String?
  /// File with the certificates of authorities, in place of the system's.
  var authorities: String?
  var connectTimeout: Double

  /// How it went, and what the library says about it.
  struct Result {
    var outcome: incept_http_outcome
    var message: String
  }

  /// Why there is no HTTP; nil where there is.
  static var unavailable: String? { incept_http_unavailable().map { String(cString: $0) } }

  /// Who hears of a response. Functions return false to stop.
  protocol Listener: AnyObject {
    /// A header line, also of redirects.
    func header(_ line: UnsafeRawBufferPointer) -> Bool
    /// Bytes of the body.
    func body(_ bytes: UnsafeRawBufferPointer) -> Bool
    /// Some tenth of a second has passed.
    func tick() -> Bool
  }

  /// Carries the request out on this thread.
  func perform(_ listener: some Listener) -> Result {
    let box = Box(listener)
    return withExtendedLifetime(box) {
      withTexts([
        url, userAgent, start > 0 ? "\(start)-" : nil,
        start > 0 ? validator.map { "If-Range: \($0)" } : nil, authorities,
      ]) { texts in
        var request = incept_http_request()
        request.url = texts[0]
        request.user_agent = texts[1]
        request.range = texts[2]
        request.extra_header = texts[3]
        request.authorities = texts[4]
        request.allows_http = url.lowercased().hasPrefix("http:") ? 1 : 0
        request.max_redirects = Self.maxRedirects
        request.connect_timeout_ms = Int(connectTimeout * 1000)
        request.context = Unmanaged.passUnretained(box).toOpaque()
        request.on_header = { context, line, count in
          Box.from(context)?.listener.header(UnsafeRawBufferPointer(start: line, count: count))
            == true ? 0 : 1
        }
        request.on_body = { context, bytes, count in
          Box.from(context)?.listener.body(UnsafeRawBufferPointer(start: bytes, count: count))
            == true ? 0 : 1
        }
        request.on_tick = { context in Box.from(context)?.listener.tick() == true ? 0 : 1 }
        var message = [CChar](repeating: 0, count: 512)
        let outcome = incept_http_get(&request, &message, message.count)
        let text = message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return Result(outcome: outcome, message: String(decoding: text, as: UTF8.self))
      }
    }
  }

  private static let maxRedirects = 10

  private final class Box {
    let listener: any Listener

    init(_ listener: any Listener) { self.listener = listener }

    static func from(_ context: UnsafeMutableRawPointer?) -> Box? {
      context.map { Unmanaged<Box>.fromOpaque($0).takeUnretainedValue() }
    }
  }

  /// Texts as C has them, while `body` runs.
  private func withTexts<Value>(
    _ texts: [String?], _ body: ([UnsafePointer<CChar>?]) -> Value
  ) -> Value {
    func next(_ made: [UnsafePointer<CChar>?]) -> Value {
      guard made.count < texts.count else { return body(made) }
      guard let text = texts[made.count] else { return next(made + [nil]) }
      return text.withCString { next(made + [$0]) }
    }
    return next([])
  }
}
