import Foundation

/// A driver that the ICD loader was told about.
package struct ICDEntry: Sendable, Hashable {
  /// What became of the driver's library.
  package enum State: Sendable, Hashable {
    /// The library is in the process: its platforms, if any, are in the list.
    case loaded
    /// The library can be loaded, but offered no platform.
    case silent
    /// The library can't be loaded, and why.
    case failed(String)
  }

  /// Where the driver was named: the `.icd` file or the environment variable.
  package var source: String
  /// The library it names.
  package var library: String
  /// What became of it.
  package var state: State

  /// Creates a description.
  package init(source: String, library: String, state: State) {
    self.source = source
    self.library = library
    self.state = state
  }

  /// A line about a driver that gave nothing, or nil for one that works.
  package var note: String? {
    switch state {
    case .loaded: nil
    case .silent: "the driver \(library) (\(source)) loads but offers no platform"
    case .failed(let why): "the driver \(library) (\(source)) can't be loaded: \(why)"
    }
  }
}

/// The drivers installed for the ICD loader.
///
/// Follows libOpenCL(7) of ocl-icd: `OCL_ICD_VENDORS` is a folder, an `.icd` file or a library;
/// `OPENCL_VENDOR_PATH` replaces the folder `/etc/OpenCL/vendors`.
package enum ICDFiles {
  /// The folder that drivers are listed in where the environment says nothing.
  package static let defaultFolder = "/etc/OpenCL/vendors"

  /// Where the loader looks, for messages.
  package static func place(environment: [String: String]) -> String {
    if let vendors = nonEmpty(environment["OCL_ICD_VENDORS"]) { return vendors }
    return nonEmpty(environment["OPENCL_VENDOR_PATH"]) ?? defaultFolder
  }

  /// Every driver the loader was told about: where, and which library.
  package static func installed(environment: [String: String]) -> [(
    source: String, library: String
  )] {
    let folder = nonEmpty(environment["OPENCL_VENDOR_PATH"]) ?? defaultFolder
    guard let vendors = nonEmpty(environment["OCL_ICD_VENDORS"]) else { return list(folder) }
    if isFolder(vendors) { return list(vendors) }
    guard vendors.hasSuffix(".icd") else { return [("OCL_ICD_VENDORS", vendors)] }
    let inFolder = folder + "/" + vendors
    let file =
      !vendors.contains("/") && FileManager.default.fileExists(atPath: inFolder)
      ? inFolder : vendors
    return library(of: file).map { [(file, $0)] } ?? []
  }

  /// Installed drivers with what became of them. Call it after the loader has run.
  package static func inspect(environment: [String: String]) -> [ICDEntry] {
    installed(environment: environment).map { entry in
      ICDEntry(source: entry.source, library: entry.library, state: state(ofLibrary: entry.library))
    }
  }

  /// Whether a library is loaded, and if not, why not.
  package static func state(ofLibrary library: String) -> ICDEntry.State {
    if let resident = dlopen(library, RTLD_LAZY | RTLD_NOLOAD) {
      defer { dlclose(resident) }
      return isDriver(resident) ? .loaded : notADriver
    }
    // Stays open on purpose: drivers are not made to be unloaded.
    guard let handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL) else {
      return .failed(dlerror().map { String(cString: $0) } ?? "no reason given")
    }
    return isDriver(handle) ? .silent : notADriver
  }

  private static let notADriver = ICDEntry.State.failed("it is not an OpenCL driver")

  /// Whether a library has one of the two functions that the loader looks for.
  private static func isDriver(_ handle: UnsafeMutableRawPointer) -> Bool {
    dlsym(handle, "clGetExtensionFunctionAddress") != nil
      || dlsym(handle, "clIcdGetPlatformIDsKHR") != nil
  }

  private static func list(_ folder: String) -> [(source: String, library: String)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".icd") }.sorted().compactMap { name in
      let file = folder + "/" + name
      return library(of: file).map { (file, $0) }
    }
  }

  /// The library an `.icd` file names: its first line.
  private static func library(of file: String) -> String? {
    guard let handle = FileHandle(forReadingAtPath: file),
      let data = try? handle.read(upToCount: 4096)
    else { return nil }
    let line = String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first
    return nonEmpty(line?.trimmingCharacters(in: .whitespaces))
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }

  private static func nonEmpty(_ text: String?) -> String? {
    text.flatMap { $0.isEmpty ? nil : $0 }
  }
}
