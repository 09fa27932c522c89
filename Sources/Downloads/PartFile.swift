import TensorCore

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A file that is there in part: `NAME.part`, locked while a process adds to it, with a ``PartNote`` beside it. It gets
/// its name when it is whole.
final class PartFile {
  /// Where the whole file goes.
  let destination: String
  /// The part's path.
  let path: String
  /// Bytes that are there.
  private(set) var count = 0
  /// Of the bytes that are there.
  private(set) var digest: FileDigest
  /// What is known about them.
  var note: PartNote? {
    didSet { if note != oldValue { note?.write(notePath) } }
  }

  private let descriptor: Int32
  private let checksum: Checksum?
  private var notePath: String { Self.notePath(destination) }

  /// The path of a destination's part.
  static func path(_ destination: String) -> String { "\(destination).part" }

  private static func notePath(_ destination: String) -> String { "\(destination).part.json" }

  /// Opens or makes a destination's part and locks it. Nil where another process has it.
  ///
  /// - Throws: `.cannotCreate` where there can be no such file.
  static func lock(_ destination: String, for checksum: Checksum?) throws(InceptError) -> PartFile?
  {
    let path = path(destination)
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o666)
      guard descriptor >= 0 else { throw writeError(path) }
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        let isTaken = errno == EWOULDBLOCK
        let error = writeError(path)
        close(descriptor)
        if isTaken { return nil }
        throw error
      }
      var locked = stat()
      var named = stat()
      guard fstat(descriptor, &locked) == 0, locked.st_mode & S_IFMT == S_IFREG else {
        close(descriptor)
        throw InceptError(
          .cannotCreate, subject: path, expected: "expected a regular file",
          found: "something else")
      }
      // Whoever had the lock may have given the file its name meanwhile.
      if stat(path, &named) == 0, named.st_ino == locked.st_ino, named.st_dev == locked.st_dev {
        return PartFile(destination, descriptor, checksum)
      }
      close(descriptor)
    }
  }

  private init(_ destination: String, _ descriptor: Int32, _ checksum: Checksum?) {
    self.destination = destination
    self.descriptor = descriptor
    self.checksum = checksum
    path = Self.path(destination)
    digest = FileDigest(for: checksum)
    note = PartNote.read(Self.notePath(destination))
  }

  deinit { close(descriptor) }

  /// Reads what an earlier process left, for the checksum. False where `isStopped` says so.
  func readBack(isStopped: () -> Bool) throws(InceptError) -> Bool {
    let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { chunk.deallocate() }
    while true {
      if isStopped() { return false }
      let got = pread(descriptor, chunk.baseAddress, chunk.count, off_t(count))
      if got < 0, errno == EINTR { continue }
      guard got >= 0 else {
        throw InceptError(
          .ioError, subject: path, expected: "expected a readable file", found: Self.reason())
      }
      if got == 0 { return true }
      digest.update(UnsafeRawBufferPointer(rebasing: chunk[..<got]))
      count += got
    }
  }

  /// Adds bytes at the end.
  ///
  /// - Throws: `.cannotCreate`, for a full disk among others; what was there stays.
  func append(_ bytes: UnsafeRawBufferPointer) throws(InceptError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let window = UnsafeRawBufferPointer(rebasing: rest)
      let written = pwrite(descriptor, window.baseAddress, window.count, off_t(count))
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { throw Self.writeError(path) }
      digest.update(UnsafeRawBufferPointer(rebasing: window[..<written]))
      count += written
      rest = rest.dropFirst(written)
    }
  }

  /// Forgets all bytes.
  func empty() throws(InceptError) {
    guard ftruncate(descriptor, 0) == 0 else { throw Self.writeError(path) }
    count = 0
    digest = FileDigest(for: checksum)
    note = nil
  }

  /// Gives the whole file its name, over whatever has it.
  func commit() throws(InceptError) {
    // A name must not outlive a loss of power that the bytes don't.
    guard fsync(descriptor) == 0, rename(path, destination) == 0 else {
      throw Self.writeError(destination)
    }
    unlink(notePath)
  }

  /// Removes the part.
  func discard() {
    unlink(path)
    unlink(notePath)
  }

  /// Bytes that the disk has room for; nil where that can't be told.
  var room: Int? {
    var status = statvfs()
    guard fstatvfs(descriptor, &status) == 0 else { return nil }
    let (bytes, overflow) = Int(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int(clamping: status.f_frsize))
    return overflow ? nil : bytes
  }

  /// The digest of the file at `path`, and its size; nil where there is none, or `isStopped`.
  static func digest(
    _ path: String, for checksum: Checksum?, isStopped: () -> Bool
  ) -> (digest: FileDigest, count: Int)? {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    let file = PartFile(path, descriptor, checksum)
    guard (try? file.readBack(isStopped: isStopped)) == true else { return nil }
    return (file.digest, file.count)
  }

  private static func writeError(_ path: String) -> InceptError {
    InceptError(
      .cannotCreate, subject: path, expected: "expected a file that can be written",
      found: reason())
  }

  private static func reason() -> String {
    let code = errno
    return strerror(code).map { String(cString: $0) } ?? "error \(code)"
  }
}
