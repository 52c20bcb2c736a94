import ArgumentParser
import Batch
import Fovea

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Batch {
  /// Does the work and tells how it ended; throws the exit status unless all is well.
  func runAsCommand() throws { try conclude(try runCounting()) }

  /// Does the work, interruptible; usage that shows only now ends the program with status 64.
  func runCounting() throws -> Counts {
    do throws(BatchError) {
      return try run { counts in
        StandardError.line("fovea: interrupted: \(counts.summary)")
        _exit(130)
      }
    } catch {
      throw wrongUsage("\(error)")
    }
  }

  /// Tells how the work ended; throws the exit status unless all is well.
  func conclude(_ counts: Counts) throws {
    tell(counts)
    if let failure = StandardOutput.failure {
      StandardError.line("fovea: \(BatchError.standardOutput(failure))")
      throw ExitCode(1)
    }
    if counts.failed > 0 || counts.left > 0 { throw ExitCode(1) }
  }

  /// The counts, where there is more to tell than that one input is done.
  private func tell(_ counts: Counts) {
    guard !options.quiet else { return }
    if counts == Counts() || (counts.done + counts.failed + counts.skipped + counts.planned == 0) {
      let others = counts.leftAlone == 0 ? "" : " (\(counts.leftAlone) other files left alone)"
      StandardError.line("fovea: nothing to do: no inputs found" + others)
    } else if counts.done + counts.planned != 1 || counts.failed + counts.skipped + counts.leftAlone > 0 {
      StandardError.line("fovea: \(counts.summary)")
    }
  }
}
