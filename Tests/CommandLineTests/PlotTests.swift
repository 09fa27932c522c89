import Foundation
import Imaging
import TestSupport
import Testing

@Suite("run --plot", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct PlotTests {
  private let blue: [UInt8] = [0x00, 0x72, 0xB2]

  @Test(
    "draws a file of each kind and prints what it prints without", arguments: ["png", "svg", "pdf"])
  func kinds(_ ending: String) throws {
    try withScratch { folder in
      let path = "\(folder)/classes.\(ending)"
      let plain = ["run", "digits_cnn", "Samples/digit-3-a.png", "--format", "csv"]
      let run = try Incept(plain + ["--plot", path])
      #expect(run.status == 0, "\(run.error)")
      #expect(run.output == (try Incept(plain).output))
      let data = try Data(contentsOf: URL(fileURLWithPath: path))
      let start = ["png": "\u{89}PNG", "svg": "<?xml", "pdf": "%PDF"][ending] ?? ""
      #expect(data.starts(with: start.unicodeScalars.map { UInt8($0.value) }))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 1)
    }
  }

  @Test("bars are sorted, the longest first, and the picture is beside them")
  func bars() throws {
    try withScratch { folder in
      let path = "\(folder)/classes.png"
      let run = try Incept(
        "run", "digits_cnn", "Samples/digit-6-a.png", "--plot", path, "--top", "10")
      #expect(run.status == 0, "\(run.error)")
      let image = try Image.decode(path: path)
      let lengths = (0..<image.height).map { row in
        (0..<image.width).count { column in
          let place = 3 * (row * image.width + column)
          return Array(image.pixels[place..<place + 3]) == blue
        }
      }
      // Ten runs of equal rows with gaps between them, each shorter than the one above.
      var bars: [Int] = []
      for (length, before) in zip(lengths, [0] + lengths) where length > 0 && before == 0 {
        bars.append(length)
      }
      #expect((8...10).contains(bars.count) && bars == bars.sorted(by: >), "\(bars)")
    }
  }

  @Test("the SVG has names, percentages and where they are from")
  func texts() throws {
    try withScratch { folder in
      let path = "\(folder)/classes.svg"
      let names = (0..<10).map { $0 == 3 ? "three & <more>" : "digit \($0)" }.joined(
        separator: "\n")
      try Data(names.utf8).write(to: URL(fileURLWithPath: "\(folder)/names"))
      let run = try Incept(
        "run", "digits_cnn", "Samples/digit-3-a.png", "Samples/digit-4-a.png", "--plot", path,
        "--labels", "\(folder)/names")
      #expect(run.status == 0, "\(run.error)")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      for part in [
        "three &amp; &lt;more&gt;<", "digit 4<", "digit-3-a.png<", "digit-4-a.png<", " %<",
      ] {
        #expect(text.contains(part), "\(part)")
      }
      #expect(text.contains("Class probabilities, digits_cnn<") && text.contains("accuracy high"))
    }
  }

  @Test("a network of a thousand classes gets a curve, made-up weights a warning")
  func curve() throws {
    try withScratch { folder in
      let path = "\(folder)/classes.svg"
      let run = try Incept(
        "run", "mobilenet_v1", "Samples/digit-3-a.png", "--weights", "synthetic", "--plot", path,
        "--top", "3")
      #expect(run.status == 0, "\(run.error)")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains("rank of the class, of 1000<") && text.contains("made up"))
      #expect(text.components(separatedBy: "<circle").count == 4)
    }
  }

  @Test("what can't be drawn is said before anything is computed, and nothing is left behind")
  func refusals() throws {
    try withScratch { folder in
      let image = "Samples/digit-3-a.png"
      let many = [String](repeating: image, count: 25)
      let cases: [(arguments: [String], status: Int32, says: String)] = [
        (["digits_cnn", image, "--plot", "\(folder)/a.bmp"], 64, ".png, .pdf or .svg"),
        (["no such model", image, "--plot", "\(folder)/a"], 64, ".png, .pdf or .svg"),
        (["digits_cnn"] + many + ["--plot", "\(folder)/a.png"], 64, "at most 24 images"),
        (["digits_cnn", image, "--plot", "\(folder)/none/a.png"], 73, "can be written"),
        (["digits_cnn", image, "no.png", "--plot", "\(folder)/a.png"], 66, "no.png"),
        (
          ["digits_cnn", "--input", "x=x.npy", "--output-dir", folder, "--plot", "a.png"], 64,
          "--plot go with IMAGE"
        ),
      ]
      for (arguments, status, words) in cases {
        let run = try Incept(["run"] + arguments)
        #expect(run.status == status && run.error.contains(words), "\(arguments): \(run.error)")
        #expect(run.output.isEmpty)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }
}
