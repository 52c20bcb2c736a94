/// How a window slides along one axis of a picture: the one place that knows output sizes and padding.
///
/// ```swift
/// WindowAxis(input: 224, kernel: 7, stride: 2, padding: .same, .rows)?.output   // 112
/// ```
package struct WindowAxis: Sendable, Hashable {
  /// Which pair of an explicit padding applies.
  package enum Direction: Sendable { case rows, columns }

  package let input: Int
  package let kernel: Int
  package let stride: Int
  package let dilation: Int
  /// Pixels of padding before the first and after the last input pixel.
  package let before: Int
  package let after: Int
  package let output: Int

  /// The windows over `input` pixels; `nil` when not one of them has a place.
  ///
  /// `same` as TensorFlow: `ceil(n / s)` outputs, `max((ceil(n / s) - 1) s + k - n, 0)` pixels of padding. Otherwise
  /// `floor((n + padding - reach) / s) + 1` outputs, or with `roundsUp` its ceiling less a window that would start in the
  /// padding at the end (Caffe, PyTorch's `ceil_mode`).
  package init?(
    input: Int, kernel: Int, stride: Int, dilation: Int = 1, padding: Padding, _ direction: Direction,
    roundsUp: Bool = false
  ) {
    let reach = Self.reach(of: kernel, dilation: dilation)
    var output: Int
    switch padding {
    case .same, .sameLower:
      output = (input + stride - 1) / stride
      let total = max((output - 1) * stride + reach - input, 0)
      before = padding == .same ? total / 2 : total - total / 2
      after = total - before
    case .valid, .explicit:
      var margins = Margins.none
      if case .explicit(let given) = padding { margins = given }
      before = direction == .rows ? margins.top : margins.left
      after = direction == .rows ? margins.bottom : margins.right
      let room = input + before + after - reach + (roundsUp ? stride - 1 : 0)
      guard room >= 0 else { return nil }
      output = room / stride + 1
      if roundsUp, (output - 1) * stride >= input + before { output -= 1 }
    }
    guard input >= 0, output > 0 else { return nil }
    self.input = input
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.output = output
  }

  /// The pixels from the first to the last that a kernel touches.
  static func reach(of kernel: Int, dilation: Int) -> Int { (kernel - 1) * dilation + 1 }

  /// Where the window of an output pixel starts in the input; negative inside the padding.
  package func start(of position: Int) -> Int { position * stride - before }

  /// The input pixel that a tap of the window at an output pixel falls on.
  package func place(of tap: Int, at position: Int) -> Int { start(of: position) + tap * dilation }

  /// The taps of the window at an output pixel that fall on the input and not on padding.
  package func taps(at position: Int) -> Range<Int> {
    let start = start(of: position)
    let first = start >= 0 ? 0 : (dilation - 1 - start) / dilation
    let end = start < input ? min(kernel, (input - 1 - start) / dilation + 1) : 0
    return first..<max(first, end)
  }
}
