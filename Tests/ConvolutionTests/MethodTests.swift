import Convolution
import TensorCore
import TestSupport
import Testing

@Suite struct MethodTests {
  @Test func placeholder() {}
}
