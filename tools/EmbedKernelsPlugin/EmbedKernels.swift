import Foundation
import PackagePlugin

/// Embeds every `.cl` and `.clh` file of the target's folder into the binary.
@main
struct EmbedKernels: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let module = target.sourceModule else { return [] }
    // Each file is listed: naming the folder as the input would miss edits.
    let files = module.sourceFiles.map(\.url)
      .filter { ["cl", "clh"].contains($0.pathExtension) }
      .sorted { $0.path < $1.path }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedKernels.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(files.count) kernel files",
        executable: try context.tool(named: "embed-files").url,
        arguments: ["kernels", output.path] + files.map(\.path),
        inputFiles: files, outputFiles: [output])
    ]
  }
}
