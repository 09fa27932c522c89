import TestSupport

/// What `device-suite` was asked for.
struct Options {
  /// Which forms of the kernels run.
  enum Forms: String {
    /// The device's own.
    case native
    /// All of them.
    case all
  }

  /// `--forms`.
  var forms = Forms.all
  /// `--max-work N`: samples of at most so many multiply-adds.
  var maxWork = Int.max
  /// `--filter TEXT`: samples whose name contains one of the texts; empty for all.
  var filters: [String] = []
  /// `--representative`: the device's own form, too, runs the representative samples only.
  var representativeOnly = false
  /// `--require-coverage`: a kernel that no sample launched is a failure.
  var requiresCoverage = false
  /// `--skip-list FILE`.
  var skipList: String?
  /// `--chains`: chains of launches also where the device does not promise what they need.
  var forcesChains = false
  /// `--list`: print the samples and run none.
  var lists = false
  /// `--verbose`: say the name of each sample before it runs, so that a crash has a name.
  var isVerbose = false

  static let usage = """
    usage: device-suite [--forms native|all] [--max-work N] [--filter TEXT]... [--representative]
                        [--require-coverage] [--skip-list FILE] [--chains] [--list]
                        [--verbose]

    Solves the sample problems of every operator on every OpenCL device found and compares with the reference.
    """

  /// Reads the arguments behind the command's name; nil where they are wrong.
  init?(_ arguments: [String]) {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      switch argument {
      case "--representative": representativeOnly = true
      case "--require-coverage": requiresCoverage = true
      case "--list": lists = true
      case "--chains": forcesChains = true
      case "--verbose": isVerbose = true
      case "--forms", "--max-work", "--filter", "--skip-list":
        guard let value = rest.popFirst(), set(argument, value) else { return nil }
      default: return nil
      }
    }
  }

  /// Whether a sample is small enough and has one of the names asked for.
  func includes(_ sample: OperatorSample) -> Bool {
    admits(sample.name) && (maxWork == Int.max || sample.work <= maxWork)
  }

  /// Whether a sample of this name is asked for.
  func admits(_ name: String) -> Bool {
    filters.isEmpty || filters.contains { name.contains($0) }
  }

  private mutating func set(_ name: String, _ value: String) -> Bool {
    switch name {
    case "--forms":
      guard let forms = Forms(rawValue: value) else { return false }
      self.forms = forms
    case "--max-work":
      guard let work = Int(value), work > 0 else { return false }
      maxWork = work
    case "--filter": filters.append(value)
    default: skipList = value
    }
    return true
  }
}
