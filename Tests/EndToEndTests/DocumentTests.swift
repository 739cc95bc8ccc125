internal import Foundation
internal import TestKit
internal import Testing

/// Every command that a document shows does what the document says, in order, in a home of its own.
struct DocumentTests {
    static let documents: [String] = {
        let pages = (try? FileManager.default.contentsOfDirectory(atPath: "\(Programs.root)/docs")) ?? []
        return ["README.md", "samples/README.md"] + pages.filter { $0.hasSuffix(".md") }.sorted().map { "docs/\($0)" }
    }()

    @Test(arguments: documents) func `a document's commands run`(document: String) async throws {
        let text = try String(contentsOfFile: "\(Programs.root)/\(document)", encoding: .utf8)
        let page = Page(text)
        guard !page.commands.isEmpty else { return }
        let home = try await TestHome(isMade: false)
        let port = try HeldPort()
        let script = "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n" + page.commands.joined(separator: "\n")
        // A page that runs a service says where as its reader would: at ${LEADLEDGER_PORT:-8080}.
        let ended = try await Running(
            "/bin/bash", ["-e", "-u", "-o", "pipefail", "-c", script], folder: home.folder.path,
            environment: home.environment.merging(["LEADLEDGER_PORT": "\(port.number)"]) { $1 },
            workingFolder: Programs.root
        ).ended()
        withExtendedLifetime(port) {}
        #expect(ended.status == 0, "\(ended.out)\n\(ended.err)")
        let lines = Set(ended.out.split(separator: "\n").map { Self.loose($0) })
        let starts = lines.map { $0 + " " }
        for line in page.outputs.map({ Self.loose($0) }) where !lines.contains(line) {
            #expect(starts.contains { $0.hasPrefix(line + " ") }, "\(document) shows: \(line)")
        }
    }

    @Test func `blocks are told apart`() {
        let page = Page(
            """
            ```sh
            one
            ```
            ```sh no-run
            two
            ```
            ```text output
            three  4
            ```
            ```json
            {}
            ```
            """)
        #expect(page.commands == ["one"])
        #expect(page.outputs == ["three  4"])
        #expect(Self.loose("a  cus_0abc 12.5 %") == Self.loose("a cus_1xyz 7.25 %"))
        #expect(Self.loose("/in/lle_abc234 018f2c1e-0b1a-7c3d-8e9f-001122aabbcc") == Self.loose("/in/lle_… …"))
    }

    @Test func `tools/run shows the main job from beginning to end`() async throws {
        let home = try await TestHome(isMade: false)
        let configuration = home.programs.hasSuffix("release") ? ["--release"] : []
        let ended = try await Running(
            "\(Programs.root)/tools/run", ["--no-build", "--home", home.path] + configuration,
            folder: home.folder.path, environment: home.environment
        ).ended()
        #expect(ended.status == 0, "\(ended.out)\n\(ended.err)")
        for text in ["== Verify", "ok: ", "No differences", "What to try next"] { #expect(ended.out.contains(text)) }
        #expect(try await home.succeed("verify", "-o", "json").object["ok"] as? Bool == true)
    }

    @Test func `tools/run removes no folder of somebody's own`() async throws {
        let home = try await TestHome(isMade: false)
        try FileManager.default.createDirectory(atPath: home.path, withIntermediateDirectories: true)
        try home.folder.write([1], to: "home/letter")
        let configuration = home.programs.hasSuffix("release") ? ["--release"] : []
        let ended = try await Running(
            "\(Programs.root)/tools/run", ["--no-build", "--home", home.path] + configuration,
            folder: home.folder.path, environment: home.environment
        ).ended()
        #expect(ended.status == 1)
        #expect(try home.folder.bytes(of: "home/letter") == [1])
    }

    @Test func `the same seed gives the same traffic, which is taken whole`() async throws {
        let home = try await TestHome()
        let arguments = ["--seed", "9", "--month", "2026-02", "--events", "1000"]
        let traffic = try await home.start(arguments, program: "traffic").ended().out
        #expect(try await home.start(arguments, program: "traffic").ended().out == traffic)
        let counts = try await home.succeed("import", "-", "-o", "json", input: traffic).object
        #expect(counts["recorded"] as? Int == 1_000)
    }

    /// A line without what differs from run to run: amounts of space, numbers, ids, tokens. A page may write an
    /// ellipsis for what follows the beginning of one.
    private static func loose(_ line: some StringProtocol) -> String {
        String(line).replacing(/(cus|lead|dlv|cur|lle|llk)_[0-9a-z…]+/) { "\($0.output.1)_#" }
            .replacing(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, with: "…")
            .replacing(/[0-9][0-9.,]*/, with: "#").split(separator: " ").joined(separator: " ")
    }

    /// The commands and outputs of a document.
    private struct Page {
        var commands: [String] = []
        var outputs: [String] = []

        init(_ text: String) {
            var block: String?
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                if line.hasPrefix("```") {
                    block = block == nil ? String(line.dropFirst(3)) : nil
                } else if block == "sh" {
                    commands.append(String(line))
                } else if block == "text output", !line.isEmpty {
                    outputs.append(String(line))
                }
            }
        }
    }
}
