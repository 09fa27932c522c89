// What all pictures that tell something have in common.

import TensorCore

extension TextStyle {
  /// The title of a picture.
  package static let heading = TextStyle(size: 15, isBold: true)
  /// What is said below a title, and of details.
  package static let small = TextStyle(size: 9, colour: .faint)
  /// What is said of a part.
  package static let caption = TextStyle(size: 8, colour: .faint)
  /// What makes a picture mean less than it seems to.
  package static let warning = TextStyle(size: 9, isBold: true, colour: .vermillion)
}

extension Canvas {
  /// Points around everything that a picture shows.
  package static let margin = 24.0

  /// Writes a picture's title and a line of details at its upper left corner; what is too long is cut.
  ///
  /// - Throws: what text throws: `.unavailable` without Cairo.
  package mutating func head(_ title: String, details: String) throws(InceptError) {
    let (place, room) = (Self.margin, width - 2 * Self.margin)
    try text(title, at: Point(place, place + 14), .heading, width: room)
    try text(details, at: Point(place, place + 30), .small, width: room)
  }
}
