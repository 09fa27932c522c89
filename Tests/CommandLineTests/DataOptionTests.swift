import Foundation
import Imaging
import TestSupport
import Testing

/// The options that errors about data name.
@Suite("--label, --maximum and --size", .enabled(if: Incept.hasDevice, "needs an OpenCL device"))
struct DataOptionTests {
  /// Trains a little, in a folder.
  private func train(_ data: String, _ folder: String, _ options: [String] = []) throws -> Incept {
    try Incept(
      [
        "train", "--data", data, "--model", "mlp", "--epochs", "3", "--batch", "8", "-o",
        "\(folder)/net.safetensors", "--format", "json",
      ] + options)
  }

  private func judge(_ data: String, _ folder: String, _ options: [String] = []) throws -> Incept {
    try Incept(
      ["evaluate", "\(folder)/net.safetensors", "--data", data, "--format", "json"] + options)
  }

  /// What a training says of its data.
  private func data(_ run: Incept, _ key: String) throws -> Any? {
    (try run.object()["data"] as? [String: Any])?[key]
  }

  /// Lines of 2x2 pictures: class 0 is bright on the left, class 1 on the right.
  private func lines(_ pixel: Int, labelFirst: Bool) -> String {
    (0..<40).map { row in
      let (label, dark) = (row % 2, row % 5)
      let pair = label == 0 ? [pixel - dark, dark] : [dark, pixel - dark]
      let pixels = pair + pair
      let fields = labelFirst ? [label] + pixels : pixels + [label]
      return fields.map(String.init).joined(separator: ",")
    }.joined(separator: "\n") + "\n"
  }

  @Test("--label says which column has the class, where the error asks for it")
  func label() throws {
    try withScratch { folder in
      let path = "\(folder)/first.csv"
      try lines(200, labelFirst: true).write(toFile: path, atomically: true, encoding: .utf8)
      // The last column of a constant file can't be the classes, and the error says what to do.
      let constant = "\(folder)/constant.csv"
      try "0,1,2,3,9\n1,3,2,1,9\n".write(toFile: constant, atomically: true, encoding: .utf8)
      let refused = try train(constant, folder)
      #expect(refused.status == 65 && refused.error.contains("--label first"), "\(refused.error)")
      let run = try train(path, folder, ["--label", "first"])
      #expect(run.status == 0, "\(run.error)")
      #expect(try data(run, "classes") as? Int == 2)
      let judged = try judge(path, folder, ["--label", "first"])
      #expect(try judged.status == 0 && judged.object()["accuracy"] as? Double == 1)
      // Otherwise the last pixel is the class, and there are more than the network has.
      #expect(try judge(path, folder).status == 65)
    }
  }

  @Test("--maximum says what full brightness is, where the error asks for it")
  func maximum() throws {
    try withScratch { folder in
      let path = "\(folder)/deep.csv"
      try lines(4095, labelFirst: false).write(toFile: path, atomically: true, encoding: .utf8)
      let refused = try train(path, folder)
      #expect(refused.status == 65 && refused.error.contains("--maximum"), "\(refused.error)")
      let run = try train(path, folder, ["--maximum", "4095"])
      #expect(run.status == 0, "\(run.error)")
      let written = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/net.safetensors"))
      #expect(written.range(of: Data(#"\"maximum\":4095"#.utf8)) != nil)
      let judged = try judge(path, folder, ["--maximum", "4095"])
      #expect(try judged.status == 0 && judged.object()["accuracy"] as? Double == 1)
      let blind = try judge(path, folder)
      #expect(blind.status == 65 && blind.error.contains("--maximum"))
      // The model has what full brightness is, so that another one is another training.
      let other = try train(path, folder, ["--maximum", "5000", "--resume"])
      #expect(other.status == 65 && other.error.contains("--resume"), "\(other.error)")
    }
  }

  @Test("--size makes pictures of a folder alike, where the error asks for it")
  func size() throws {
    try withScratch { folder in
      let pictures = "\(folder)/pictures"
      for label in 0..<2 {
        try FileManager.default.createDirectory(
          atPath: "\(pictures)/class \(label)", withIntermediateDirectories: true)
        for number in 0..<10 {
          let (width, height) = (8 + number, 12)
          let pixels = (0..<width * height).map { place in
            (place % width < width / 2) == (label == 0) ? UInt8(200 + number) : UInt8(number)
          }
          try Image.encodePNG(
            Image(width: width, height: height, channels: 1, pixels: pixels),
            to: "\(pictures)/class \(label)/\(number).png")
        }
      }
      let refused = try train(pictures, folder)
      #expect(refused.status == 65 && refused.error.contains("--size HxW"), "\(refused.error)")
      for (size, shape) in [("6x5", [6, 5, 1]), ("7", [7, 7, 1])] {
        let run = try train(pictures, folder, ["--size", size])
        #expect(run.status == 0, "\(run.error)")
        #expect(try data(run, "shape") as? [Int] == shape)
        // A network stretches pictures to its own size by itself.
        let judged = try [[], ["--size", size]].map { try judge(pictures, folder, $0) }
        #expect(judged.allSatisfy { $0.status == 0 }, "\(judged[1].error)")
        #expect(try judged[0].object()["accuracy"] as? Double == 1)
        #expect(
          try judged[0].object()["loss"] as? Double == judged[1].object()["loss"] as? Double)
        let small = try judge(pictures, folder, ["--size", "2x2"])
        #expect(
          try small.object()["loss"] as? Double != judged[0].object()["loss"] as? Double)
      }
    }
  }

  @Test(
    "what means nothing for the data is refused",
    arguments: [
      (["--size", "8x8"], true), (["--size", "0"], true), (["--size", "8x8x1"], true),
      (["--size", "-4"], true), (["--size", "9999999999999"], true), (["--maximum", "0"], true),
      (["--label", "middle"], true), (["--label", "first"], false), (["--maximum", "16"], false),
    ])
  func refused(_ options: [String], isCSV: Bool) throws {
    try withScratch { folder in
      var data = "Samples/digits.csv.gz"
      if !isCSV {
        data = "\(folder)/pictures"
        for digit in [3, 4] {
          try FileManager.default.createDirectory(
            atPath: "\(data)/\(digit)", withIntermediateDirectories: true)
          try FileManager.default.copyItem(
            atPath: Fixtures.package.appendingPathComponent("Samples/digit-\(digit)-a.png").path,
            toPath: "\(data)/\(digit)/a.png")
        }
      }
      for command in [
        ["train", "-o", "\(folder)/x.safetensors", "--epochs", "1"], ["evaluate", "digits_cnn"],
      ] {
        let run = try Incept(command + ["--data", data] + options)
        #expect(run.status == 64, "\(command[0]): \(run.error)")
        #expect(run.error.contains(options[0]), "\(run.error)")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(folder)/x.safetensors"))
    }
  }
}
