public import SystemPackage
public import TensorCore

extension Tensor {
  /// Writes the values as CSV, a row a value: `n,h,w,c,value`.
  ///
  /// `[N, H, W, C]`; of `[N, C]` rows and columns are 0, of `[N, L, C]` rows; further axes count
  /// among the rows. Values are the shortest decimals that read back as the same float,
  /// `nan`, `inf` and `-inf`. Whole or not at all; throws ``WeightFileError`` for other ranks.
  public func write(csv path: FilePath) throws(WeightFileError) {
    guard shape.rank >= 2 else {
      throw .damaged(
        file: path.string, part: "", problem: "a tensor of shape \(shape) has no columns n, h, w, c")
    }
    let (columns, channels) = (shape.rank > 2 ? shape[-2] : 1, shape[-1])
    let rows = shape.dimensions.dropFirst().dropLast(2).reduce(1, *)
    do {
      try writeWhole(to: path) { (write) throws(TensorFileError) in
        var text = Array("n,h,w,c,value\n".utf8)
        var failure: TensorFileError?
        func flush() {
          guard failure == nil else { return }
          do throws(TensorFileError) {
            try text.withUnsafeBufferPointer { (bytes) throws(TensorFileError) in
              try write(UnsafeRawBufferPointer(bytes))
            }
          } catch { failure = error }
          text.removeAll(keepingCapacity: true)
        }
        withUnsafeScalars { values in
          var place = 0
          for n in 0..<shape[0] {
            for h in 0..<rows {
              for w in 0..<columns {
                let pixel = Array("\(n),\(h),\(w),".utf8)
                for c in 0..<channels {
                  text += pixel
                  text += "\(c),\(values[place])\n".utf8
                  place += 1
                }
                if text.count > 1 << 16 { flush() }
              }
            }
          }
        }
        flush()
        if let failure { throw failure }
      }
    } catch { throw .file(error) }
  }
}
