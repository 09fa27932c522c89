import ProfilePages
import Profiling

extension ProfileReport {
  /// The report as one page without any other file: charts of time, of what bounds it, of one run, of the graph and of
  /// memory, and a table.
  ///
  /// - Parameter model: The model that was profiled, for the graph; nil leaves that out.
  /// - Throws: what its graph throws, and where the profile is another model's.
  public func html(of model: Model? = nil) throws(InceptError) -> String {
    let picture = try model.map { (model) throws(InceptError) in
      var picture = try GraphPicture.of(model, stage: .optimised, batch: batch)
      try picture.colour(by: StoredProfile(self))
      return picture.graph
    }
    let document: JSONValue
    do {
      document = try OrderedJSONEncoder.encode(self)
    } catch {
      throw InceptError(
        .software, subject: "report \(schema)", expected: "expected values that JSON can hold",
        found: "\(error)")
    }
    return ProfilePage(
      title: "\(self.model.name) on \(device.name)", profile: document, ops: layers.map(\.op),
      graph: picture
    ).text()
  }
}
