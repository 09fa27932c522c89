import Foundation
import TensorCore

/// A regular file, mapped read-only. Tensors view the mapping instead of copying it, and keep it alive through
/// ``tensorStorage``.
///
/// The length is that of the moment of opening: as with every mapped file, another process that truncates the
/// file while it is in use ends this one.
package final class MappedFile: @unchecked Sendable {
  // SAFETY: the bytes are never written, and `owner` is only held, never used.

  /// The file's name as the user gave it; the subject of errors.
  package let name: String
  /// The whole file.
  package let bytes: UnsafeRawBufferPointer
  private let owner: AnyObject?
  /// Whether the bytes are a mapped file's.
  private let isMapped: Bool

  /// Maps the file at `path`.
  ///
  /// Throws `.noInput` where there is no such file and `.ioError` where it can't be read or is no regular file
  /// (directories, pipes and devices are refused without waiting for them).
  package init(path: String) throws(InceptError) {
    let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw MappedFile.failure(path, errno) }
    defer { close(descriptor) }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw MappedFile.failure(path, errno) }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw InceptError(
        .ioError, subject: path, expected: "expected a regular file",
        found: MappedFile.kind(information.st_mode))
    }
    name = path
    owner = nil
    isMapped = true
    let count = Int(information.st_size)
    guard count > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
    guard let address, address != MAP_FAILED else { throw MappedFile.failure(path, errno) }
    bytes = UnsafeRawBufferPointer(start: address, count: count)
  }

  /// Treats bytes in memory that live at least as long as `owner` as a file called `name`.
  package init(borrowing bytes: UnsafeRawBufferPointer, owner: AnyObject, name: String) {
    self.name = name
    self.bytes = bytes
    self.owner = owner
    isMapped = false
  }

  /// Treats part of a file's contents, in place or unpacked, as a file called `name`.
  init(part: ByteRange, of file: MappedFile, name: String) {
    self.name = name
    bytes = UnsafeRawBufferPointer(
      start: part.storage.baseAddress + part.offset, count: part.byteCount)
    owner = part.storage
    isMapped = part.isInPlace && file.isMapped
  }

  /// Treats a copy of `bytes` as a file called `name`.
  package convenience init(copying bytes: some Collection<UInt8>, name: String) {
    let storage = TensorStorage(byteCount: bytes.count) { $0.copyBytes(from: bytes) }
    self.init(
      borrowing: UnsafeRawBufferPointer(start: storage.baseAddress, count: bytes.count),
      owner: storage, name: name)
  }

  deinit {
    guard owner == nil, let address = bytes.baseAddress else { return }
    munmap(UnsafeMutableRawPointer(mutating: address), bytes.count)
  }

  /// A view of the whole file that keeps it mapped. What has been read of it is mapped memory of this process
  /// until it is released.
  package var tensorStorage: TensorStorage {
    isMapped
      ? TensorStorage(mappedFile: bytes, owner: self) : TensorStorage(borrowing: bytes, owner: self)
  }

  private static func failure(_ path: String, _ code: Int32) -> InceptError {
    let missing = code == ENOENT || code == ENOTDIR
    return InceptError(
      missing ? .noInput : .ioError, subject: path,
      expected: missing ? "expected a file" : "expected a readable file",
      found: missing ? "none" : String(cString: strerror(code)))
  }

  private static func kind(_ mode: mode_t) -> String {
    switch mode & S_IFMT {
    case S_IFDIR: "a directory"
    case S_IFIFO: "a pipe"
    case S_IFSOCK: "a socket"
    default: "a device"
    }
  }
}
