import TensorCore

/// The lines of a stream, one after the other, none longer than ``DatasetLimits/lineBytes``.
struct LineReader: ~Copyable {
  /// Number of the last line, from 1.
  private(set) var number = 0

  private let stream: ByteStream
  private let limit: Int
  private var buffer: UnsafeMutableRawBufferPointer
  private var start = 0
  private var end = 0
  private var isAtEnd = false

  init(_ stream: ByteStream, limit: Int = DatasetLimits.lineBytes) {
    self.stream = stream
    self.limit = limit
    buffer = .allocate(byteCount: 1 << 18, alignment: 16)
  }

  deinit { buffer.deallocate() }

  /// Calls `body` with the next line, without what ended it, and its number; false where there is none.
  mutating func next(
    _ body: (UnsafeRawBufferPointer, Int) throws(InceptError) -> Void
  ) throws(InceptError) -> Bool {
    var searched = 0
    while true {
      let rest = UnsafeRawBufferPointer(rebasing: buffer[(start + searched)..<end])
      if let found = rest.firstIndex(of: 0x0A) {
        let lineEnd = start + searched + found
        try pass(lineEnd, to: body)
        start = lineEnd + 1
        return true
      }
      searched = end - start
      if isAtEnd {
        guard searched > 0 else { return false }
        try pass(end, to: body)
        start = end
        return true
      }
      try fill()
    }
  }

  private mutating func pass(
    _ lineEnd: Int, to body: (UnsafeRawBufferPointer, Int) throws(InceptError) -> Void
  ) throws(InceptError) {
    number += 1
    let hasReturn = lineEnd > start && buffer[lineEnd - 1] == 0x0D
    try body(
      UnsafeRawBufferPointer(rebasing: buffer[start..<(hasReturn ? lineEnd - 1 : lineEnd)]), number)
  }

  /// Makes room and reads on.
  private mutating func fill() throws(InceptError) {
    let kept = end - start
    guard kept <= limit else {
      throw InceptError(
        .badData, subject: "\(stream.name), line \(number + 1)",
        expected: "expected a line of at most \(limit) bytes", found: "a longer one")
    }
    if kept * 2 > buffer.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(
        byteCount: buffer.count * 2, alignment: 16)
      larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
      buffer.deallocate()
      buffer = larger
    } else if start > 0, kept > 0 {
      // The regions may overlap.
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
    }
    (start, end) = (0, kept)
    let room = UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
    let count = try stream.read(into: room)
    isAtEnd = count < room.count
    end += count
  }
}
