import Foundation
import Imaging
import TensorCore
import TestSupport
import Testing

@Suite("filter", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct FilterCommandTests {
  private static let digit = "Samples/digit-3-a.png"

  @Test("JSON has the agreed keys and numbers")
  func json() throws {
    let run = try Incept(
      "filter", Self.digit, "--filter", "gabor", "--size", "3", "--rotate", "-45", "--scale", "-2",
      "--format", "json")
    #expect(run.status == 0, "\(run.error)")
    #expect(
      try run.keys() == [
        "schema", "image", "crop", "device", "filter", "chain", "outputs", "files", "timing",
      ])
    #expect(try run.keys("filter") == ["name", "shape", "rotation", "scale", "sum"])
    #expect(try run.keys("chain") == ["repeat", "stride", "dilation", "padding"])
    #expect(
      try run.keys("outputs", "[]") == ["name", "shape", "min", "max", "mean", "deviation"])
    #expect(try run.keys("timing") == ["build_ms", "run_ms"])
    let object = try run.object()
    #expect(object["schema"] as? String == "incept.filter/1")
    let filter = try #require(object["filter"] as? [String: Any])
    #expect(filter["rotation"] as? Double == -45 && filter["scale"] as? Double == -2)
    let outputs = try #require(object["outputs"] as? [[String: Any]])
    #expect(outputs.compactMap { $0["name"] as? String } == ["x", "y1", "y2", "y3", "y4"])
    let mean = try #require(outputs[0]["mean"] as? Double)
    let deviation = try #require(outputs[0]["deviation"] as? Double)
    #expect(abs(mean) < 1e-6 && abs(deviation - 1) < 1e-5)
  }

  @Test("draws a panel of each kind, other ones for other parameters")
  func panels() throws {
    try withScratch { folder in
      var pictures: Set<Data> = []
      let variations = [
        [], ["--rotate", "30"], ["--scale=-1"], ["--dilation", "2"], ["--stride", "2"],
        ["--repeat", "2"], ["--padding", "3"], ["--range", "-3,3"], ["--crop", "0,0,7,8"],
      ]
      for (number, options) in variations.enumerated() {
        let path = "\(folder)/\(number).png"
        let run = try Incept(
          ["filter", Self.digit, "--filter", "gabor", "--size", "5", "-o", path] + options)
        #expect(run.status == 0 && run.error.isEmpty, "\(options): \(run.error)")
        #expect(run.output.hasSuffix("-> \(path)\n"))
        pictures.insert(try Data(contentsOf: URL(fileURLWithPath: path)))
        #expect(try Image.decode(path: path).width > 500)
      }
      #expect(pictures.count == variations.count)
      let svg = "\(folder)/p.svg"
      #expect(
        try Incept("filter", Self.digit, "--filter", "0 1 0; 1 -4 1; 0 1 0", "-o", svg).status == 0)
      let text = try String(contentsOfFile: svg, encoding: .utf8)
      for part in [">raw<", ">conv 1<", ">conv 4<", ">filter<", "Filter matrix 3x3<", "digit-3-a"] {
        #expect(text.contains(part), "\(part)")
      }
      #expect(try Incept("filter", Self.digit, "-o", "\(folder)/p.pdf").status == 0)
    }
  }

  @Test("writes tensors, and what they are of files is what they are of names")
  func tensors() throws {
    try withScratch { folder in
      let run = try Incept(
        "filter", Self.digit, "--filter", "gabor", "--size", "5", "--repeat", "2",
        "--save-tensors", "\(folder)/named")
      #expect(run.status == 0, "\(run.error)")
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/named").sorted()
      #expect(files == ["filter.npy", "x.npy", "y1.npy", "y2.npy"])
      let filter = try NPY.read(path: "\(folder)/named/filter.npy")
      #expect(filter.shape == [5, 5, 1, 1])
      let rows = (0..<5).map { row in
        filter.floats()[row * 5..<row * 5 + 5].map { "\($0)" }.joined(separator: ",")
      }
      try Data(rows.joined(separator: "\n").utf8).write(
        to: URL(fileURLWithPath: "\(folder)/filter.csv"))
      let expected = try NPY.read(path: "\(folder)/named/y2.npy").floats()
      for source in [
        "\(folder)/filter.csv", "\(folder)/named/filter.npy", rows.joined(separator: ";"),
      ] {
        let again = try Incept(
          "filter", Self.digit, "--filter", source, "--repeat", "2", "--save-tensors",
          "\(folder)/again")
        #expect(again.status == 0, "\(again.error)")
        #expect(try NPY.read(path: "\(folder)/again/y2.npy").floats() == expected, "\(source)")
      }
    }
  }

  @Test(
    "animations are a GIF and numbered frames that differ",
    arguments: [
      ("size=1:7:2", 4), ("rotate=0:90:30", 4), ("dilation=1:3", 3), ("scale=-1:1:1", 3),
      ("stride=1:2", 2), ("padding=0:2", 3), ("repeat=1:3", 3), ("dx=-1:1", 3),
    ])
  func animations(_ sweep: String, _ count: Int) throws {
    try withScratch { folder in
      let name = sweep.hasPrefix("dx") ? "identity" : "gabor"
      let size = sweep.hasPrefix("size") ? [] : ["--size", "5"]
      let fewer = sweep.hasPrefix("padding") ? ["--repeat", "1"] : []
      let run = try Incept(
        ["filter", Self.digit, "--filter", name, "--animate", sweep, "-o", "\(folder)/a.gif"] + size
          + fewer)
      #expect(run.status == 0, "\(run.error)")
      let frames = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/a-frames")
        .sorted()
      #expect(frames == (1...count).map { String(format: "%04d.png", $0) })
      let pictures = try frames.map { try Image.decode(path: "\(folder)/a-frames/\($0)") }
      #expect(Set(pictures.map(\.pixels)).count == count, "frames differ")
      #expect(Set(pictures.map(\.width)).count == 1 && Set(pictures.map(\.height)).count == 1)
      let gif = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/a.gif"))
      #expect(gif.starts(with: Data("GIF89a".utf8)) && gif.last == 0x3B)
      let last = String(format: "%04d.png", count)
      #expect(run.output == "-> \(folder)/a.gif\n-> \(folder)/a-frames/0001.png to \(last)\n")
    }
  }

  @Test("a shorter animation leaves no frames of a longer one")
  func shorter() throws {
    try withScratch { folder in
      for (sweep, count) in [("rotate=0:40:10", 5), ("rotate=0:10:10", 2)] {
        let run = try Incept(
          "filter", Self.digit, "--size", "3", "--animate", sweep, "-o", "\(folder)/a.gif")
        #expect(run.status == 0, "\(run.error)")
        #expect(
          try FileManager.default.contentsOfDirectory(atPath: "\(folder)/a-frames").count == count)
      }
    }
  }

  @Test("a patch of the picture is a filter")
  func match() throws {
    try withScratch { folder in
      let run = try Incept(
        "filter", Self.digit, "--match", "2,1,3,4", "--repeat", "1", "-o", "\(folder)/m.svg")
      #expect(run.status == 0, "\(run.error)")
      #expect(run.output.hasPrefix("filter patch at 2,1 3x4, sum 0\n"), "\(run.output)")
      let text = try String(contentsOfFile: "\(folder)/m.svg", encoding: .utf8)
      #expect(text.contains("stroke=\"#d55e00\""))
    }
  }

  @Test("--plot-profiles draws three shapes with a legend, without a picture")
  func profiles() throws {
    try withScratch { folder in
      let run = try Incept("filter", "--plot-profiles", "-o", "\(folder)/shapes.svg")
      #expect(run.status == 0, "\(run.error)")
      let text = try String(contentsOfFile: "\(folder)/shapes.svg", encoding: .utf8)
      for name in ["gaussian", "dgaussian", "ddgaussian"] { #expect(text.contains(">\(name) ")) }
      #expect(text.components(separatedBy: "<circle").count == 91)
    }
  }

  @Test("what makes no sense is one error, and nothing is left behind")
  func refusals() throws {
    try withTrap { trap in
      let csv = try trap.file("bad.csv", Array("1,2\n3\n".utf8))
      let text = try trap.file("text.csv", Array("not numbers".utf8))
      let npy = try trap.file("bad.npy", HostileFiles.npy("'<f4'", "(100000, 100000)"))
      let gif = "\(trap.folder)/a.gif"
      let cases: [([String], Int32)] = [
        (["--size", "0"], 64), (["--size", "100000"], 64), (["--size=-5"], 64),
        (["--size", "99999999999999999999"], 64), (["--filter", "gabr"], 64),
        (["--filter", "gabor:1"], 64), (["--filter", "identity:99,0"], 64), (["--filter", ""], 64),
        (["--filter", "1 2; 3"], 64), (["--filter", "1 x"], 64), (["--filter", csv], 65),
        (["--filter", text], 65), (["--filter", npy], 65), (["--filter", "none.csv"], 66),
        (["--filter", trap.folder], 74), (["--filter", "sobel", "--size", "5"], 64),
        (["--filter", "box", "--match", "0,0,2,2"], 64), (["--match", "0,0,9,9"], 64),
        (["--match", "0,0,1,1"], 64), (["--rotate", "nan"], 64), (["--rotate", "x"], 64),
        (["--scale", "inf"], 64), (["--scale", "1e300"], 64), (["--stride", "0"], 64),
        (["--stride", "100000"], 64), (["--dilation", "0"], 64), (["--dilation", "1000000"], 64),
        (["--padding", "x"], 64), (["--padding", "100000"], 64), (["--repeat", "0"], 64),
        (["--repeat", "1000000"], 64), (["--padding", "valid"], 64), (["--crop", "0,0,9,9"], 64),
        (["--range", "3,-3"], 64), (["--range", "1"], 64), (["--range", "nan,1"], 64),
        (["-o", "\(trap.folder)/a.bmp"], 64), (["-o", "\(trap.folder)/none/a.png"], 73),
        (["--show"], 64), (["--save-tensors", csv], 73),
        (["--animate", "size=1:3"], 64), (["--animate", "size=1:3", "-o", "a.png"], 64),
        (["--animate", "rotate=0:1e9:1", "-o", gif], 64),
        (["--animate", "size=0:3", "-o", gif], 64),
        (["--animate", "size=1:2:0.5", "-o", gif], 64),
        (["--animate", "wheel=1:2", "-o", gif], 64),
        (["--animate", "rotate=0:1", "-o", "\(trap.folder)/none/a.gif"], 73),
        (["--animate", "dx=0:1", "-o", gif], 64), (["--animate", "dilation=1:900", "-o", gif], 64),
        (["--plot-profiles", "-o", "\(trap.folder)/a.png"], 64),
      ]
      for (options, status) in cases {
        try trap.refuse(["filter", HostileFiles.digit] + options, status)
      }
      try trap.refuse(["filter"], 64)
      try trap.refuse(["filter", "--plot-profiles"], 64)
      try trap.refuse(
        ["filter", "--plot-profiles", "--size", "0", "-o", "\(trap.folder)/a.png"], 64)
      try trap.refuse(["filter", "no such.png"], 66)
      try trap.refuse(["filter", csv], 65)
    }
  }
}
