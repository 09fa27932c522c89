/// An error in the one form that every part of Incept uses: a subject, what was expected of it, what was
/// found, and what to do. Printed as `SUBJECT: EXPECTATION, found ACTUAL`.
public struct InceptError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of failure this is; decides the exit code (sysexits).
  public enum Category: Int32, Sendable, Hashable {
    /// A comparison failed.
    case mismatch = 1
    /// The command line is wrong.
    case usage = 64
    /// A model, weights or image file is bad.
    case badData = 65
    /// A named file does not exist.
    case noInput = 66
    /// No such device.
    case unavailable = 69
    /// A bug of ours.
    case software = 70
    /// A file can't be written.
    case cannotCreate = 73
    /// A file can't be read.
    case ioError = 74
  }

  /// The kind of failure.
  public var category: Category
  /// What the error is about: a file, a node (`conv2d 'Mixed_5b.branch1x1'`), a device.
  public var subject: String
  /// What was expected, as `expected weights [1, 1, 192, 64] (HWIO)`.
  public var expectation: String
  /// What was found instead, or nil where the expectation says it all.
  public var actual: String?
  /// What the user can do about it.
  public var hint: String?

  /// Creates an error.
  public init(
    _ category: Category, subject: String, expected expectation: String,
    found actual: String? = nil,
    hint: String? = nil
  ) {
    self.category = category
    self.subject = subject
    self.expectation = expectation
    self.actual = actual
    self.hint = hint
  }

  /// The same error about a more precise subject.
  public func about(_ subject: String) -> InceptError {
    var copy = self
    copy.subject = subject
    return copy
  }

  /// The error's one line, without the hint.
  public var description: String {
    let found = actual.map { ", found \($0)" } ?? ""
    return "\(subject): \(expectation)\(found)"
  }

  /// The process exit code of the error's category.
  public var exitCode: Int32 { category.rawValue }
}
