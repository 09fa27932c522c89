import Foundation
import WireFormats

/// Bytes right before a page that can't be read, so that reading past them ends the process and not just
/// returns rubbish.
final class GuardedBytes: @unchecked Sendable {
  // SAFETY: written during `init` only.
  private let mapping: UnsafeMutableRawPointer
  private let mappedCount: Int
  let bytes: UnsafeRawBufferPointer

  init(_ contents: [UInt8]) throws {
    let page = Int(sysconf(Int32(_SC_PAGESIZE)))
    let readable = (contents.count + page - 1) / page * page
    mappedCount = readable + page
    let address = mmap(
      nil, mappedCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let address, address != MAP_FAILED,
      mprotect(address + readable, page, PROT_NONE) == 0
    else { throw CocoaError(.fileReadUnknown) }
    mapping = address
    let start = address + readable - contents.count
    UnsafeMutableRawBufferPointer(start: start, count: contents.count).copyBytes(from: contents)
    bytes = UnsafeRawBufferPointer(start: start, count: contents.count)
  }

  deinit { munmap(mapping, mappedCount) }

  /// The bytes as a file.
  func file(_ name: String = "guarded.pth") -> MappedFile {
    MappedFile(borrowing: bytes, owner: self, name: name)
  }
}
