import Animation
import Drawing
import Filters
import Foundation
import Imaging

/// A filter with a parameter that changes from frame to frame, as a GIF file and numbered PNG files.
public struct FilterAnimation: Sendable {
  /// What is changed, as `rotate`.
  public let parameter: String
  /// The parameter's values, one a frame.
  public let values: [Double]
  /// The GIF file.
  public let path: String

  /// Names the parameter, its values, and the file to write.
  ///
  /// - Parameters:
  ///   - sweep: `PARAMETER=FROM:TO:STEP`, ends included; the step is 1 without one. At most 1,000 frames.
  ///   - path: A name that ends in .gif. The frames are `NAME-frames/0001.png`, ….
  /// - Throws: `.usage`.
  public init(_ sweep: String, to path: String) throws(InceptError) {
    let sweep = try Sweep(sweep)
    guard path.lowercased().hasSuffix(".gif"), path.count > 4, !path.hasSuffix("/.gif") else {
      throw InceptError(
        .usage, subject: "animation file '\(path)'", expected: "expected a name that ends in .gif")
    }
    try Canvas.checkLibrary()
    try GIFWriter.checkLibrary()
    parameter = sweep.parameter
    values = sweep.values
    self.path = path
  }

  /// The folder of the frames.
  public var framesFolder: String { "\(path.dropLast(4))-frames" }

  /// Pixels of a point in the GIF file; PNG files have 2.
  private static let scale = 1.0

  /// Hundredths of a second that a frame is shown: the whole takes some seconds.
  static func delay(frames: Int) -> Int { min(max(600 / max(frames, 1), 5), 50) }

  /// The setup of each frame.
  ///
  /// - Throws: `.usage` for a parameter or value that no setup has.
  private func setups(_ setup: FilterSetup) throws(InceptError) -> [FilterSetup] {
    var setups: [FilterSetup] = []
    for value in values { setups.append(try setup.setting(parameter, to: value)) }
    return setups
  }

  /// Draws a panel for each value. All files appear, or none.
  ///
  /// - Parameters:
  ///   - setup: What stays the same in all frames.
  ///   - picture: The picture that goes through the filters.
  ///   - lab: What runs them.
  ///   - range: The values that are black and white in all pictures but the filter's; nil is each one's own.
  ///   - progress: Is told how many frames are done.
  ///   - isStopped: Is asked before each frame; nothing is written once it says yes.
  /// - Returns: The files; none where it was stopped.
  public func write(
    _ setup: FilterSetup, of picture: FilterPicture, in lab: FilterLab,
    range: ClosedRange<Double>? = nil, progress: ProgressHandler? = nil,
    isStopped: () -> Bool = { false }
  ) throws(InceptError) -> [String] {
    let setups = try setups(setup)
    // What no frame can be made of must show before the first is drawn.
    var places = 0
    for setup in setups {
      let filter = try setup.filter(for: picture)
      _ = try setup.chain.graph(
        picture: (picture.rows, picture.columns), filter: (filter.rows, filter.columns))
      places = max(places, setup.chain.count + 2)
    }
    let folder = try FrameFolder(framesFolder)
    do throws(InceptError) {
      var animation: GIFWriter?
      for (index, setup) in setups.enumerated() {
        if isStopped() {
          folder.discard()
          return []
        }
        progress?(ProgressStep(stage: "drawing frames", done: index, total: setups.count))
        let result = try lab.apply(setup.filter(for: picture), to: picture, setup.chain)
        let panel = FilterPanel(result, range: range, mark: setup.patch, places: places)
        let canvas = try panel.canvas()
        try folder.add(canvas.encoded(.png))
        let frame = try canvas.image(scale: Self.scale)
        if animation == nil { animation = try GIFWriter(width: frame.width, height: frame.height) }
        try animation?.add(frame, delay: Self.delay(frames: setups.count))
      }
      progress?(
        ProgressStep(stage: "drawing frames", done: setups.count, total: setups.count))
      try animation.take()?.write(to: path)
      return [path] + (try folder.finish())
    } catch {
      folder.discard()
      throw error
    }
  }
}

/// A folder of numbered frames, which appear together.
final class FrameFolder {
  private let path: String
  private let temporary: String
  private let isNew: Bool
  private var count = 0

  /// Makes the folder where there is none.
  ///
  /// - Throws: `.cannotCreate`.
  init(_ path: String) throws(InceptError) {
    self.path = path
    temporary = "\(path)/.incept-\(UUID().uuidString).tmp"
    isNew = mkdir(path, 0o777) == 0
    guard isNew || errno == EEXIST, mkdir(temporary, 0o777) == 0 else {
      throw Self.unwritable(path)
    }
  }

  private static func name(_ number: Int) -> String { String(format: "%04d.png", number) }

  /// Adds a frame.
  func add(_ png: [UInt8]) throws(InceptError) {
    count += 1
    let file = Self.name(count)
    do throws(InceptError) {
      try png.withUnsafeBufferPointer { (buffer) throws(InceptError) in
        try FileAccess.write([UnsafeRawBufferPointer(buffer)], to: "\(temporary)/\(file)")
      }
    } catch {
      throw error.about("\(path)/\(file)")
    }
  }

  /// Puts the frames in place of those of an earlier animation. Returns their paths.
  func finish() throws(InceptError) -> [String] {
    let files = (1...max(count, 1)).map(Self.name)
    for file in files where rename("\(temporary)/\(file)", "\(path)/\(file)") != 0 {
      throw Self.unwritable("\(path)/\(file)")
    }
    rmdir(temporary)
    // Frames of a longer animation would seem to be of this one.
    var next = count + 1
    while unlink("\(path)/\(Self.name(next))") == 0 { next += 1 }
    return files.map { "\(path)/\($0)" }
  }

  /// Removes what was made.
  func discard() {
    try? FileManager.default.removeItem(atPath: temporary)
    if isNew { rmdir(path) }
  }

  private static func unwritable(_ path: String) -> InceptError {
    InceptError(
      .cannotCreate, subject: path, expected: "expected a folder that can be written",
      found: String(cString: strerror(errno)))
  }
}
