#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The folder for what can be made again: built programs, results of tuning, downloads.
///
///     let folder = CacheDirectory.find()?.makeFolder("tuning")
package struct CacheDirectory: Hashable, Sendable {
  /// The folder, which need not exist yet.
  package let path: String

  /// A folder at an absolute or relative path.
  package init(path: String) { self.path = path }

  /// The folder that the user's environment asks for: `INCEPT_CACHE_DIR`, else `incept` in `XDG_CACHE_HOME`, else
  /// `.cache/incept` in `HOME`; nil where none of them is set. A relative `XDG_CACHE_HOME` is ignored, as its
  /// specification demands.
  ///
  /// - Parameter variable: Looks up a variable of the environment.
  package static func find(
    _ variable: (String) -> String? = environmentVariable
  ) -> CacheDirectory? {
    if let own = variable("INCEPT_CACHE_DIR"), !own.isEmpty { return CacheDirectory(path: own) }
    if let shared = variable("XDG_CACHE_HOME"), shared.hasPrefix("/") {
      return CacheDirectory(path: "\(shared)/incept")
    }
    guard let home = variable("HOME"), home.hasPrefix("/") else { return nil }
    return CacheDirectory(path: "\(home)/.cache/incept")
  }

  /// A variable of this process's environment.
  package static func environmentVariable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The part of the cache called `name`: `programs`, `tuning`. Nothing is made.
  package func folder(_ name: String) -> String { "\(path)/\(name)" }

  /// Makes a part of the cache where it isn't there yet; only its owner may read it.
  ///
  /// - Returns: Its path, or nil where it can't be made: a cache is never a reason to fail.
  package func makeFolder(_ name: String) -> String? {
    let folder = folder(name)
    for end in folder.indices.dropFirst().filter({ folder[$0] == "/" }) + [folder.endIndex] {
      mkdir(String(folder[..<end]), 0o700)
    }
    var status = stat()
    return stat(folder, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR ? folder : nil
  }
}
