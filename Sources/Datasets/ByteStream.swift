import CZlib
import TensorCore
import WireFormats

/// A file's bytes in order, unpacked on the way where it is a gzip file. What is unpacked is never in memory as a whole.
final class ByteStream {
  /// The file, as it was named.
  let name: String
  /// Number of unpacked bytes that were read.
  private(set) var position = 0

  private let file: MappedFile
  private let inflater: UnsafeMutablePointer<z_stream>?
  private var consumed = 0
  private var isAtEnd = false

  /// Opens a file.
  ///
  /// - Throws: `.noInput`, `.ioError`.
  convenience init(path: String) throws(InceptError) {
    try self.init(MappedFile(path: path))
  }

  /// Reads an open file.
  init(_ file: MappedFile) throws(InceptError) {
    self.file = file
    name = file.name
    guard file.bytes.starts(with: [0x1F, 0x8B]) else {
      inflater = nil
      return
    }
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // 15 bits of window, and gzip's header rather than zlib's.
    let status = inflateInit2_(
      stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard status == Z_OK else {
      stream.deallocate()
      throw InceptError(
        .software, subject: name, expected: "expected zlib to start", found: "status \(status)")
    }
    inflater = stream
  }

  deinit {
    guard let inflater else { return }
    inflateEnd(inflater)
    inflater.deallocate()
  }

  /// Whether the file is a gzip file.
  var isPacked: Bool { inflater != nil }

  /// The file's bytes as they are.
  var raw: UnsafeRawBufferPointer { file.bytes }

  /// Fills `buffer`, or as much of it as the file has; the number of bytes.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(InceptError) -> Int {
    var filled = 0
    if let inflater {
      while filled < buffer.count, !isAtEnd {
        let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
        filled += try inflate(with: inflater, into: rest)
      }
    } else {
      filled = min(buffer.count, file.bytes.count - consumed)
      buffer.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: file.bytes[consumed..<(consumed + filled)]))
      consumed += filled
    }
    position += filled
    return filled
  }

  /// The next bytes, at most `count`.
  func bytes(_ count: Int) throws(InceptError) -> [UInt8] {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16)
    defer { room.deallocate() }
    let filled = try read(into: room)
    return Array(room[..<filled])
  }

  private func inflate(
    with stream: UnsafeMutablePointer<z_stream>, into room: UnsafeMutableRawBufferPointer
  ) throws(InceptError) -> Int {
    // zlib counts in 32 bits.
    let step = 1 << 30
    let available = min(file.bytes.count - consumed, step)
    let wanted = min(room.count, step)
    let input = file.bytes.baseAddress.map { $0 + consumed }
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: input?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(available)
    stream.pointee.next_out = room.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(wanted)
    let status = CZlib.inflate(stream, Z_NO_FLUSH)
    consumed += available - Int(stream.pointee.avail_in)
    let made = wanted - Int(stream.pointee.avail_out)
    switch status {
    case Z_OK where made > 0 || stream.pointee.avail_in < UInt32(available): break
    case Z_STREAM_END:
      // What follows is another member, as `cat a.gz b.gz` makes them; zeros may fill up a block.
      let rest = file.bytes[consumed...]
      if rest.starts(with: [0x1F, 0x8B]) {
        inflateReset(stream)
      } else if rest.allSatisfy({ $0 == 0 }) {
        isAtEnd = true
      } else {
        throw damaged("expected nothing behind the gzip stream", "\(rest.count) bytes")
      }
    case Z_OK, Z_BUF_ERROR:
      throw damaged("expected a whole gzip stream", "the file's end")
    default:
      throw damaged("expected a sound gzip stream", "damaged data")
    }
    return made
  }

  private func damaged(_ expectation: String, _ found: String) -> InceptError {
    InceptError(
      .badData, subject: name, expected: expectation, found: "\(found) at byte \(consumed)")
  }
}
