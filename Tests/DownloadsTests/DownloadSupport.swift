import Crypto
import Downloads
import Foundation
import TensorCore
import TestSupport
import Testing

/// A file to be fetched.
struct Sample {
  let bytes: [UInt8]

  init(_ count: Int, seed: UInt64 = 1) {
    var random = RandomSource(seed: seed)
    bytes = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.int(in: 0...255)) }
  }

  var sha256: String { Checksum.hexadecimal(SHA256.hash(data: bytes)) }
  var md5: String { Checksum.hexadecimal(Insecure.MD5.hash(data: bytes)) }
}

/// A scratch folder that goes when the body ends.
func withFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("incept-download-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder.path)
}

/// Names of what a folder holds.
func names(_ folder: String) -> [String] {
  ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
}

func contents(_ path: String) -> [UInt8]? {
  (try? Data(contentsOf: URL(fileURLWithPath: path))).map { Array($0) }
}

func put(_ bytes: [UInt8], _ path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

extension Download {
  /// A download that gives up soon.
  static func impatient(
    _ url: String, _ path: String, _ checksum: Checksum? = nil, byteCount: Int? = nil
  ) -> Download {
    var download = Download(url: url, to: path, checksum: checksum, byteCount: byteCount)
    download.limits.stall = 0.5
    download.limits.pause = 0.01
    download.limits.longestPause = 0.05
    download.limits.attempts = 3
    return download
  }

  /// What becomes of it; nil, and an issue, for an error.
  func outcome() -> Outcome? {
    do throws(InceptError) {
      return try run()
    } catch {
      Issue.record(error)
      return nil
    }
  }

  /// The error that it ends with; nil where it doesn't.
  func failure() -> InceptError? {
    do throws(InceptError) {
      _ = try run()
      return nil
    } catch {
      return error
    }
  }
}

extension Download.Outcome {
  var fetched: Download.File? { if case .fetched(let file) = self { file } else { nil } }
  var present: Download.File? { if case .present(let file) = self { file } else { nil } }
}
