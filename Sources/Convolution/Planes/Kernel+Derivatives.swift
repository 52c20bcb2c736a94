/// Derivative kernels, to be correlated (not flipped). Positive where the picture goes from white to black: from left to
/// right for X, from top to bottom for Y. Not normalised.
extension Kernel {
  /// Sobel: `[1 0 -1; 2 0 -2; 1 0 -1]`.
  public static let sobelX = Kernel(column: [1, 2, 1], row: [1, 0, -1])
  /// Sobel: `[1 2 1; 0 0 0; -1 -2 -1]`.
  public static let sobelY = Kernel(column: [1, 0, -1], row: [1, 2, 1])
  /// Scharr: `[3 0 -3; 10 0 -10; 3 0 -3]`.
  public static let scharrX = Kernel(column: [3, 10, 3], row: [1, 0, -1])
  /// Scharr: `[3 10 3; 0 0 0; -3 -10 -3]`.
  public static let scharrY = Kernel(column: [1, 0, -1], row: [3, 10, 3])
  /// Prewitt: `[1 0 -1; 1 0 -1; 1 0 -1]`.
  public static let prewittX = Kernel(column: [1, 1, 1], row: [1, 0, -1])
  /// Prewitt: `[1 1 1; 0 0 0; -1 -1 -1]`.
  public static let prewittY = Kernel(column: [1, 0, -1], row: [1, 1, 1])
  /// The sum of the second differences (`scipy.ndimage.laplace`): `[0 1 0; 1 -4 1; 0 1 0]`.
  public static let laplacian = Kernel([[0, 1, 0], [1, -4, 1], [0, 1, 0]])
}
