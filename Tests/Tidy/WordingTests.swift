import Testing

/// Nothing unfinished stands in the tree, and nothing that only makes sense where it was written.
///
/// The words that are looked for are joined from pieces, so that this file does not contain them.
struct WordingTests {
    /// Each rule's name and the pattern of what it forbids.
    static let everywhere: [(name: String, pattern: String)] = [
        ("a leftover marker", [#"\b(?:TO"#, #"DO|FIX"#, #"ME|X"#, #"XX|HA"#, #"CK)\b"#].joined()),
        ("a path of one machine", ["/wo", "rk/|/ro", "ot/|/tmp/w", "t"].joined()),
        (
            "how the project is made",
            [#"(?i)\b(?:this ses"#, #"sion|coding ag"#, #"ent|this iss"#, #"ue|iss"#, #"ue #?\d)\b"#].joined()
        ),
    ]
    static let inCode: [(name: String, pattern: String)] = [
        ("unfinished code", [#"(?i)\bplace"#, #"holder|not (?:yet )?imple"#, #"mented"#].joined()),
        ("a banner", ["// MA", "RK"].joined()),
    ]
    static let inTests: [(name: String, pattern: String)] = [
        ("a test that waits for time to pass", ["sle", #"ep\s*\("#].joined()),
        (
            "a test that checks nothing",
            [#"#expect\(tr"#, #"ue\)|\.dis"#, #"abled\(|XCT"#, #"Skip|withKnown"#, "Issue"].joined()
        ),
    ]

    @Test(arguments: everywhere) func `no file contains`(name: String, pattern: String) throws {
        expectNone(try Self.findings(of: name, pattern, in: SourceTree.files))
    }

    @Test(arguments: inCode) func `no code contains`(name: String, pattern: String) throws {
        expectNone(try Self.findings(of: name, pattern, in: SourceTree.code))
    }

    @Test(arguments: inTests) func `no test is`(name: String, pattern: String) throws {
        expectNone(try Self.findings(of: name, pattern, in: SourceTree.files(in: "Tests")))
    }

    @Test func `what is looked for is found`() throws {
        let bad = [
            "// TO" + "DO: later", "// FIX" + "ME", "cd /wo" + "rk/main", "ls /ro" + "ot/x", "see iss" + "ue 2",
            "in this ses" + "sion", "a place" + "holder", "not yet imple" + "mented", "// MA" + "RK: - A",
            "Task.sle" + "ep(for: .seconds(1))", "#expect(tr" + "ue)", ".dis" + "abled()",
        ]
        let rules = Self.everywhere + Self.inCode + Self.inTests
        for line in bad {
            let file = SourceTree.File(path: "x", text: "fine\n\(line)\n", isExecutable: false)
            #expect(try rules.flatMap { try Self.findings(of: $0.name, $0.pattern, in: [file]) }.count == 1, "\(line)")
        }
        let good = "User-Agent, a session cookie, todo, homework/, mktemp -t x.XXXXXX, the issue of tokens"
        let file = SourceTree.File(path: "x", text: good, isExecutable: false)
        #expect(try rules.flatMap { try Self.findings(of: $0.name, $0.pattern, in: [file]) } == [])
    }

    static func findings(of name: String, _ pattern: String, in files: [SourceTree.File]) throws -> [String] {
        let regex = try Regex(pattern)
        return files.flatMap { file in
            // Most files match nowhere: look at the lines only of those that do.
            guard file.text.contains(regex) else { return [String]() }
            return file.lines.enumerated().filter { $0.element.contains(regex) }
                .map { "\(file.path):\($0.offset + 1): \(name)" }
        }
    }
}
