import Synchronization
import TensorCore
import Testing

@Suite struct ParallelismTests {
  /// Many short loops after each other, nested, and from several threads at once: every index once.
  @Test func everyIndexIsVisitedOnce() async {
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for count in 1..<400 {
            let sum = Atomic<Int>(0)
            parallelFor(count) { range in
              for index in range {
                parallelFor(2) { inner in
                  for _ in inner { _ = sum.add(index + 1, ordering: .relaxed) }
                }
              }
            }
            #expect(sum.load(ordering: .relaxed) == count * (count + 1))
          }
        }
      }
    }
  }

  /// Helpers that have gone to sleep between loops, and a caller that sleeps until a helper with long turns has ended.
  @Test func sleepersWake() {
    let clock = ContinuousClock()
    func wait(milliseconds: Int) {
      let end = clock.now.advanced(by: .milliseconds(milliseconds))
      while clock.now < end {}
    }
    for turn in 1...12 {
      // A byte for each index.
      let visits = Atomic<Int>(0)
      parallelFor(4) { range in
        for index in range {
          if index >= 2, turn % 3 == 0 { wait(milliseconds: 8) }
          _ = visits.add(1 << (8 * index), ordering: .relaxed)
        }
      }
      #expect(visits.load(ordering: .relaxed) == 0x0101_0101)
      wait(milliseconds: turn % 4)
    }
  }
}
