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
}
