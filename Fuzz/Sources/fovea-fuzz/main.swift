import CLibFuzzer

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// `fovea-fuzz READER [libFuzzer's options and folders of seeds]` gives one reader whatever libFuzzer thinks of.

guard CommandLine.argc > 1, let reader = Reader.all[CommandLine.arguments[1]] else {
  print(
    "usage: fovea-fuzz READER [OPTIONS] [FOLDERS]\nreaders: \(Reader.all.keys.sorted().joined(separator: " "))"
  )
  exit(64)
}
chosenReader = reader

// libFuzzer sees neither the reader's name nor that there was one.
var count = CommandLine.argc - 1
var words: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv + 1
words?[0] = CommandLine.unsafeArgv[0]
exit(
  LLVMFuzzerRunDriver(&count, &words) { data, size in
    chosenReader?(UnsafeRawBufferPointer(start: data, count: size))
    return 0
  })
