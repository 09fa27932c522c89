/// Rows and columns of pictures.
public struct PictureSize: Sendable, Hashable {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// Names a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}
