/// The progress line: `137 of 456   45.1 a second   0:07 left   2 failed`.
struct Progress {
  private let total: Int
  private let start = ContinuousClock.now
  private var lastShown: ContinuousClock.Instant?

  init(total: Int) { self.total = total }

  /// The line to show now, or `nil` when the last one is too young to be replaced.
  mutating func line(_ counts: Counts) -> String? {
    let now = ContinuousClock.now
    if let lastShown, now - lastShown < .milliseconds(100) { return nil }
    lastShown = now
    return Progress.text(counts, total: total, seconds: (now - start) / .seconds(1))
  }

  static func text(_ counts: Counts, total: Int, seconds: Double) -> String {
    let ended = counts.done + counts.failed + counts.skipped
    var parts = ["\(ended) of \(total)"]
    // What an earlier run has done says nothing about the speed of this one.
    let worked = counts.done + counts.failed
    if worked > 0, seconds > 0 {
      let rate = Double(worked) / seconds
      parts.append("\(oneDecimal(rate)) a second")
      parts.append("\(clockText(Double(total - ended) / rate)) left")
    }
    if counts.failed > 0 { parts.append("\(counts.failed) failed") }
    return parts.joined(separator: "   ")
  }

  private static func oneDecimal(_ value: Double) -> String {
    let tenths = Int((min(value, 1e9) * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// A time as clocks count it: `0:07`, `12:30`, `3:05:00`.
package func clockText(_ seconds: Double) -> String {
  let seconds = Int(min(seconds, 1e9).rounded(.up))
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
  return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
}
