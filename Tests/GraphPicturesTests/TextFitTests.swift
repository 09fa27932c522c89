import GraphPictures
import Testing

@Suite("Text in pictures")
struct TextFitTests {
  @Test("what must not be shown is replaced")
  func clean() {
    let hostile = "a\u{0}b\u{1B}[31m\u{202E}gnp\u{2028}\u{FFFF}\u{7F}\u{9F}é×界🙂"
    let clean = TextFit.clean(hostile)
    #expect(clean == "a\u{FFFD}b\u{FFFD}[31m\u{FFFD}gnp\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}é×界🙂")
  }

  @Test("long texts are cut")
  func limit() {
    #expect(TextFit.clean(String(repeating: "x", count: 10_000), limit: 20).count == 21)
  }

  @Test("fitted text is no wider than its room", arguments: [20.0, 50, 133, 400])
  func fit(_ width: Double) {
    for text in ["", "conv2d", "Mixed_5b.branch1x1 + branch5x5_1", "界界界界界界界界界界", "WWWWWWWWW"] {
      let fitted = TextFit.fit(text, size: 10, width: width)
      #expect(TextFit.width(fitted, size: 10) <= width + 0.01, "\(text)")
      #expect(fitted == text || fitted.hasSuffix("…"))
    }
  }
}
