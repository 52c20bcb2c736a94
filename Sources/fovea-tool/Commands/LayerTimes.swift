import Fovea
import TensorCore

/// The layers of a network with what each takes, for `benchmark --layers`.
struct LayerTimes: Encodable {
  struct Row: Encodable {
    let name: String
    let method: String
    let milliseconds: Double
    let gflops: Double
    let shareOfPeak: Double
    let weightBytes: Int

    enum CodingKeys: String, CodingKey {
      case name, method, milliseconds, gflops
      case shareOfPeak = "share_of_peak"
      case weightBytes = "weight_bytes"
    }
  }

  let rows: [Row]
  let peakGflops: Double
  let arenaBytes: Int
  let weightBytes: Int

  enum CodingKeys: String, CodingKey {
    case rows
    case peakGflops = "peak_gflops"
    case arenaBytes = "arena_bytes"
    case weightBytes = "weight_bytes"
  }

  init(_ steps: [StepProfile], peak: Double, arena: Int, weights: Int) {
    rows = steps.map { step in
      let gflops = step.seconds > 0 ? Double(step.operations) / step.seconds / 1e9 : 0
      return Row(
        name: step.layer, method: step.method, milliseconds: step.seconds * 1000, gflops: gflops,
        shareOfPeak: gflops / peak, weightBytes: step.weightBytes)
    }
    peakGflops = peak
    arenaBytes = arena
    weightBytes = weights
  }

  /// A table; the share of the peak may pass 100 % where Winograd saves products.
  var text: String {
    let width = max(5, rows.map(\.name.count).max() ?? 0)
    func line(_ name: String, _ rest: [String]) -> String {
      let widths = [13, 9, 9, 7]
      let cells = zip(rest, widths).enumerated().map { index, cell in
        let gap = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
        return index == 0 ? cell.0 + gap : gap + cell.0
      }
      return name + String(repeating: " ", count: max(0, width - name.count)) + "  "
        + cells.joined(separator: "  ") + "\n"
    }
    var text = "\n" + line("layer", ["method", "ms", "GFLOP/s", "of peak"])
    for row in rows {
      let counts = row.gflops > 0
      text += line(
        row.name,
        [
          row.method, decimal(row.milliseconds), counts ? decimal(row.gflops) : "",
          counts ? "\(Int((row.shareOfPeak * 100).rounded())) %" : "",
        ])
    }
    func mebibytes(_ bytes: Int) -> String { decimal(Double(bytes) / 1_048_576) }
    return text + """
      peak measured here: \(decimal(peakGflops)) GFLOP/s in a matrix product
      memory: weights \(mebibytes(weightBytes)) MiB as packed, arena \(mebibytes(arenaBytes)) MiB

      """
  }
}

/// Three digits that count: `0.123`, `4.56`, `78.9`, `123`.
func decimal(_ value: Double, places most: Int = 3) -> String {
  var places = 0
  while places < most, abs(value) * pow10(places) < 100 { places += 1 }
  let scaled = Int((abs(value) * pow10(places)).rounded())
  guard places > 0 else { return String(scaled) }
  let digits = String(scaled)
  let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
  return (value < 0 ? "-" : "") + padded.dropLast(places) + "." + padded.suffix(places)
}

private func pow10(_ places: Int) -> Double { [1, 10, 100, 1e3, 1e4, 1e5, 1e6][places] }
