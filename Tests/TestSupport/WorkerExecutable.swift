public import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The worker program that the build puts beside the tests.
public let workerExecutable: FilePath = {
  #if os(Linux)
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
    let count = readlink("/proc/self/exe", &buffer, Int(PATH_MAX))
    let own = String(decoding: buffer[..<max(0, count)].map(UInt8.init(bitPattern:)), as: UTF8.self)
  #else
    let own = CommandLine.arguments[0]
  #endif
  // On Linux the tests are a program in the products folder; on macOS a bundle some folders below it.
  var folder = FilePath(own).removingLastComponent()
  while !folder.isEmpty, folder != "/" {
    let worker = folder.appending("fovea-worker")
    if access(worker.string, X_OK) == 0 { return worker }
    folder = folder.removingLastComponent()
  }
  return "fovea-worker"
}()
