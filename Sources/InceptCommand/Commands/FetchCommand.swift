import ArgumentParser
import Foundation
import Incept

/// `incept fetch`
struct FetchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch",
    abstract: "Download official weights of a built-in architecture, or list them.",
    discussion: """
      The file goes into the cache folder, where `incept run NAME` finds it. Its checksum is compared with the \
      published one, and it appears whole or not at all. Ctrl-C or a lost connection keep what has come; the same \
      command goes on from there. Proxies are taken from https_proxy and http_proxy, authorities' certificates from \
      SSL_CERT_FILE.

      Example: incept fetch
      """)

  @Argument(help: "An architecture, as googlenet or inception_v3:keras, or a file of the list.")
  var name: String?
  @Option(help: "Another address for the file.")
  var url: String?
  @Option(
    help: ArgumentHelp(
      "The SHA-256 that the file must have, in place of the published checksum.", valueName: "hex"))
  var sha256: String?
  @OptionGroup var output: FetchOutput
  @Option(
    help: ArgumentHelp("How long nothing may come before it is tried again.", valueName: "seconds"))
  var stall = Seconds(30)
  @Flag(help: "Fetch a file again that is there already but has no checksum to compare with.")
  var again = false
  @Option(help: "text or json.")
  var format = TextOrJSON.text

  func validate() throws {
    guard name == nil else { return }
    if url != nil {
      guard output.output != nil else {
        throw ValidationError("--url without a NAME needs --output FILE.")
      }
    } else if sha256 != nil || output.output != nil || again {
      throw ValidationError("Expected a NAME with these options.")
    }
  }

  func run() throws {
    guard name != nil || url != nil else {
      let report = FetchReport.list(.standard())
      return try Terminal.write(format == .json ? report.json() : report.text())
    }
    var options = FetchOptions(name)
    options.url = url
    options.sha256 = sha256
    options.output = output.output
    options.replaces = again
    options.stall = stall.value
    let fetch = try WeightFetch(options, cache: .standard())
    let interrupts = Interrupts(message: "stopping; Ctrl-C again stops at once")
    let line = TransferLine()
    defer { line.erase() }
    let report = try fetch.run(isStopped: { interrupts.count > 0 }) { line.show($0) }
    line.erase()
    if let file = report.files.first, file.state == "partial" { Self.exit(after: file) }
    guard format == .text else { return try Terminal.write(report.json()) }
    let name = report.files.first?.name ?? ""
    let isCached = output.output == nil && !name.isEmpty
    try Terminal.write(
      report.details() + (isCached ? "`incept run \(name) PICTURE` uses it\n" : ""))
  }

  /// Ends the command as Ctrl-C does, saying what is kept.
  private static func exit(after file: FetchReport.File) -> Never {
    let kept = file.path.map {
      "\(TransferLine.mebibytes(file.bytes ?? 0)) MiB are kept in \(TerminalText.line($0)); "
        + "the same command goes on from there"
    }
    Terminal.warn("incept: stopped: \(kept ?? "nothing has come yet")\n")
    Foundation.exit(130)
  }
}

/// --output of a download.
struct FetchOutput: ParsableArguments {
  @Option(
    name: [.customShort("o"), .long],
    help: ArgumentHelp("Where the file goes, in place of the cache.", valueName: "file"))
  var output: String?
}
