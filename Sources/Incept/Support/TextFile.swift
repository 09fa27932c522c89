/// Text that goes to a file.
public enum TextFile {
  /// Writes `text` to a temporary file and renames it to `path`, so that the file appears whole or not at all.
  ///
  /// - Throws: `.cannotCreate`.
  public static func write(_ text: String, to path: String) throws(InceptError) {
    let bytes = Array(text.utf8)
    // `withUnsafeBytes` of arrays does not carry the error's type.
    try bytes.withUnsafeBufferPointer { (buffer) throws(InceptError) in
      try FileAccess.write([UnsafeRawBufferPointer(buffer)], to: path)
    }
  }
}
