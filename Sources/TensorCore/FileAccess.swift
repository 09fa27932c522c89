#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Reading whole files and writing them so that nothing half-written is ever left under the final name.
package enum FileAccess {
  /// The bytes of the file at `path`.
  ///
  /// Throws `.noInput` when there is no such file, `.ioError` when it can't be read, `.badData` when it has
  /// more than `limit` bytes. Pipes are read to their end; one that nobody writes to is not waited for.
  package static func read(path: String, limit: Int) throws(InceptError) -> TensorStorage {
    // Opening a pipe without a writer would wait for one.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw readError(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw readError(path) }
    if status.st_mode & S_IFMT == S_IFREG {
      let count = Int(status.st_size)
      guard count <= limit else { throw tooLarge(path, limit: limit) }
      return try TensorStorage(byteCount: count) { (bytes) throws(InceptError) in
        let filled = try fill(bytes, from: descriptor, path: path)
        guard filled == count else {
          throw InceptError(
            .ioError, subject: path, expected: "expected \(count) bytes", found: "\(filled)")
        }
      }
    }
    let isPipe = status.st_mode & S_IFMT == S_IFIFO
    let first = isPipe ? try awaitWriter(descriptor, path: path) : []
    return try readToEnd(descriptor, after: first, path: path, limit: limit)
  }

  /// Gives a pipe's writer a moment to come. Returns what had to be read to find out.
  private static func awaitWriter(
    _ descriptor: Int32, path: String
  ) throws(InceptError) -> [UInt8] {
    let milliseconds: Int32 = 1000
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wanted, 1, milliseconds) == 0 else { return [] }
    // Without data a pipe with a writer is not ready, and one without is at its end.
    var first: [UInt8] = [0]
    let got = first.withUnsafeMutableBytes { readOnce(descriptor, $0) }
    guard got <= 0 else { return Array(first[..<got]) }
    guard got < 0 else {
      throw InceptError(
        .ioError, subject: path, expected: "expected a readable file",
        found: "a pipe that nobody writes to")
    }
    return []
  }

  /// Waits until something can be read.
  private static func awaitBytes(_ descriptor: Int32) {
    var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = poll(&wanted, 1, -1)
  }

  private static func readToEnd(
    _ descriptor: Int32, after first: [UInt8], path: String, limit: Int
  ) throws(InceptError) -> TensorStorage {
    var collected = first
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { chunk.deallocate() }
    while true {
      let filled = try fill(chunk, from: descriptor, path: path)
      collected.append(contentsOf: chunk[..<filled])
      guard collected.count <= limit else { throw tooLarge(path, limit: limit) }
      if filled < chunk.count { break }
    }
    return TensorStorage(byteCount: collected.count) { $0.copyBytes(from: collected) }
  }

  /// Reads until `bytes` is full or the file ends; the number of bytes read.
  private static func fill(
    _ bytes: UnsafeMutableRawBufferPointer, from descriptor: Int32, path: String
  ) throws(InceptError) -> Int {
    var filled = 0
    while filled < bytes.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[filled...])
      let got = readOnce(descriptor, rest)
      if got < 0 {
        if errno == EINTR { continue }
        if errno == EAGAIN {
          awaitBytes(descriptor)
          continue
        }
        throw readError(path)
      }
      if got == 0 { break }
      filled += got
    }
    return filled
  }

  private static func readOnce(
    _ descriptor: Int32, _ bytes: UnsafeMutableRawBufferPointer
  ) -> Int {
    #if canImport(Glibc)
      Glibc.read(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      Musl.read(descriptor, bytes.baseAddress, bytes.count)
    #else
      Darwin.read(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  private static func readError(_ path: String) -> InceptError {
    let code = errno
    let missing = code == ENOENT || code == ENOTDIR
    return InceptError(
      missing ? .noInput : .ioError, subject: path,
      expected: missing ? "expected a file" : "expected a readable file", found: reason(code))
  }

  private static func tooLarge(_ path: String, limit: Int) -> InceptError {
    InceptError(.badData, subject: path, expected: "expected at most \(limit) bytes", found: "more")
  }

  private static func reason(_ code: Int32) -> String {
    strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }
}

extension FileAccess {
  /// A file that is being written.
  package struct Sink: ~Copyable {
    fileprivate let descriptor: Int32
    fileprivate let path: String

    /// Adds bytes to the file. Throws `.cannotCreate`.
    package borrowing func write(_ bytes: UnsafeRawBufferPointer) throws(InceptError) {
      try FileAccess.put([bytes], into: descriptor, path: path)
    }
  }

  /// Writes `parts` one after the other to a temporary file beside `path` and renames it to `path`.
  ///
  /// On failure nothing new is left behind and what was at `path` stays. A link is followed; something that
  /// is no regular file (a pipe, `/dev/null`) is written in place. Throws `.cannotCreate`.
  package static func write(
    _ parts: [UnsafeRawBufferPointer], to path: String
  ) throws(InceptError) {
    try stream(to: path) { (sink) throws(InceptError) in
      for part in parts { try sink.write(part) }
    }
  }

  /// Writes what `body` gives, piece by piece, as ``write(_:to:)`` does.
  package static func stream(
    to path: String, _ body: (borrowing Sink) throws(InceptError) -> Void
  ) throws(InceptError) {
    var status = stat()
    let exists = stat(path, &status) == 0
    if exists && status.st_mode & S_IFMT != S_IFREG {
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw writeError(path) }
      defer { close(descriptor) }
      return try body(Sink(descriptor: descriptor, path: path))
    }
    let target = exists ? resolved(path) : path
    let (descriptor, temporary) = try createBeside(target)
    do throws(InceptError) {
      do throws(InceptError) {
        try body(Sink(descriptor: descriptor, path: path))
      } catch {
        close(descriptor)
        throw error
      }
      guard close(descriptor) == 0, rename(temporary, target) == 0 else { throw writeError(path) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private static func resolved(_ path: String) -> String {
    guard let found = realpath(path, nil) else { return path }
    defer { free(found) }
    return String(cString: found)
  }

  private static func createBeside(
    _ target: String
  ) throws(InceptError) -> (descriptor: Int32, path: String) {
    let attempts = 16
    for _ in 0..<attempts {
      let temporary = "\(target).\(String(UInt32.random(in: .min ... .max), radix: 36)).tmp"
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (descriptor, temporary) }
      guard errno == EEXIST else { break }
    }
    throw writeError(target)
  }

  private static func put(
    _ parts: [UnsafeRawBufferPointer], into descriptor: Int32, path: String
  ) throws(InceptError) {
    for part in parts {
      var rest = part[...]
      while !rest.isEmpty {
        let window = UnsafeRawBufferPointer(rebasing: rest)
        let written = writeOnce(descriptor, window)
        if written < 0 {
          if errno == EINTR { continue }
          throw writeError(path)
        }
        rest = rest.dropFirst(written)
      }
    }
  }

  private static func writeOnce(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    #if canImport(Glibc)
      Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    #elseif canImport(Musl)
      Musl.write(descriptor, bytes.baseAddress, bytes.count)
    #else
      Darwin.write(descriptor, bytes.baseAddress, bytes.count)
    #endif
  }

  private static func writeError(_ path: String) -> InceptError {
    InceptError(
      .cannotCreate, subject: path, expected: "expected a file that can be written",
      found: reason(errno))
  }
}
