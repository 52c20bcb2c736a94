import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Folders and disks that fight back: each trouble is named, and the other inputs go on.
@Suite struct TroubleTests {
  let pictures: Pictures
  init() throws { pictures = try Pictures() }

  private func fovea(_ arguments: String) throws -> Tool.Result {
    Tool.finish(try Tool.start(arguments.split(separator: " ").map(String.init), in: pictures.folder))
  }

  private func shell(_ script: String) throws -> Tool.Result {
    let process = Process()
    let (output, errors) = (Pipe(), Pipe())
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = pictures.folder
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return Tool.finish((process, output, errors))
  }

  /// A disk of 1 MB where this user may mount one, and many who want the place that others give up; elsewhere files of
  /// 400 KB at most, which is as full for a large one.
  @Test(arguments: ["png", "jpg", "webp"])
  func aFullDiskIsNamedAndWhatFittedIsWhole(format: String) throws {
    var generator = SystemRandomNumberGenerator()
    let noise = (0..<500 * 500).map { _ in Float.random(in: 0...255, using: &generator) }
    try pictures.npy("in/00.npy", height: 500, width: 500) { noise[$0 * 500 + $1] }
    try pictures.copies(of: "in/00.npy", 0..<24)
    try pictures.npy("in/small.npy")
    let script = """
      mkdir disk
      if mount -t tmpfs -o size=1m none disk 2> /dev/null; then
        '\(Tool.path.path)' filter box --size 1 in -o disk/out --format \(format) --jobs 8; status=$?
        cp -r disk/out copy; umount disk; exit $status
      fi
      ulimit -f 400
      '\(Tool.path.path)' filter box --size 1 in -o disk/out --format npy --jobs 2; status=$?
      cp -r disk/out copy; exit $status
      """
    let result = try shell(script)
    #expect(result.status == 1, "\(result.errors)")
    #expect(
      result.errors.contains("No space left") || result.errors.contains("too large"), "\(result.errors)")
    let files = pictures.tree("copy")
    #expect(!files.isEmpty && files.count < 10 && files.allSatisfy { !$0.contains(".fovea") }, "\(files)")
    let type = files.contains { $0.hasSuffix(".npy") } ? "npy" : format
    #expect(try fovea("filter box --size 1 in/00.npy in/small.npy -o whole --format \(type)").status == 0)
    for file in files {
      let whole = try pictures.data(file.contains("small") ? "whole/small.\(type)" : "whole/00.\(type)")
      #expect(try pictures.data("copy/" + file) == whole, "\(file)")
    }
    #expect(result.lines.count == files.count, "what is listed is there")
  }

  @Test func aTargetThatCannotBeWrittenIsNamed() throws {
    for name in ["in/a.npy", "in/b.npy", "in/deep/c.npy"] { try pictures.npy(name) }
    // A folder has the name of one output, a file that of the folder of another.
    try pictures.npy("out/in/a.npy/inside.npy")
    try pictures.npy("out/in/deep")
    let result = try fovea("filter box --size 3 in -o out --overwrite")
    #expect(result.status == 1 && result.lines == ["out/in/b.npy"])
    #expect(result.errors.contains("fovea: in/a.npy: out/in/a.npy cannot be written: "), "\(result.errors)")
    #expect(
      result.errors.contains("fovea: in/deep/c.npy: out/in/deep cannot be written: "), "\(result.errors)")
    #expect(pictures.tree("out") == ["in/a.npy/inside.npy", "in/b.npy", "in/deep"])
    let nowhere = try fovea("filter box --size 3 in/a.npy -o /proc/nowhere")
    #expect(nowhere.status == 1 && nowhere.errors.contains("/proc/nowhere"))
  }

  /// A wrapped picture of more than 100 MB is decoded to a file first.
  @Test func aScratchFolderThatCannotBeWrittenIsNamed() throws {
    try pictures.write("wide.tif", OddTiff.repeating(height: 10_000, width: 11_000, rows: 10))
    let wrapped = ["filter", "box", "--size", "3", "--boundary", "wrap", "wide.tif", "-o", "out.png"]
    let result = Tool.finish(
      try Tool.start(wrapped, in: pictures.folder, environment: ["TMPDIR": "/proc"]))
    #expect(
      result.status == 1 && result.errors.contains("fovea: wide.tif: /proc: cannot be written: ")
        && result.errors.contains("TMPDIR"), "\(result.errors)")
    #expect(!result.errors.contains("damaged") && pictures.tree("out.png").isEmpty)
  }

  @Test func linksInCirclesAndToNowhereAreNoInputs() throws {
    try pictures.npy("in/a.npy")
    for (link, target) in [("loop", "../in"), ("self.npy", "self.npy"), ("gone.npy", "nowhere.npy")] {
      try FileManager.default.createSymbolicLink(
        atPath: pictures.folder.path + "/in/" + link, withDestinationPath: target)
    }
    let result = try fovea("filter box --size 3 in in/self.npy in/gone.npy -o out")
    #expect(result.status == 1 && result.lines == ["out/in/a.npy"])
    #expect(result.errors.contains("fovea: in/self.npy: ") && result.errors.contains("fovea: in/gone.npy: "))
    #expect(result.errors.hasSuffix("1 done, 2 failed; 2 other files left alone\n"), "\(result.errors)")
  }

  @Test func aFileThatVanishesMeanwhileIsNamed() throws {
    try pictures.npy("in/00.npy", height: 400, width: 400)
    try pictures.copies(of: "in/00.npy", 10..<70)
    let started = try Tool.start(
      ["filter", "gaussian", "--sigma", "9", "in", "-o", "out", "--jobs", "1"], in: pictures.folder)
    for _ in 0..<1000 where pictures.tree("out").isEmpty { usleep(2_000) }
    try FileManager.default.removeItem(at: pictures.folder.appendingPathComponent("in/69.npy"))
    let result = Tool.finish(started)
    #expect(result.status == 1 && result.lines.count == 60, "\(result.errors)")
    #expect(result.errors.contains("fovea: in/69.npy: "))
  }

  @Test func aNameThatIsNoTextIsNamedAsFarAsItGoes() throws {
    try pictures.npy("in/good.npy")
    try pictures.write("in/bad.png", Data("no picture".utf8))
    let from = pictures.folder.path + "/in/bad.png"
    let to =
      Array((pictures.folder.path + "/in/b").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF)]
      + Array("d.png".utf8CString)
    try #require(rename(from, to) == 0)
    let result = try fovea("filter box --size 3 in -o out")
    #expect(result.status == 1 && result.lines == ["out/in/good.npy"])
    #expect(result.errors.contains("fovea: in/b\u{FFFD}d.png: "), "\(result.errors)")
  }

  #if os(Linux)
    @Test func memoryDoesNotGrowWithTheNumberOfFiles() throws {
      let count = 1500
      for index in 0..<count { try pictures.npy("in/\(index % 40)/\(index).npy") }
      let started = try Tool.start(
        ["filter", "box", "--size", "3", "in", "-o", "out"], in: pictures.folder)
      let status = "/proc/\(started.0.processIdentifier)/status"
      // The peak so far, in kB, when so many results have come.
      var peaks: [Int: Int] = [:]
      var lines = 0
      while let data = try started.1.fileHandleForReading.read(upToCount: 4096), !data.isEmpty {
        lines += data.filter { $0 == 10 }.count
        guard let text = try? String(contentsOfFile: status, encoding: .utf8) else { continue }
        let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM") }
        if let peak = line?.split(whereSeparator: { !$0.isNumber }).last { peaks[lines] = Int(peak) }
      }
      let result = Tool.finish(started)
      #expect(result.status == 0 && lines == count)
      let early = peaks.filter { $0.key > 300 && $0.key < 600 }.values.min()
      let late = peaks.filter { $0.key > 1200 }.values.max()
      if let early, let late { #expect(late - early < 8192, "\(early) kB, then \(late) kB") }
    }
  #endif
}
