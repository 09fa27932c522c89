/// A page that loads nothing: style, script and data are in it, and its content security policy forbids everything else.
package enum HTMLPage {
  /// The page.
  ///
  /// - Parameters:
  ///   - title: Any text, for the browser's title.
  ///   - style: CSS.
  ///   - body: HTML.
  package static func text(title: String, style: String, body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; \
    script-src 'unsafe-inline'; img-src data:">
    <title>\(XMLText.escaped(title, limit: 300))</title>
    <link rel="icon" href="data:,">
    <style>
    \(style)
    </style>
    </head>
    <body>
    \(body)
    </body>
    </html>

    """
  }
}
