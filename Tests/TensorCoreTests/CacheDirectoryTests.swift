import Foundation
import TensorCore
import Testing

@Suite("the cache folder")
struct CacheDirectoryTests {
  @Test("comes from INCEPT_CACHE_DIR, XDG_CACHE_HOME or HOME, in this order")
  func lookup() {
    func find(_ environment: [String: String]) -> String? {
      CacheDirectory.find { environment[$0] }?.path
    }
    let home = ["HOME": "/home/a"]
    let shared = home.merging(["XDG_CACHE_HOME": "/x"]) { $1 }
    #expect(find(shared.merging(["INCEPT_CACHE_DIR": "own"]) { $1 }) == "own")
    #expect(find(shared) == "/x/incept")
    #expect(find(home) == "/home/a/.cache/incept")
    #expect(find([:]) == nil)
  }

  @Test("empty and relative values are passed over")
  func useless() {
    let environment = ["INCEPT_CACHE_DIR": "", "XDG_CACHE_HOME": "relative", "HOME": "/h"]
    #expect(CacheDirectory.find { environment[$0] }?.path == "/h/.cache/incept")
    #expect(CacheDirectory.find { $0 == "HOME" ? "" : nil } == nil)
  }

  @Test("a folder is made with those above it, and refused in silence where that fails")
  func making() throws {
    let root = FileManager.default.temporaryDirectory
      .appendingPathComponent("incept-cache-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: root) }
    let cache = CacheDirectory(path: "\(root)/deep/cache")
    let made = try #require(cache.makeFolder("tuning"))
    #expect(made == "\(root)/deep/cache/tuning")
    #expect(FileManager.default.fileExists(atPath: made))
    #expect(cache.makeFolder("tuning") == made)
    #expect(CacheDirectory(path: "/dev/null/cache").makeFolder("tuning") == nil)
  }
}
