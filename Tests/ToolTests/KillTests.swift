import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The real program stopped at random moments: what lies in the folder is whole, and a resumed run makes the rest.
@Suite struct KillTests {
  let pictures: Pictures
  private static let count = 12

  init() throws {
    pictures = try Pictures()
    for index in 0..<Self.count {
      try pictures.npy("in/\(index).npy", height: 240, width: 320) { row, column in
        Float((row * column * (7919 + index)) % 251)
      }
    }
  }

  private func arguments(_ output: String, _ more: String...) -> [String] {
    ["filter", "gaussian", "--sigma", "3", "in", "-o", output, "--format", "png"] + more
  }

  private func contents(_ output: String) throws -> [String: Data] {
    var contents: [String: Data] = [:]
    for name in pictures.tree(output) {
      contents[name] = try Data(contentsOf: pictures.folder.appendingPathComponent(output + "/" + name))
    }
    return contents
  }

  @Test(arguments: [SIGKILL, SIGTERM, SIGINT])
  func stoppedAtRandomMomentsNothingIsHalfAndAResumedRunMakesTheRest(signal: Int32) throws {
    let start = ContinuousClock.now
    #expect(Tool.finish(try Tool.start(arguments("whole"), in: pictures.folder)).status == 0)
    let duration = (ContinuousClock.now - start) / .microseconds(1)
    let whole = try contents("whole")
    #expect(whole.count == Self.count)

    var generator = SystemRandomNumberGenerator()
    var wasStopped = 0
    for round in 0..<7 {
      let output = "out\(round)"
      let started = try Tool.start(arguments(output), in: pictures.folder)
      usleep(UInt32.random(in: 0...UInt32(max(1, duration)), using: &generator))
      kill(started.0.processIdentifier, signal)
      let result = Tool.finish(started)
      let left = try contents(output)
      let named = left.filter { !$0.key.contains(".fovea") }
      for (name, data) in named { #expect(data == whole[name], "\(name) is whole") }
      if signal != SIGKILL {
        // Before it listens to signals, one ends it at once; it has written nothing then.
        let early = started.0.terminationReason == .uncaughtSignal && left.isEmpty
        #expect(early || result.status == 130 || result.status == 0, "\(result)")
        #expect(left.count == named.count, "temporaries are left: \(left.keys)")
      }
      wasStopped += named.count < Self.count ? 1 : 0
      let resumed = Tool.finish(
        try Tool.start(arguments(output, "--resume", "--json"), in: pictures.folder))
      #expect(resumed.status == 0, "\(resumed.errors)")
      #expect(resumed.lines.filter { $0.contains(#""status":"skipped""#) }.count == named.count)
      #expect(try contents(output) == whole)
    }
    #expect(wasStopped > 0)
  }
}
