/// Which positions of the kernel over a picture give an output pixel; names and sizes as in `scipy.signal`.
///
/// For a picture of `N` pixels along an axis and a kernel of `K` taps:
/// ``valid`` gives `N - K + 1`, ``same`` gives `N`, ``full`` gives `N + K - 1`.
public enum OutputMode: String, Sendable, Hashable, CaseIterable {
  /// Positions where the kernel lies wholly inside the picture.
  case valid
  /// As many pixels as the picture has. An even kernel leans: `same` starts in ``full`` at `K / 2` for a correlation
  /// and at `(K - 1) / 2` for a convolution, rounded down, which is what `scipy.signal.correlate2d` and `convolve2d` do.
  case same
  /// Every position where the kernel touches the picture.
  case full

  /// The number of output pixels along one axis; `nil` when there is none: an empty picture or kernel, or ``valid``
  /// with a kernel longer than the picture.
  public func outputExtent(input: Int, kernel: Int) -> Int? {
    guard input > 0, kernel > 0 else { return nil }
    switch self {
    case .valid: return input >= kernel ? input - kernel + 1 : nil
    case .same: return input
    case .full: return input + kernel - 1
    }
  }

  /// How many pixels before output pixel 0 the kernel's first tap lies: output `o` of a correlation reads the inputs
  /// `o - leading ..< o - leading + kernel`.
  ///
  /// A convolution is asked with `convolving`; its taps are then the flipped ones.
  package func leading(kernel: Int, convolving: Bool) -> Int {
    switch self {
    case .valid: 0
    case .same: convolving ? kernel / 2 : (kernel - 1) / 2
    case .full: kernel - 1
    }
  }
}
