import Foundation
import GraphPictures
import Profiling

/// A profile as one page with charts that show the same selection. It loads nothing.
package struct ProfilePage: Sendable {
  private let title: String
  private let profile: JSONValue
  private let ops: [String]
  private let graph: PictureGraph?

  /// Describes a page.
  ///
  /// - Parameters:
  ///   - title: What the browser shows for it.
  ///   - profile: The profile's JSON document.
  ///   - ops: The operator of each of the profile's layers, in their order.
  ///   - graph: The network's picture with the profile's times; nil for a page without one.
  package init(title: String, profile: JSONValue, ops: [String], graph: PictureGraph?) {
    (self.title, self.profile, self.ops, self.graph) = (title, profile, ops, graph)
  }

  /// The page.
  package func text() -> String {
    HTMLPage.text(
      title: title,
      style: Self.resources(["page.css"]) + (graph == nil ? "" : GraphViewer.style),
      body: """
        <div id="page"></div>
        <noscript>The charts are drawn by a script in this page; nothing is loaded from elsewhere.</noscript>
        <script type="application/json" id="profile-data">
        \(GraphViewer.escaped(data.text()))</script>
        <script type="application/json" id="graph-data">
        \(graph.map { GraphViewer.data($0) } ?? "null\n")</script>
        <script>
        \(graph == nil ? "" : GraphViewer.script)
        (function () {
        "use strict";
        \(Self.resources(Self.scripts))
        const read = (id) => JSON.parse(document.getElementById(id).textContent);
        window.InceptProfile = mountProfile(
          document.getElementById("page"), { ...read("profile-data"), graph: read("graph-data") });
        })();
        </script>
        """)
  }

  private var data: JSONValue {
    let families = OpFamily.allCases.map { family in
      JSONValue.object([
        .init("name", .string(family.name)), .init("colour", .string(family.colour)),
      ])
    }
    let numbers = ops.map { JSONValue.integer(OpFamily(op: $0).rawValue) }
    return .object([
      .init("profile", profile), .init("families", .array(families)),
      .init("layer_families", .array(numbers)),
    ])
  }

  private static let scripts = [
    "dom.js", "timeline.js", "bars.js", "roofline.js", "memory.js", "table.js", "page.js",
  ]

  private static func resources(_ names: [String]) -> String {
    names.map { name in
      embeddedResources[name].flatMap { Data(base64Encoded: $0.description) }
        .map { String(decoding: $0, as: UTF8.self) } ?? ""
    }.joined(separator: "\n")
  }
}
