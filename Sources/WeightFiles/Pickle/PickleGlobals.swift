/// The names of Python's that a pickle of tensors may hold; everything else is refused by name.
///
/// None of them is ever called: the calls are data that the readers of PyTorch's and numpy's files interpret themselves.
enum PickleGlobals {
  static func isAllowed(_ global: PickleGlobal) -> Bool {
    switch global.module {
    case "torch": isTorchType(global.name)
    case "torch.storage", "torch.cuda":
      ["UntypedStorage", "TypedStorage", "_TypedStorage", "_UntypedStorage"].contains(global.name)
        || PyTorchStorageType.type(named: global.name) != nil
    default: names[global.module]?.contains(global.name) == true
    }
  }

  private static func isTorchType(_ name: String) -> Bool {
    ["Size", "Tensor", "device"].contains(name) || name.hasSuffix("Storage")
      || PyTorchStorageType.type(of: name) != nil
  }

  private static let arrays: Set<String> = ["_reconstruct", "scalar"]

  private static let names: [String: Set<String>] = [
    "collections": ["OrderedDict"],
    "torch._utils": [
      "_rebuild_tensor", "_rebuild_tensor_v2", "_rebuild_tensor_v3", "_rebuild_parameter",
      "_rebuild_parameter_with_state",
    ],
    "torch._tensor": ["_rebuild_from_type_v2"],
    "torch.nn.parameter": ["Parameter", "Buffer"],
    "numpy": ["ndarray", "dtype"],
    "numpy.core.multiarray": arrays, "numpy._core.multiarray": arrays,
    "_codecs": ["encode"],
  ]
}
