import Synchronization

/// Whether the decoders of this process get on, for a process that ends itself when one of them hangs.
///
/// A step is a part of a picture that came out of a decoder. What is done with the parts may take as long as it likes: a
/// filter or an encoder is no decoder.
package enum DecoderWatch {
  private static let steps = Atomic<Int>(0)
  private static let others = Atomic<Int>(0)
  private static let seconds = Atomic<Int>(30)

  /// How many steps there have been; no two are alike while something other than decoding is going on.
  package static var progress: Int {
    if others.load(ordering: .acquiring) > 0 { step() }
    return steps.load(ordering: .relaxed)
  }

  /// How many seconds the latest picture may take from step to step, see ``LoadOptions/decoderSeconds``.
  package static var patience: Int { seconds.load(ordering: .relaxed) }

  /// Runs `body`, in which nothing is decoded.
  package static func besides<Result, Failure: Error>(
    _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pause()
    defer { resume() }
    return try body()
  }

  /// Notes that a part has come.
  static func step() { steps.add(1, ordering: .relaxed) }

  /// From here on until ``resume()``, nothing is decoded.
  static func pause() { others.add(1, ordering: .acquiringAndReleasing) }

  static func resume() {
    step()
    others.subtract(1, ordering: .acquiringAndReleasing)
  }

  /// Begins a picture of so many pixels, or of an unknown number.
  static func begin(_ options: LoadOptions, pixels: Int = 0) {
    seconds.store(options.secondsToDecode(pixels), ordering: .relaxed)
    step()
  }
}

extension LoadOptions {
  /// How long a decoder may take from one part of a picture to the next: whole pictures may have to be decoded before
  /// their first row can come.
  func secondsToDecode(_ pixels: Int) -> Int {
    min(max(1, decoderSeconds), 1_000_000) + pixels / 5_000_000
  }
}
