import CVips
import SystemPackage

/// A value for one property of a libvips operation.
enum Argument {
  case picture(Picture)
  case pictures([Picture])
  case path(FilePath)
  case int(Int)
  case double(Double)
  case bool(Bool)
  case string(String)
  case doubles([Double])
  /// Any other GObject, lent by the caller: a source or a target.
  case object(UnsafeMutableRawPointer)

  /// An enumeration by its value: GLib turns integers into enumerations.
  static func choice<C: RawRepresentable>(_ value: C) -> Argument where C.RawValue: BinaryInteger {
    .int(Int(value.rawValue))
  }
}

/// Calls a libvips operation by name with its properties, and returns the picture it puts out as `out`, if any.
///
/// This is the route that libvips documents for bindings: make the operation, set properties, build, read results. It
/// does not go through the operation cache.
@discardableResult
func callVips(_ name: String, _ arguments: [String: Argument]) throws(ImagingError) -> Picture? {
  try Libvips.start()
  return try Libvips.attempting { () throws(ImagingError) in try built(name, arguments) }
}

private func built(_ name: String, _ arguments: [String: Argument]) throws(ImagingError) -> Picture? {
  guard let operation = vips_operation_new(name) else {
    throw .failed(operation: name, reason: Libvips.takeError())
  }
  let object = UnsafeMutableRawPointer(operation)
  let vipsObject = object.assumingMemoryBound(to: VipsObject.self)
  defer { fovea_unref(operation) }
  for (key, argument) in arguments { argument.set(key, on: object) }
  defer { vips_object_unref_outputs(vipsObject) }
  guard vips_object_build(vipsObject) == 0 else {
    throw .failed(operation: name, reason: Libvips.takeError())
  }
  guard fovea_has_property(object, "out") != 0 else { return nil }
  var value = GValue()
  g_value_init(&value, vips_image_get_type())
  defer { g_value_unset(&value) }
  g_object_get_property(object.assumingMemoryBound(to: GObject.self), "out", &value)
  guard let out = g_value_get_object(&value) else { return nil }
  return Picture(owning: fovea_ref(out).assumingMemoryBound(to: VipsImage.self))
}

extension Argument {
  fileprivate func set(_ key: String, on object: UnsafeMutableRawPointer) {
    var value = GValue()
    defer { g_value_unset(&value) }
    switch self {
    case .picture(let picture):
      g_value_init(&value, vips_image_get_type())
      g_value_set_object(&value, picture.image)
    case .pictures(let pictures):
      g_value_init(&value, vips_array_image_get_type())
      vips_value_set_array_image(&value, Int32(pictures.count))
      let slots = vips_value_get_array_image(&value, nil)
      for (index, picture) in pictures.enumerated() {
        slots?[index] = fovea_ref(picture.image).assumingMemoryBound(to: VipsImage.self)
      }
    case .int(let number):
      g_value_init(&value, fovea_type_int())
      g_value_set_int(&value, Int32(clamping: number))
    case .double(let number):
      g_value_init(&value, fovea_type_double())
      g_value_set_double(&value, number)
    case .bool(let flag):
      g_value_init(&value, fovea_type_boolean())
      g_value_set_boolean(&value, flag ? 1 : 0)
    case .string(let text):
      g_value_init(&value, fovea_type_string())
      g_value_set_string(&value, text)
    case .path(let path):
      g_value_init(&value, fovea_type_string())
      path.withPlatformString { g_value_set_string(&value, $0) }
    case .doubles(let numbers):
      g_value_init(&value, vips_array_double_get_type())
      vips_value_set_array_double(&value, numbers, Int32(numbers.count))
    case .object(let other):
      g_value_init(&value, g_object_get_type())
      g_value_set_object(&value, other)
    }
    g_object_set_property(object.assumingMemoryBound(to: GObject.self), key, &value)
  }
}

extension Picture {
  /// The picture an operation makes of this one, which it takes as property `in`, or `input` for `extract_area`.
  func applying(_ name: String, _ arguments: [String: Argument] = [:]) throws(ImagingError) -> Picture {
    var all = arguments
    all[name == "extract_area" ? "input" : "in"] = .picture(self)
    return try Picture.made(by: name, all)
  }

  /// The picture an operation makes.
  static func made(by name: String, _ arguments: [String: Argument]) throws(ImagingError) -> Picture {
    guard let out = try callVips(name, arguments) else {
      throw .failed(operation: name, reason: "it made no picture")
    }
    return out
  }
}
