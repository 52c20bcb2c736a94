import Foundation
import TestSupport
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

#if os(Linux)
  /// Workers that crash, hang, stop or are killed: each loses its own picture, which is named, and the others are made.
  @Suite struct WorkerTests {
    let pictures: Pictures
    init() throws { pictures = try Pictures() }

    private func fovea(_ arguments: String) throws -> Tool.Result {
      Tool.finish(try Tool.start(arguments.split(separator: " ").map(String.init), in: pictures.folder))
    }

    /// A small PNG under each of the names.
    private func pngs(_ names: [String]) throws {
      try pictures.npy("a.npy")
      #expect(try fovea("filter box --size 1 a.npy -o a.png").status == 0)
      for name in names { try pictures.write(name, try pictures.data("a.png")) }
    }

    /// Commands whose workers make whole pictures, and one whose workers decode for it.
    @Test(arguments: ["filter box --size 3 --jobs 2", "match --template a.png --isolate --jobs 2"])
    func aDecoderThatHangsLosesItsPictureOnly(_ command: String) throws {
      try pngs(["in/0.png", "in/1.png", "in/3.png", "in/4.png"])
      try pictures.write("in/2.tif", OddTiff.manyPages(20_000))
      let start = ContinuousClock.now
      let result = try fovea(command + " in -o out --decoder-timeout 1")
      #expect(ContinuousClock.now - start < .seconds(20), "the decoder alone takes minutes")
      #expect(result.status == 1)
      #expect(
        result.errors.contains(
          """
          fovea: in/2.tif: damaged or truncated: reading it took longer than 1 s; the file is damaged or built to delay; \
          --decoder-timeout gives it longer

          """), "\(result.errors)")
      #expect(result.errors.hasSuffix("fovea: 4 done, 1 failed\n"), "\(result.errors)")
      let made = pictures.tree("out")
      #expect(
        Set(made.compactMap { $0.split(separator: "/").last?.first }) == ["0", "1", "3", "4"], "\(made)")
      #expect(made.allSatisfy { !$0.contains(".fovea") && !$0.contains("2.") }, "\(made)")
    }

    /// A worker that is stopped as a whole cannot watch itself.
    @Test func aWorkerThatStopsLosesItsPictureOnly() throws {
      try pngs(["in/0.png", "in/2.png"])
      // Takes far longer than the test.
      try pictures.npy("in/1.npy", height: 1500, width: 1500)
      let started = try Tool.start(
        [
          "filter", "bilateral", "--sigma-space", "60", "--sigma-range", "50", "in", "-o", "out", "--jobs",
          "2",
          "--decoder-timeout", "1",
        ], in: pictures.folder)
      func made() -> [String] { pictures.tree("out").filter { !$0.contains(".fovea") } }
      for _ in 0..<2_000 where made().count < 2 { usleep(5_000) }
      #expect(made() == ["in/0.png", "in/2.png"])
      // Longer than a decoder may stand still: a filter may.
      usleep(1_500_000)
      #expect(started.0.isRunning)
      // Of two workers one has nothing to do.
      for worker in Tool.workers(of: started.0) { kill(worker, SIGSTOP) }
      let result = Tool.finish(started)
      #expect(result.status == 1 && result.lines == ["out/in/0.png", "out/in/2.png"])
      #expect(
        result.errors.contains("fovea: in/1.npy: ") && result.errors.contains("took longer than"),
        "\(result.errors)")
      #expect(result.errors.hasSuffix("fovea: 2 done, 1 failed\n"))
      #expect(pictures.tree("out") == ["in/0.png", "in/2.png"], "no temporary is left")
    }

    /// Ctrl-Z, some seconds of something else, `fg`.
    @Test func whoeverIsSuspendedIsNotLate() throws {
      // Decoding is what takes long here, in one step: all of it comes before the first row.
      try pictures.write("in/0.tif", OddTiff.manyPages(700))
      let started = try Tool.start(
        ["filter", "box", "--size", "1", "in", "-o", "out", "--decoder-timeout", "2"], in: pictures.folder)
      for _ in 0..<2_000 where Tool.workers(of: started.0).isEmpty { usleep(1_000) }
      usleep(100_000)
      let all = [started.0.processIdentifier] + Tool.workers(of: started.0)
      for process in all { kill(process, SIGSTOP) }
      sleep(3)
      for process in all { kill(process, SIGCONT) }
      let result = Tool.finish(started)
      #expect(all.count == 2 && result.status == 0, "\(result.errors)")
    }

    @Test func aDecoderThatIsLostLosesItsPictureOnly() throws {
      try pictures.npy("a.npy", height: 500, width: 700) { row, column in Float((row * column * 7919) % 251) }
      #expect(try fovea("filter box --size 1 a.npy -o in/0.png").status == 0)
      try pictures.copies(of: "in/0.png", 1..<40)
      #expect(try fovea("filter box --size 3 in -o whole --isolate").status == 0)
      #expect(try fovea("filter box --size 3 in -o here --no-isolate").status == 0)
      #expect(pictures.tree("whole").count == 40)
      for name in pictures.tree("whole") {
        #expect(try pictures.data("whole/" + name) == pictures.data("here/" + name))
      }
      let started = try Tool.start(
        ["filter", "box", "--size", "3", "in", "-o", "out", "--isolate"], in: pictures.folder)
      var killed = 0
      while started.0.isRunning, killed < 6 {
        for worker in Tool.workers(of: started.0) where kill(worker, SIGSEGV) == 0 {
          killed += 1
        }
        usleep(20_000)
      }
      let result = Tool.finish(started)
      let files = pictures.tree("out")
      #expect(result.lines.count == files.count && files.count >= 40 - killed, "\(result.errors)")
      #expect(killed > 0 && (result.status == 0 || result.errors.contains("crashed")), "\(result.errors)")
      for name in files { #expect(try pictures.data("out/" + name) == pictures.data("whole/" + name)) }
    }

    @Test func aFolderIsMadeInWorkersThatEndWithTheProgram() throws {
      try pictures.npy("a.npy", height: 900, width: 900) { row, column in Float((row * column * 7919) % 251) }
      #expect(try fovea("filter box --size 1 a.npy -o in/0.png").status == 0)
      try pictures.copies(of: "in/0.png", 1..<30)
      let started = try Tool.start(
        ["filter", "median", "--size", "9", "in", "-o", "out", "--jobs", "2"], in: pictures.folder)
      var workers: [pid_t] = []
      for _ in 0..<2_000 where workers.count < 2 || pictures.tree("out").isEmpty {
        workers = Tool.workers(of: started.0)
        usleep(2_000)
      }
      #expect(workers.count == 2, "a worker a job")
      kill(started.0.processIdentifier, SIGKILL)
      _ = Tool.finish(started)
      // They are nobody's children now: gone when no process has their number.
      for _ in 0..<2_000 where workers.contains(where: { kill($0, 0) == 0 }) { usleep(5_000) }
      #expect(!workers.contains { kill($0, 0) == 0 })
      #expect(try fovea("filter median --size 9 in -o out --resume").status == 0)
      let files = pictures.tree("out")
      #expect(files.count == 30 && files.allSatisfy { !$0.contains(".fovea") }, "\(files)")
    }
  }
#endif
