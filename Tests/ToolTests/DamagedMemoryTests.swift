import Foundation
import TestSupport
import Testing

#if os(Linux)
  /// A small file that claims gigabytes costs none: a process that may have 300 MB reads damaged files whole.
  @Suite struct DamagedMemoryTests {
    private static let fixtures = repositoryFolder + "/Tests/WeightFilesTests/Fixtures/"
    /// An allocation beyond the limit ends a process by a signal, which the shell tells as a status above 128.
    private static let limited = """
      ulimit -d 300000
      for file in [0-9]*; do
        timeout 20 "$0" convert $file out.npz --overwrite > /dev/null 2>&1
        status=$?
        [ $status -le 1 ] || [ $status = 64 ] || echo "$file: status $status"
      done
      """

    private func shell(_ script: String, in folder: URL) throws -> String {
      let (process, output) = (Process(), Pipe())
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", script, Tool.path.path]
      process.currentDirectoryURL = folder
      process.standardOutput = output
      try process.run()
      let told = output.fileHandleForReading.readDataToEndOfFile()
      process.waitUntilExit()
      return String(decoding: told, as: UTF8.self)
    }

    @Test(arguments: [
      "damage/new.h5", "damage/tiny.weights.h5", "damage/tiny.keras", "tiny_kernel.npy", "stored.npz",
      "deflated.npz", "torch/tiny.pth", "torch/tiny_legacy.pth", "torch/layers.npy", "small.safetensors",
      "damage/tiny.caffemodel", "damage/v0.caffemodel", "damage/tiny.onnx",
    ])
    func claimsCostNoMemory(name: String) throws {
      let folder = try Pictures()
      let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.fixtures + name)))
      let all = [bytes] + Damage.lengths(of: bytes) + Damage.varints(of: bytes)
      let step = max(1, all.count / max(8, Damage.flips / 60))
      for (number, place) in stride(from: 0, to: all.count, by: step).enumerated() {
        try folder.write("\(number)", Data(all[place]))
      }
      let told = try shell(Self.limited, in: folder.folder)
      #expect(told.isEmpty, "\(name): \(told)")
      // The first of them is sound; Keras, whose names an .npz has, lacks a layer of the ONNX file's.
      if !name.hasSuffix("onnx") { #expect(try folder.data("out.npz").count > 100) }
    }

    /// What is asked above says something only where the limit holds.
    @Test func theLimitHolds() throws {
      let folder = try Pictures()
      let script = "ulimit -d 300000; head -c 400000000 /dev/zero | tail -c 390000000 2> /dev/null | wc -c"
      #expect(try shell(script, in: folder.folder) != "390000000\n")
    }
  }
#endif
