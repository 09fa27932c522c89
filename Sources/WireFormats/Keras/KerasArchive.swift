import TensorCore

/// A `.keras` file: a zip archive of the architecture, facts about its making, and weights in HDF5.
///
/// The weights are read in place where they are stored, as Keras stores them. Nothing of the archive is ever
/// unpacked to a file, and no entry but these three is read.
struct KerasArchive {
  /// Bytes of text that a description may have.
  static let textLimit = 16 << 20

  /// The architecture as JSON.
  let modelConfig: String
  /// What made the file, as JSON.
  let metadata: String
  /// The weights.
  let weights: HDF5File

  /// Reads the three parts. Throws `.badData` where one is missing, damaged or too large.
  init(_ file: MappedFile) throws(InceptError) {
    let archive = try ZipArchive(file)
    if archive.directory["model.weights.h5"] == nil, archive.directory["model.weights.json"] != nil
    {
      throw InceptError(
        .badData, subject: file.name, expected: "expected the weights in one part",
        found: "several, as max_shard_size makes them", hint: "save the model without sharding")
    }
    var text = KerasArchive.textLimit
    modelConfig = try KerasArchive.text("config.json", archive, file, &text)
    metadata = try KerasArchive.text("metadata.json", archive, file, &text)
    try archive.verify()
    // Weights hardly shrink, so what inflates to many times the file is not weights.
    var budget = 4 * file.bytes.count + 1 << 20
    let range = try KerasArchive.contents("model.weights.h5", archive, file, &budget)
    weights = try HDF5File(MappedFile(part: range, of: file, name: file.name))
  }

  private static func text(
    _ name: String, _ archive: ZipArchive, _ file: MappedFile, _ budget: inout Int
  ) throws(InceptError) -> String {
    guard let size = archive.directory[name]?.byteCount, size <= textLimit else {
      throw file.damagedZip(
        "expected an entry '\(name)' of at most \(textLimit) bytes",
        found: archive.directory[name].map { "\($0.byteCount)" } ?? "none")
    }
    let bytes = try contents(name, archive, file, &budget)
    guard let text = bytes.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else {
      throw file.damagedZip("expected '\(name)' in UTF-8", found: "other bytes")
    }
    return text
  }

  private static func contents(
    _ name: String, _ archive: ZipArchive, _ file: MappedFile, _ budget: inout Int
  ) throws(InceptError) -> ByteRange {
    guard let entry = archive.directory[name] else {
      throw file.damagedZip("expected an entry '\(name)'", found: "none")
    }
    return try archive.contents(of: entry, budget: &budget)
  }
}
