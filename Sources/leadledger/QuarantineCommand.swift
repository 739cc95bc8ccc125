import Application
import ArgumentParser
import Foundation
import OrderedJSON
import Reports

struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Shows and releases what arrived and could not be read as a lead.",
        subcommands: [List.self, Show.self, Release.self, Dismiss.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists what is in quarantine.")
        @Flag(help: "Lists also what was released.")
        var all = false
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            var list = ListOutput(options.output, columns: ["seq", "at", "actor", "offer", "reason", "released"])
            var filter = QuarantineList.Filter()
            filter.released = all ? nil : false
            try QuarantineList(try await options.home().snapshot()).each(filter) {
                list.add($0)
                return true
            }
            list.finish(empty: "Nothing is in quarantine.")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows one arrival as it came: the reason, the headers, the body.")
        @Argument(help: "The event's number in the ledger.")
        var seq: Int64
        @OptionGroup var options: GlobalOptions

        func validate() throws {
            if options.output == .csv { throw ValidationError("a request does not fit into CSV: use -o json") }
        }

        func run() async throws {
            guard let json = try QuarantineList(try await options.home().snapshot()).show(seq) else {
                throw ActFailure("event \(seq) is no quarantined one. Look: leadledger quarantine list")
            }
            if options.output == .json || options.output == .ndjson { return printJSON(json) }
            guard case .object(let members) = json else { return }
            for member in members where member.name != "request" && member.value != .null {
                print("\(member.name): \(TextTable.printable(ListOutput.cell(member.value)))")
            }
            guard let request = json["request"], request != .null else { return print("What came was erased.") }
            if let method = request["method"] {
                print("\n\(TextTable.printable("\(ListOutput.cell(method)) \(ListOutput.cell(request["path"]))"))")
            }
            for header in request["headers"]?.array ?? [] {
                print(TextTable.printable("\(ListOutput.cell(header["name"])): \(ListOutput.cell(header["value"]))"))
            }
            print()
            for line in ListOutput.cell(request["body"] ?? request["bodyBase64"]).split(
                omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            {
                print(TextTable.printable(String(line)))
            }
        }
    }

    struct Dismiss: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Says that there is no lead in it, so that nobody looks again; what came is kept.")
        @Argument(help: "The event's number in the ledger.")
        var seq: Int64
        @Option(help: "Why, for the audit.")
        var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().perform(QuarantineDismiss(seq: seq, reason: reason))
            if printRecord(json, options.output) { return }
            print(json["duplicate"]?.bool == true ? "It was settled before; nothing was changed." : "Dismissed.")
        }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Reads it again and records the lead, as of when it came.",
            discussion: """
                Without --with it is read by today's rules, as after an update of leadledger. With --with, the file \
                holds the lead as it should have come, as JSON in any shape that an import takes.
                """)
        @Argument(help: "The event's number in the ledger.")
        var seq: Int64
        @Option(name: .customLong("with"), help: "A file with the corrected lead; - is standard input.")
        var correction: String?
        @Option(help: "Why, for the audit.")
        var reason: String?
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let json = try await options.home().perform(
                QuarantineReleaseAct(seq: seq, correction: try correction.map(read), reason: reason))
            if printRecord(json, options.output) { return }
            guard json["duplicate"]?.bool == false else {
                return print(
                    "It was released before, by event \(ListOutput.cell(json["releasedBy"])); nothing was changed.")
            }
            let events = (json["events"]?.array ?? []).map { ListOutput.cell($0["seq"]) }
            print("Released as \(events.count == 1 ? "event" : "events") \(events.joined(separator: ", ")).")
        }

        private func read(_ path: String) throws -> [UInt8] {
            let file = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
            guard let data = try file?.read(upToCount: 1 << 20) else {
                throw ActFailure("\(path) cannot be read, or is empty")
            }
            return Array(data)
        }
    }
}
