import Testing

/// Files and functions stay short enough to be read at once.
struct ShapeTests {
    @Test func `no file has more than 400 lines`() {
        expectNone(
            SourceTree.code.compactMap { file in
                let count = file.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().count
                return count > 400 ? "\(file.path): \(count) lines" : nil
            })
    }

    @Test func `no line has more than 120 columns`() {
        expectNone(
            SourceTree.code.flatMap { file in
                file.lines.enumerated().compactMap { index, line in
                    line.count > 120 ? "\(file.path):\(index + 1): \(line.count) columns" : nil
                }
            })
    }

    @Test func `no function has more than 70 lines`() {
        expectNone(
            SourceTree.code.filter { $0.isSwift || $0.path.hasSuffix(".c") }.flatMap { file in
                Self.functions(in: file.lines).filter { $0.length > 70 }
                    .map { "\(file.path):\($0.line): a function of \($0.length) lines" }
            })
    }

    @Test func `lines end without space, and files with one line feed`() {
        expectNone(
            SourceTree.code.flatMap { file in
                let ends = file.text.hasSuffix("\n") && !file.text.hasSuffix("\n\n") || file.text.isEmpty
                return (ends ? [] : ["\(file.path): its end"])
                    + file.lines.enumerated().filter { $0.element.last?.isWhitespace == true }
                    .map { "\(file.path):\($0.offset + 1): space at the end" }
            })
    }

    @Test func `every script can be run`() {
        let scripts = SourceTree.code.filter {
            $0.isScript && ($0.path.hasPrefix("tools/") || $0.path.hasPrefix(".ci/"))
        }
        #expect(scripts.count >= 4)
        expectNone(scripts.filter { !$0.isExecutable }.map { "\($0.path): has no run bit" })
    }

    @Test func `the length of a function is measured`() {
        let text = """
            protocol P {
                func required()
                init()
            }
            struct S {
                func short() { print("}") }
                init(
                    a: Int
                ) {
                    print("{")
                }

                @Test static func `a sentence`() {
                    if true {
                        print()
                    }
                }
            }
            """
        let functions = Self.functions(in: text.split(separator: "\n", omittingEmptySubsequences: false))
        #expect(functions.map(\.line) == [6, 7, 13])
        #expect(functions.map(\.length) == [1, 5, 5])
        let c = "static int add(int a, int b) {\n    return a + b;\n}\nint other;\n".split(separator: "\n")
        #expect(Self.functions(in: c).map(\.length) == [3])
    }

    /// Where functions begin and how many lines they have. The formatter puts the closing brace below the first letter
    /// of the declaration, so no brace needs to be counted.
    static func functions(in lines: [Substring]) -> [(line: Int, length: Int)] {
        let swift = /^\s*(?:@\w+(?:\(.*\))?\s+)*(?:[a-z]+\s+)*(?:func\s|init[?(<]|deinit\s*\{)/
        let c = /^\w[\w\s*]*\(.*\{$/
        return lines.indices.compactMap { first in
            guard lines[first].firstMatch(of: swift) != nil || lines[first].firstMatch(of: c) != nil else { return nil }
            if lines[first].hasSuffix("}") && lines[first].contains("{") { return (first + 1, 1) }
            let indentation = lines[first].prefix { $0 == " " }
            for last in lines.indices[(first + 1)...] where !lines[last].isEmpty {
                let rest = lines[last].dropFirst(indentation.count)
                // A line further left ends the type: what stood here was a requirement without a body.
                guard lines[last].hasPrefix(indentation) else { return nil }
                if rest.hasPrefix("}") { return (first + 1, last - first + 1) }
                // The next declaration at the same depth: the same.
                if rest.first != " " && rest.first != ")" && !rest.hasPrefix("where") && !rest.hasPrefix("{") {
                    return nil
                }
            }
            return nil
        }
    }
}
