import Foundation
import PackagePlugin

/// Embeds every file of the target's `Resources` folder (other than `README.md`) into the binary, so that a
/// copied executable still has its default model.
@main
struct EmbedResources: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
    guard let module = target.sourceModule else { return [] }
    let files = module.sourceFiles.map(\.url)
      .filter { $0.deletingLastPathComponent().lastPathComponent == "Resources" }
      .sorted { $0.path < $1.path }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedResources.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(files.count) resources",
        executable: try context.tool(named: "embed-files").url,
        arguments: ["resources", output.path] + files.map(\.path),
        inputFiles: files, outputFiles: [output])
    ]
  }
}
