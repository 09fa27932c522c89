import Crypto
import TensorCore

/// Checksums of a file, taken while its bytes come in.
struct FileDigest {
  private var secure = SHA256()
  private var published: Insecure.MD5?

  /// Of no bytes yet. MD5 is taken too where it is what there is to compare with.
  init(for checksum: Checksum?) {
    if case .md5 = checksum { published = Insecure.MD5() }
  }

  /// Takes the next bytes.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    secure.update(bufferPointer: bytes)
    published?.update(bufferPointer: bytes)
  }

  /// SHA-256 of all bytes so far, in hexadecimal.
  var sha256: String { Checksum.hexadecimal(secure.finalize()) }

  /// What the bytes so far have where `checksum` is expected; nil where that is it.
  func difference(from checksum: Checksum) -> String? {
    switch checksum {
    case .sha256(let digits): return sha256 == digits ? nil : sha256
    case .sha256Prefix(let digits): return sha256.hasPrefix(digits) ? nil : sha256
    case .md5(let digits):
      guard let published else { return "no MD5" }
      let found = Checksum.hexadecimal(published.finalize())
      return found == digits ? nil : found
    }
  }
}
