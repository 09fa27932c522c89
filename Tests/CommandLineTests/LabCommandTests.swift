import Foundation
import Imaging
import TestSupport
import Testing

@Suite("arithmetic and features", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct LabCommandTests {
  private func frames(_ arguments: [String]) throws -> GIFReader {
    var result: GIFReader?
    try withScratch { folder in
      let run = try Incept(["arithmetic", "-o", "\(folder)/conv.gif"] + arguments)
      #expect(run.status == 0 && run.error == "", "\(run.error)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["conv.gif"])
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/conv.gif"))
      result = try GIFReader([UInt8](data))
    }
    return try #require(result)
  }

  @Test("an animation has a frame for each window, all different, and repeats")
  func animation() throws {
    let gif = try frames(["--stride", "2", "--padding", "1", "--delay", "250"])
    #expect(gif.frames.count == 9 && Set(gif.frames).count == 9 && gif.repeats == 0)
    #expect(gif.delays == [25, 25, 25, 25, 25, 25, 25, 25, 75])
  }

  @Test("every parameter changes the picture")
  func parameters() throws {
    let variants = [
      [], ["--stride", "2"], ["--padding", "1"], ["--dilation", "2"], ["--transposed"],
      ["--kernel", "1"], ["--input", "4"], ["--seed", "7"], ["--padding", "2"],
      ["--stride", "1x2"], ["--transposed", "--output-padding", "1", "--stride", "2"],
      ["--transposed", "--stride", "2"],
    ]
    var seen: [[UInt8]: [String]] = [:]
    for variant in variants {
      // Small ones; the last of two equal options holds.
      let last = try #require(try frames(["--input", "3", "--kernel", "2"] + variant).frames.last)
      #expect(seen[last] == nil, "\(variant) looks like \(seen[last] ?? [])")
      seen[last] = variant
    }
  }

  @Test("numbered pictures are the animation's frames")
  func numbered() throws {
    let gif = try frames(["--padding", "same", "--stride", "2"])
    try withScratch { folder in
      let run = try Incept(
        "arithmetic", "--padding", "same", "--stride", "2", "--frames", "\(folder)/steps")
      #expect(run.status == 0, "\(run.error)")
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/steps").sorted()
      #expect(names.count == 9 && names.first == "step-0001.png" && names.last == "step-0009.png")
      for (name, frame) in zip(names, gif.frames) {
        let image = try Image.decode(path: "\(folder)/steps/\(name)")
        #expect(image.width == gif.width && image.height == gif.height)
        // Antialiased text and all fills have more than 256 colours: some are near.
        let differences = zip(image.rgb().pixels, frame).map { abs(Int($0) - Int($1)) }
        #expect((differences.max() ?? 0) <= 40, "\(name)")
        #expect(differences.reduce(0, +) < differences.count / 20, "\(name)")
      }
    }
  }

  @Test("one window as SVG has its numbers as text")
  func window() throws {
    try withScratch { folder in
      let path = "\(folder)/window.svg"
      let run = try Incept("arithmetic", "--step", "2", "-o", path)
      #expect(run.status == 0, "\(run.error)")
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains("window 2 of 9: output row 1, column 2<"))
      #expect(text.contains("3·0 + 2·1 + 1·2 +<") && text.contains(" = 12<"))
    }
  }

  @Test("JSON has all numbers and the formulas")
  func json() throws {
    let run = try Incept("arithmetic", "--format", "json")
    #expect(
      try run.keys() == [
        "schema", "device", "transposed", "strides", "pads", "dilations", "output_padding",
        "formula", "input", "kernel", "output", "files",
      ])
    #expect(
      try run.object()["output"] as? [[Double]] == [[12, 12, 17], [10, 17, 19], [9, 6, 14]])
  }

  @Test("wrong geometry and options end with 64 and what is right")
  func errors() throws {
    let cases: [([String], String)] = [
      (["--input", "3", "--kernel", "5"], "floor((input + 2·padding"),
      (["--input", "99"], "1 to 32"), (["--input", "0"], "1 to 32"),
      (["--kernel", "3x"], "--kernel"), (["--padding", "-1"], "padding"),
      (["--stride", "99999999999999999999"], "--stride"),
      (["--step", "3"], "--step goes with"), (["--delay", "5"], "--delay goes with"),
      (["--step", "10", "-o", "never.png"], "1 to 9"), (["-o", "never.bmp"], "never.bmp"),
      (["--output-padding", "1"], "--transposed"), (["--show"], "--show"),
    ]
    for (arguments, part) in cases {
      let run = try Incept(["arithmetic"] + arguments)
      #expect(run.status == 64 && run.error.contains(part), "\(arguments) \(run.error)")
    }
    #expect(!FileManager.default.fileExists(atPath: "never.png"))
    let run = try Incept("arithmetic", "-o", "/proc/none/conv.gif")
    #expect(run.status == 73, "\(run.error)")
  }

  @Test("feature maps and filters as pictures, and the channels' numbers")
  func features() throws {
    try withScratch { folder in
      let run = try Incept(
        "features", "digits_cnn", "Samples/digit-3-a.png", "--layer", "conv1", "-o",
        "\(folder)/maps.png")
      #expect(run.status == 0, "\(run.error)")
      #expect(run.output.contains("conv1 (conv2d): ") && run.output.contains("maps.png"))
      let maps = try Image.decode(path: "\(folder)/maps.png")
      let other = try Incept(
        "features", "digits_cnn", "Samples/digit-3-a.png", "--layer", "conv1", "--range", "-1,1",
        "--colours", "grey", "-o", "\(folder)/grey.png")
      #expect(other.status == 0, "\(other.error)")
      #expect(try Image.decode(path: "\(folder)/grey.png") != maps)
      let filters = try Incept("features", "digits_cnn", "--filters", "-o", "\(folder)/f.svg")
      #expect(filters.status == 0, "\(filters.error)")
      let text = try String(contentsOfFile: "\(folder)/f.svg", encoding: .utf8)
      #expect(text.contains("<image") && text.contains("filter images of 3×3"))
    }
  }

  @Test("layers are listed, as text and as JSON")
  func layers() throws {
    let run = try Incept("features", "inception_v3")
    #expect(run.status == 0 && run.output.contains("Mixed_5b"))
    let json = try Incept("features", "digits_cnn", "--format", "json")
    #expect(try json.keys() == ["schema", "model", "layers"])
    #expect(try json.keys("layers", "[]") == ["name", "op", "shape"])
    let maps = try Incept(
      "features", "digits_cnn", "Samples/digit-3-a.png", "--layer", "conv1", "--format", "json")
    #expect(
      try maps.keys() == [
        "schema", "model", "device", "image", "kind", "layer", "op", "shape", "maps", "total",
      ])
    #expect(try maps.keys("maps", "[]") == ["channel", "min", "max", "mean", "zeros"])
  }

  @Test("what can't be shown ends with 64 and what is right")
  func featureErrors() throws {
    let image = "Samples/digit-3-a.png"
    let cases: [([String], String)] = [
      (["digits_cnn", image], "--layer NAME"), (["digits_cnn", "--layer", "conv1"], "IMAGE"),
      (["digits_cnn", image, "--layer", "conf1"], "did you mean conv1"),
      (["digits_cnn", image, "--layer", "fc1"], "rows, columns and channels"),
      (["digits_cnn", image, "--filters"], "without IMAGE"),
      (["digits_cnn", "--filters", "--layer", "nothing_like_it"], "lists the layers"),
      (["digits_cnn", image, "--layer", "conv1", "--channels", "2000"], "at most 1024"),
      (["digits_cnn", image, "--layer", "conv1", "--range", "2,1"], "--range"),
      (["digits_cnn", image, "--layer", "conv1", "-o", "x.gif"], "x.gif"),
      (["digits_cnn", image, "--layer", "conv1", "--show"], "--show"),
    ]
    for (arguments, part) in cases {
      let run = try Incept(["features"] + arguments)
      #expect(run.status == 64 && run.error.contains(part), "\(arguments) \(run.error)")
    }
  }
}
