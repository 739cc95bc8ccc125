import Destinations
import Foundation
import Leads
import Outbound
import Testing

struct SecretReaderTests {
    private func inFile(
        _ contents: [UInt8], mode: Int = 0o600, _ body: (SecretReference) throws -> Void
    ) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("secret-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try #require(
            FileManager.default.createFile(
                atPath: path, contents: Data(contents), attributes: [.posixPermissions: mode]))
        try body(.file(path))
    }

    @Test func `a file is read without the line break at its end`() throws {
        for (contents, secret) in [("abc", "abc"), ("abc\n", "abc"), ("abc\r\n", "abc"), ("a\nb\n\n", "a\nb\n")] {
            try inFile(Array(contents.utf8)) { reference in
                let read = try SecretReader().secret(reference)
                #expect(read == secret)
            }
        }
    }

    @Test func `a file that everybody may read is refused, with what to do`() throws {
        for mode in [0o644, 0o604, 0o602] {
            try inFile(Array("abc".utf8), mode: mode) { reference in
                let error = try #require(throws: SecretError.self) { try SecretReader().secret(reference) }
                #expect(error.description.contains("chmod 600"))
                #expect(!error.description.contains("abc"))
            }
        }
        try inFile(Array("abc".utf8), mode: 0o640) { reference in
            let read = try SecretReader().secret(reference)
            #expect(read == "abc")
        }
    }

    @Test func `an empty, binary, huge or missing file and a folder hold no secret`() throws {
        for contents in [[], [0x0a], [0xff, 0xfe], [UInt8](repeating: 0x61, count: 70_000)] {
            try inFile(contents) { reference in
                #expect(throws: SecretError.self) { try SecretReader().secret(reference) }
            }
        }
        for path in ["/no/such/file", "/"] {
            #expect(throws: SecretError.self) { try SecretReader().secret(.file(path)) }
        }
    }

    @Test func `a variable is read, and missed when it is not set`() throws {
        let reader = SecretReader { $0 == "KEY" ? "abc\n" : nil }
        #expect(try reader.secret(.environment("KEY")) == "abc")
        let error = try #require(throws: SecretError.self) { try reader.secret(.environment("OTHER")) }
        #expect(error.description == "the variable OTHER is not set")
    }

    @Test func `a destination whose secret is no signing key does not open`() throws {
        let settings = try Samples.settings(["url=https://example.com"], secret: ["signing-secret=env:KEY"])
        for value in ["whsec_c2hvcnQ=", "hunter2"] {
            let error = try #require(throws: SecretError.self) {
                try HTTPSDestination(settings: settings, secrets: SecretReader { _ in value })
            }
            #expect(error.description.hasPrefix("env:KEY: the signing secret"))
            #expect(!error.description.contains("hunter2") && !error.description.contains("c2hvcnQ"))
        }
    }
}
