import Foundation
import Imaging

/// How pictures are classified.
public struct ClassifyOptions: Sendable {
  /// How many classes are reported per picture.
  public var top: Int
  /// How many pictures go through the network at once.
  public var batch: Int
  /// The part of each picture that the network sees, instead of what the preprocessing chooses.
  public var crop: Crop?
  /// Name of the preprocessing; nil or `auto` is the one that the network was trained with.
  public var preprocessing: String?
  /// Names of the classes, instead of the model's.
  public var labels: [String]?
  /// A file that gets a chart of all classes' probabilities, on a logarithmic axis and sorted; none where nil.
  public var plot: PlotFile?

  /// A rectangle of a picture, in pixels from the top left corner.
  public struct Crop: Sendable, Hashable {
    /// Left edge.
    public var x: Int
    /// Upper edge.
    public var y: Int
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int

    /// Creates a rectangle.
    public init(x: Int, y: Int, width: Int, height: Int) {
      self.x = x
      self.y = y
      self.width = width
      self.height = height
    }
  }

  /// Creates options.
  public init(
    top: Int = 5, batch: Int = 1, crop: Crop? = nil, preprocessing: String? = nil,
    labels: [String]? = nil, plot: PlotFile? = nil
  ) {
    self.top = top
    self.batch = batch
    self.crop = crop
    self.preprocessing = preprocessing
    self.labels = labels
    self.plot = plot
  }

  /// The class names in a text file, one a line, class 0 first.
  public static func labels(file path: String) throws(InceptError) -> [String] {
    let storage = try FileAccess.read(path: path, limit: 16 << 20)
    defer { withExtendedLifetime(storage) {} }
    let bytes = UnsafeRawBufferPointer(start: storage.baseAddress, count: storage.byteCount)
    var lines = String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard !lines.isEmpty else {
      throw InceptError(
        .badData, subject: path, expected: "expected a class name a line", found: "an empty file")
    }
    return lines
  }
}

extension Session {
  /// Classifies the pictures (PNG or JPEG) in the given files.
  ///
  /// - Throws: `.usage` where the network takes no pictures, its preprocessing isn't known and none is given, or
  ///   an option doesn't fit; what is wrong with a file, about that file; `.cannotCreate` for the plot.
  public func classify(
    _ files: [String], options: ClassifyOptions = ClassifyOptions()
  ) throws(InceptError) -> RunReport {
    try options.plot?.check(pictures: files.count)
    let pictures = try Pictures(model, options)
    let batch = max(1, min(options.batch, files.count))
    var results: [RunReport.Result] = []
    var panels: [ClassPlot.Panel] = []
    var times: [Double] = []
    // A missing file must not show after minutes; pictures themselves would take too much memory at once.
    for path in files where !FileManager.default.fileExists(atPath: path) {
      _ = try Image.decode(path: path)
    }
    var start = 0
    while start < files.count {
      let end = min(start + batch, files.count)
      var group = try files[start..<end].map { (path) throws(InceptError) in
        try Image.decode(path: path)
      }
      // The last group is filled up with its last picture, which saves preparing another batch size.
      while group.count < batch, let last = group.last { group.append(last) }
      let tensor = try pictures.tensor(group, names: Array(files[start..<end]))
      let executable = try executable([pictures.input: tensor.shape])
      report("running", start, of: files.count)
      let watch = Stopwatch()
      let output = try executable.run([pictures.input: tensor])
      times.append(watch.milliseconds)
      guard let scores = output.first else { break }
      let all = try pictures.scores(scores, batch: batch).prefix(end - start)
      for (scores, (file, image)) in zip(all, zip(files[start..<end], group)) {
        results.append(.init(image: file, top: scores.top(options.top)))
        guard options.plot != nil else { continue }
        panels.append(try ClassPlot.Panel(file, image, scores, pictures, top: options.top))
      }
      start = end
    }
    let report = RunReport(
      model: model.reported, device: device.reported, accuracy: self.options.accuracy,
      precision: self.options.precision,
      results: results, outputs: nil,
      timing: timing(times))
    if let file = options.plot {
      try ClassPlot(report: report, panels: panels, top: options.top).write(to: file)
    }
    return report
  }

  /// Times of a report from those of single runs.
  func timing(_ runs: [Double]) -> RunReport.Timing {
    RunReport.Timing(
      load: model.loadMilliseconds, build: buildMilliseconds, tune: tuneMilliseconds, runs: runs)
  }
}
