import Foundation

/// libFuzzer's own main, which takes its options from the arguments.
@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>, _ body: Fuzzers.Body
) -> Int32

// `fuzzers list`, `fuzzers seeds NAME FOLDER`, or `fuzzers NAME` with the options of libFuzzer.
let arguments = CommandLine.arguments
let name = arguments.count > 1 ? arguments[1] : "list"
if name == "list" {
    for fuzzer in Fuzzers.all { print(fuzzer.name) }
} else if name == "seeds", arguments.count == 4, let fuzzer = Fuzzers.all.first(where: { $0.name == arguments[2] }) {
    for (index, seed) in fuzzer.seeds.enumerated() {
        try Data(seed).write(to: URL(filePath: arguments[3]).appending(path: "seed-\(index)"))
    }
} else if let fuzzer = Fuzzers.all.first(where: { $0.name == name }) {
    var given: [UnsafeMutablePointer<CChar>?] =
        (arguments.prefix(1) + arguments.dropFirst(2)).map { strdup($0) } + [nil]
    var count = Int32(given.count - 1)
    exit(
        given.withUnsafeMutableBufferPointer { buffer in
            guard var start = buffer.baseAddress else { return 64 }
            return runFuzzer(&count, &start, fuzzer.body)
        })
} else {
    print("There is no fuzzer called \(name).")
    exit(64)
}
