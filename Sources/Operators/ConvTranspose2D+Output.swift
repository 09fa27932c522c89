extension ConvTranspose2D {
  /// What is cut off before and behind an axis of a transposed convolution so that its result has `output` elements:
  /// half each, the odd one behind. Where there are too few, the second number is negative: that many are added.
  public static func cut(
    input: Int, kernel: Int, stride: Int, dilation: Int, output: Int
  ) -> (before: Int, after: Int) {
    let full = (input - 1) * stride + (kernel - 1) * dilation + 1
    let cut = full - output
    return cut > 0 ? (cut / 2, cut - cut / 2) : (0, cut)
  }
}
