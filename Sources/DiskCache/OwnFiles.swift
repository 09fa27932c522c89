#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Files of the cache, which anybody may have changed meanwhile. Nothing here fails loudly: a file that can't be
/// had counts as not there.
enum OwnFiles {
  /// Size and last use of a file.
  struct Status {
    var byteCount: Int
    /// Seconds since 1970.
    var lastUse: Double
  }

  /// What has a name.
  enum Content {
    /// A file of the cache.
    case bytes([UInt8])
    /// Nothing.
    case absent
    /// A link, a pipe, what others may write, or more bytes than the limit.
    case unusable
  }

  /// The bytes of a regular file that this user owns and nobody else may write.
  ///
  /// Others may put a file in its place, or remove it, at any moment: what opening it finds is the answer.
  static func read(_ path: String, limit: Int, isUse: Bool = true) -> Content {
    // A pipe in the file's place must not be waited for.
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else {
      return errno == ENOENT || errno == ENOTDIR || !exists(path) ? .absent : .unusable
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
      status.st_uid == geteuid(), status.st_mode & 0o022 == 0, Int(status.st_size) <= limit
    else { return .unusable }
    let count = Int(status.st_size)
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      while filled < count, let base = buffer.baseAddress {
        let got = pread(descriptor, base + filled, count - filled, off_t(filled))
        if got < 0, errno == EINTR { continue }
        if got <= 0 { break }
        filled += got
      }
    }
    guard bytes.count == count else { return .unusable }
    if isUse { _ = futimens(descriptor, nil) }
    return .bytes(bytes)
  }

  /// Whether anything, be it only a link, has the name.
  private static func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
  }

  /// Names in a folder; empty where it can't be read.
  static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
        tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Size and last use; of a link, the link's own.
  static func status(_ path: String) -> Status? {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Status(
      byteCount: Int(status.st_size), lastUse: Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9)
  }

  /// Removes a file, or a link but not what it leads to.
  @discardableResult
  static func remove(_ path: String) -> Bool { unlink(path) == 0 }

  /// Makes a folder and those above it, for their owner only.
  static func makeFolder(_ path: String) -> Bool {
    if mkdir(path, 0o700) == 0 { return true }
    if errno == EEXIST { return true }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      return false
    }
    guard makeFolder(String(path[..<slash])) else { return false }
    return mkdir(path, 0o700) == 0 || errno == EEXIST
  }

  /// Whether files can be made in a folder.
  static func isWritable(_ folder: String) -> Bool { access(folder, W_OK | X_OK) == 0 }

  /// Puts a file in its place as a whole, over whatever has the name; false where that can't be done.
  static func write(_ bytes: [UInt8], to path: String, temporary: String) -> Bool {
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return false }
    let isWritten = bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count, let base = buffer.baseAddress {
        let written = pwrite(descriptor, base + done, buffer.count - done, off_t(done))
        if written < 0, errno == EINTR { continue }
        if written <= 0 { return false }
        done += written
      }
      return true
    }
    guard close(descriptor) == 0, isWritten, rename(temporary, path) == 0 else {
      unlink(temporary)
      return false
    }
    return true
  }

  /// Seconds since 1970.
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
