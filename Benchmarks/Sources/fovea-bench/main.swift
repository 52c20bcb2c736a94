import Convolution
import TensorCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// fovea-bench            times the cases below and prints a table
// fovea-bench --serve    reads cases from standard input and answers each with its best time in milliseconds, so that
//                        a script can measure another library in turn with it
// fovea-bench --methods  forces each method on one thread and prints nanoseconds a pixel beside what the cost model says

func best(_ filterCase: FilterCase) -> Double {
  filterCase.milliseconds(runs: filterCase.height * filterCase.width > 1 << 22 ? 3 : 15).min() ?? .nan
}

func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }

if CommandLine.arguments.dropFirst().contains("--serve") {
  while let line = readLine() {
    print(FilterCase(line).map { "\(best($0))" } ?? "not a case: \(line)")
    // Piped output waits for a full buffer otherwise, and the asker for its answer.
    fflush(nil)
  }
} else if CommandLine.arguments.dropFirst().contains("--methods") {
  let side = 1536
  let cases =
    [3, 5, 7, 9, 11, 15, 31, 63].map { ("correlate", $0, ["direct", "fft"]) }
    + [1, 2, 4, 8, 16, 32].map { ("gaussian", $0, ["separable", "fft"]) }
    + [3, 5, 9, 31, 101, 255].map { ("box", $0, ["direct", "separable", "box", "fft"]) }
  for (filter, parameter, methods) in cases {
    for method in methods where !(method == "direct" && parameter > 31) {
      guard let filterCase = FilterCase("\(filter) \(side) \(side) \(parameter) reflect \(method)"),
        let named = filterCase.method
      else { continue }
      let time = Parallelism.limited(to: 1) { best(filterCase) } * 1e6 / Double(side * side)
      let model = CorrelationMethod.choice(for: filterCase.kernel, output: Extent(side)).costs[named] ?? .nan
      print("\(filter) \(parameter) \(method): measured \(rounded(time)), model \(rounded(model))")
    }
  }
} else {
  let filters =
    [3, 5, 7, 9, 15, 31, 63].map { "correlate H W \($0) reflect" }
    + [1, 2, 8, 32].map { "gaussian H W \($0) reflect" } + [3, 9, 101].map { "box H W \($0) reflect" }
    + ["sobel H W 3 reflect"]
  for (height, width) in [(512, 512), (4000, 6000)] {
    for filter in filters {
      let line = filter.split(whereSeparator: \.isWhitespace).map {
        $0 == "H" ? "\(height)" : $0 == "W" ? "\(width)" : String($0)
      }
      .joined(separator: " ")
      guard let filterCase = FilterCase(line) else { continue }
      print("\(line): \((best(filterCase) * 100).rounded() / 100) ms")
    }
  }
}
