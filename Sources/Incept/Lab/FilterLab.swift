import Synchronization

/// Runs filters over pictures on a device.
///
///     let lab = try FilterLab(on: try Device.select())
///     let picture = try FilterPicture("photo.jpg")
///     let result = try lab.apply(try ImageFilter("gabor", size: 30), to: picture)
///     try result.write(to: "gabor.png")
public final class FilterLab: Sendable {
  /// The device.
  public let device: Device
  private let options: SessionOptions
  /// A session for each of the last chains; its networks are prepared for the sizes of picture and filter.
  private let sessions = Mutex<[(chain: FilterChain, session: Session)]>([])
  private static let sessionLimit = 4

  /// Creates a laboratory on a device.
  public init(on device: Device, options: SessionOptions = SessionOptions()) throws(InceptError) {
    self.device = device
    self.options = options
  }

  /// Computes `x`, `y1`, `y2`, … of a chain of convolutions of a picture with a filter.
  ///
  /// - Throws: what ``FilterChain/graph(picture:filter:)`` throws; `.unavailable` where the device can't be used.
  public func apply(
    _ filter: ImageFilter, to picture: FilterPicture, _ chain: FilterChain = FilterChain()
  ) throws(InceptError) -> FilterResult {
    let graph = try chain.graph(
      picture: (picture.rows, picture.columns), filter: (filter.rows, filter.columns))
    let session = try session(chain, graph)
    let watch = Stopwatch()
    let before = session.buildMilliseconds
    let outputs = try session.run(["x": picture.tensor, "filter": filter.tensor])
    let built = session.buildMilliseconds - before
    return FilterResult(
      device: device.reported, source: picture, filter: filter, chain: chain, outputs: outputs,
      buildMilliseconds: built, runMilliseconds: watch.milliseconds - built)
  }

  private func session(_ chain: FilterChain, _ graph: Graph) throws(InceptError) -> Session {
    try sessions.withLock { (sessions) throws(InceptError) in
      if let found = sessions.first(where: { $0.chain == chain }) { return found.session }
      let session = try Session(Model(graph), on: device, options: options)
      if sessions.count >= Self.sessionLimit { sessions.removeFirst() }
      sessions.append((chain, session))
      return session
    }
  }
}
