import Foundation
import Testing

/// What is wrong with a command line is found before any input is read, and said.
@Suite struct UsageTests {
  let pictures: Pictures
  init() throws {
    pictures = try Pictures()
    try pictures.npy("a.npy", height: 5, width: 5) { row, column in
      [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]][row][column]
    }
  }

  @Test(arguments: [
    (["correlate", "--kernel", "0 1 x", "a.npy"], "kernel row 1, column 3"),
    (["correlate", "--kernel", "1 2; 3", "a.npy"], "kernel row 2"),
    (["convolve", "--kernel", "taps.csv", "a.npy"], "there is no file taps.csv"),
    (["correlate", "--kernel", "1 -1", "--normalise", "a.npy"], "sum is 0"),
    (["filter", "gaussian", "--sigma", "0", "a.npy"], "--sigma"),
    (["filter", "gaussian", "a.npy"], "--sigma"),
    (["filter", "box", "--size", "0x3", "a.npy"], "--size"),
    (["filter", "sobel", "--boundary", "bogus", "a.npy"], "reflect"),
    (["filter", "box", "--size", "99999999999x1", "a.npy"], "--size"),
    (["filter", "gaussian", "--sigma", "-1", "a.npy"], "above 0"),
    (["filter", "sobel"], "inputs"),
    (["filter", "sobel", "-", "-"], "given twice"),
    (["filter", "sobel", "--jobs", "0", "a.npy"], "--jobs"),
    (["filter", "laplacian", "--boundary", "wrap", "--boundary-value", "3", "a.npy"], "--boundary-value"),
    (["resize", "--size", "10", "--pad-colour", "mauve", "a.npy"], "--pad-colour"),
    (["filter", "gaussian", "--sigma", "2", "--approximate", "--size", "5", "a.npy"], "--approximate"),
    (["nonsense"], "there is no command 'nonsense'; nearest: "),
    (["filtr", "sobel", "a.npy"], "'filter'"),
    (["help", "nonsense"], "there is no command 'nonsense'"),
    (["help", "filter", "gausian"], "there is no filter 'gausian'"),
    (["filter", "gausian", "a.npy"], "there is no filter 'gausian'; nearest: 'gaussian', "),
  ])
  func wrongUsageEndsWith64(_ arguments: [String], _ said: String) throws {
    let result = Tool.finish(try Tool.start(arguments, in: pictures.folder))
    #expect(result.status == 64)
    #expect(result.errors.contains(said), "\(result.errors)")
    #expect(result.output.isEmpty && pictures.tree("Output").isEmpty)
  }

  /// Dumoulin and Visin's worked example, through the whole program.
  @Test func theWorkedExampleComesOut() throws {
    let result = Tool.finish(
      try Tool.start(
        ["correlate", "--kernel", "0 1 2; 2 2 0; 0 1 2", "--mode", "valid", "a.npy"], in: pictures.folder))
    #expect(result.status == 0)
    let found = try pictures.floats("Output/a.npy")
    #expect(found.shape == "3, 3" && found.values == [12, 12, 17, 10, 17, 19, 9, 6, 14])
  }

  /// A picture of 8 bits has raw results too: neither rounded nor moved to mid-grey.
  @Test func aPictureBecomesRawFloats() throws {
    let steps = [
      ["correlate", "--kernel", "10", "a.npy", "-o", "a.png"],
      ["correlate", "--kernel", "1", "a.png", "-o", "same.npy"],
      ["correlate", "--kernel", "0 -0.25", "a.png", "-o", "minus.npy", "--suffix", "-x"],
    ]
    for step in steps { #expect(Tool.finish(try Tool.start(step, in: pictures.folder)).status == 0) }
    let same = try pictures.floats("same.npy").values
    #expect(same.max() == 30)
    #expect(try pictures.floats("minus.npy").values.contains(-7.5))
  }

  @Test func theMethodIsExplained() throws {
    for (arguments, said) in [
      (
        ["filter", "gaussian", "--sigma", "2"],
        "a 17x17 kernel: separable, because its taps are a column times a row"
      ),
      (["filter", "median", "--size", "3"], "a median of 3x3: network, because"),
      (["filter", "gaussian", "--sigma", "20", "--approximate"], "box, because its taps are all equal"),
      (["correlate", "--kernel", "0 1; 2 3"], "a 2x2 kernel: direct, because"),
    ] {
      let result = Tool.finish(
        try Tool.start(arguments + ["--explain-method", "a.npy", "--overwrite"], in: pictures.folder))
      #expect(result.status == 0 && result.errors.contains(said), "\(result.errors)")
    }
  }

  @Test func aKernelBeyondMemoryFailsItsInputOnly() throws {
    let result = Tool.finish(
      try Tool.start(["filter", "box", "--size", "90000x80000", "a.npy"], in: pictures.folder))
    #expect(result.status == 1 && result.errors.contains("90000x80000 kernel is too large"))
  }

  @Test func aKernelThatDoesNotFitFailsItsInputOnly() throws {
    let result = Tool.finish(
      try Tool.start(
        ["filter", "box", "--size", "9x7", "--mode", "valid", "a.npy"], in: pictures.folder))
    #expect(result.status == 1 && result.errors.contains("9x7") && result.errors.contains("5x5"))
  }

  @Test(arguments: [
    [], ["filter"], ["filter", "gaussian"], ["filter", "box"], ["filter", "sobel"], ["filter", "scharr"],
    ["filter", "prewitt"], ["filter", "laplacian"], ["correlate"], ["convolve"], ["resize"], ["inspect"],
    ["models"], ["summary"], ["filters"], ["activations"], ["predict"], ["apply"],
  ])
  func everyCommandHelpsWithExamples(_ command: [String]) throws {
    let result = Tool.finish(try Tool.start(command + ["--help"], in: pictures.folder))
    #expect(result.status == 0 && result.output.contains("EXAMPLES\n  fovea "))
  }

  @Test func aWeightFileThatIsNotThereIsNamed() throws {
    let result = Tool.finish(try Tool.start(["inspect", "nothing.h5"], in: pictures.folder))
    #expect(result.status == 1 && result.errors.hasPrefix("fovea: nothing.h5: "))
    #expect(result.errors.filter { $0 == "\n" }.count == 1)
  }
}
