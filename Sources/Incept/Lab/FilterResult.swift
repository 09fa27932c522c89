import Drawing

/// What a chain of convolutions made of a picture.
public struct FilterResult: Sendable {
  /// Where it was computed.
  public let device: ReportedDevice
  /// The picture.
  public let source: FilterPicture
  /// The filter.
  public let filter: ImageFilter
  /// The convolutions.
  public let chain: FilterChain
  /// `x`, `y1`, `y2`, …: tensors `[1, rows, columns, 1]`.
  public let outputs: [(name: String, tensor: HostTensor)]
  /// Milliseconds for planning and building kernels.
  public let buildMilliseconds: Double
  /// Milliseconds of the run.
  public let runMilliseconds: Double

  /// Draws `raw · conv 1 … conv n · filter` in grey to a file that ends in .png, .svg or .pdf.
  ///
  /// - Parameters:
  ///   - path: The file, which appears whole or not at all.
  ///   - range: The values that are black and white in all pictures but the filter's; nil is each one's own.
  ///   - mark: A part of the picture to frame, in pixels of its file.
  public func write(
    to path: String, range: ClosedRange<Double>? = nil, marking mark: ClassifyOptions.Crop? = nil
  ) throws(InceptError) {
    let file = try PlotFile(path)
    try FilterPanel(self, range: range, mark: mark).canvas().write(to: file.path)
  }

  /// The panel that ``write(to:range:marking:)`` draws, in memory.
  public func picture(
    range: ClosedRange<Double>? = nil, marking mark: ClassifyOptions.Crop? = nil
  ) throws(InceptError) -> Picture {
    try Picture(FilterPanel(self, range: range, mark: mark).canvas())
  }

  /// Writes `x.npy`, `y1.npy`, … and `filter.npy`, all or none of them. Returns their paths.
  @discardableResult
  public func writeTensors(to directory: String) throws(InceptError) -> [String] {
    try TensorFolder(directory).write(outputs + [("filter", filter.tensor)])
  }
}
