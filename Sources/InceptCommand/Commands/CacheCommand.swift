import ArgumentParser
import Incept

/// `incept cache`
struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Look at and tidy up what is kept between runs.",
    discussion: """
      Built programs, tuning results and measured peaks are kept in INCEPT_CACHE_DIR, else \
      $XDG_CACHE_HOME/incept, else ~/.cache/incept. Programs not used for longest go when there are more than INCEPT_CACHE_LIMIT (256M). \
      Everything in it can be removed at any time and is made again when it is needed; but weights that \
      `incept fetch` brought stay until `clear --weights`.

      Example: incept cache ls
      Example: incept cache why digits_cnn
      """,
    subcommands: [List.self, Why.self, Prune.self, Clear.self])

  /// `incept cache ls`
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ls", abstract: "List what is kept: size, age, device, kernel.",
      discussion: "Example: incept cache ls --format json")

    @Option(help: "text or json.")
    var format = TextOrJSON.text

    func run() throws {
      let report = try CacheReport.list(.standard())
      try Terminal.write(format == .json ? report.json() : report.text())
    }
  }

  /// `incept cache why`
  struct Why: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "why",
      abstract: "List a model's programs: which are kept, which would be built and why.",
      discussion: "Example: incept cache why inception_v3")

    @OptionGroup var model: ModelOptions
    @OptionGroup var device: DeviceOptions
    @Option(help: "Items per run.")
    var batch = Count(1)
    @Option(help: "text or json.")
    var format = TextOrJSON.text

    func run() throws {
      let report = try ProgressLine.during { (line) throws(InceptError) in
        line.show(ProgressStep(stage: "loading \(model.model)"))
        return try CacheWhyReport(
          Model.structure(model.model, weights: model.weights, shapes: model.shapes),
          for: Device.select(device.device),
          batch: batch.value, accuracy: device.accuracy, precision: device.precision,
          cache: .standard())
      }
      try Terminal.write(format == .json ? report.json() : report.text())
    }
  }

  /// `incept cache prune`
  struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "prune", abstract: "Remove the programs that were not used for longest.",
      discussion: "Example: incept cache prune --limit 100M")

    @Option(
      help: "What may stay, in bytes or with K, M or G (default: INCEPT_CACHE_LIMIT, else 256M).")
    var limit: ByteCount?
    @Option(help: "text or json.")
    var format = TextOrJSON.text

    func run() throws {
      var options = CacheOptions.standard()
      if let limit { options.limit = limit.value }
      let report = try CacheReport.prune(options)
      try Terminal.write(format == .json ? report.json() : report.text())
    }
  }

  /// `incept cache clear`
  struct Clear: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "clear", abstract: "Remove all programs, tuning results and measured peaks.",
      discussion: "Example: incept cache clear")

    @Flag(help: "Remove fetched weights too.")
    var weights = false
    @Option(help: "text or json.")
    var format = TextOrJSON.text

    func run() throws {
      let report = try CacheReport.clear(.standard(), weights: weights)
      try Terminal.write(format == .json ? report.json() : report.text())
    }
  }
}
