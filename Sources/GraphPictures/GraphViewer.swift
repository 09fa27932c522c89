import Foundation
import Profiling

/// The parts of the interactive picture, for pages to put together: style, script and data. The script defines
/// `InceptGraph.mount(element, data, options)` and nothing else; see `Resources/README.md`.
package enum GraphViewer {
  /// The style, for a `<style>`. Every rule is below the class `incept-graph`.
  package static var style: String { resource("viewer.css") }

  /// The script, for a `<script>`.
  package static var script: String {
    let parts = [
      "viewer-layout.js", "viewer-draw.js", "viewer-view.js", "viewer-colours.js",
      "viewer-panel.js", "viewer-bar.js", "viewer-walk.js", "viewer.js",
    ]
    return "(function () {\n\"use strict\";\n" + parts.map { resource($0) }.joined(separator: "\n")
      + "\nwindow.InceptGraph = Object.freeze({ mount });\n})();\n"
  }

  /// The graph as JSON, for a `<script type="application/json">`: no `<` occurs in it.
  package static func data(_ graph: PictureGraph) -> String {
    escaped(ViewerData(LayeredGraph(graph)).json().text())
  }

  /// JSON that may stand in a script element: neither `</script` nor `<!--` can occur (HTML, 4.12.1.3).
  package static func escaped(_ json: String) -> String {
    var result = ""
    result.reserveCapacity(json.utf8.count)
    for scalar in json.unicodeScalars {
      // In JSON these occur in strings only.
      switch scalar {
      case "<": result += "\\u003c"
      case ">": result += "\\u003e"
      case "&": result += "\\u0026"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private static func resource(_ name: String) -> String {
    embeddedResources[name].flatMap { Data(base64Encoded: $0.description) }
      .map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

/// One page with the interactive picture of a graph. It loads nothing.
package enum HTMLWriter {
  /// The page.
  package static func text(_ graph: PictureGraph) -> String {
    HTMLPage.text(
      title: graph.title,
      style: """
        html, body { margin: 0; height: 100%; }
        #graph { height: 100vh; height: 100dvh; }
        @media print { html, body, #graph { height: auto; } }
        \(GraphViewer.style)
        """,
      body: """
        <div id="graph"></div>
        <noscript>This picture is drawn by a script in this page; nothing is loaded from elsewhere.</noscript>
        <script type="application/json" id="graph-data">
        \(GraphViewer.data(graph))</script>
        <script>
        \(GraphViewer.script)
        InceptGraph.mount(document.getElementById("graph"),
          JSON.parse(document.getElementById("graph-data").textContent), { standalone: true });
        </script>
        """)
  }
}
