import CHDF5

/// An open object of libhdf5, closed at the end of its scope.
struct Handle: ~Copyable {
  let id: hid_t
  private let close: @convention(c) (hid_t) -> herr_t

  init(_ id: hid_t, _ close: @convention(c) (hid_t) -> herr_t) {
    self.id = id
    self.close = close
  }

  /// Whether the library opened it at all.
  var isSound: Bool { id >= 0 }

  deinit { if id >= 0 { _ = close(id) } }
}
