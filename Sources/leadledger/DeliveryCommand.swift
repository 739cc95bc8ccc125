import Application
import ArgumentParser
import Leads
import OrderedJSON

struct DeliveryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delivery", abstract: "Tries deliveries again, or sends once more what was delivered.",
        subcommands: [Retry.self, Release.self, Resend.self, Replay.self])

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tries again at once what failed, was parked, or is unknown.",
            discussion: """
                One that is unknown may have arrived: at a destination that does not know repeats it may then be \
                there twice.
                """)

        @OptionGroup var selection: SelectionOptions
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await selection.perform(.retry, options) }
    }

    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tries again what was parked, once the reason is mended.")

        @OptionGroup var selection: SelectionOptions
        @OptionGroup var options: GlobalOptions

        func run() async throws { try await selection.perform(.release, options) }
    }

    struct Resend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends once more what was delivered, although nothing changed.")

        @Argument(help: "The deliveries, dlv_…")
        var deliveries: [String]
        @Option(help: "Why, for the audit.")
        var reason: String
        @Flag(help: "Only counts.")
        var dryRun = false
        @OptionGroup var options: GlobalOptions

        func validate() throws {
            guard !reason.allSatisfy(\.isWhitespace) else {
                throw ValidationError("--reason must say why, for the audit")
            }
        }

        func run() async throws {
            var selection = DeliveryRelease.Selection()
            selection.deliveries = deliveries
            let act = DeliveryRelease(.resend, selection, reason: reason, isDryRun: dryRun)
            SelectionOptions.tell(try await options.home().perform(act), options)
        }
    }

    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sends one destination every lead once more whose latest action is not older than a time.")

        @Option(help: "The destination.")
        var destination: String
        @Option(help: "The time, RFC 3339.")
        var since: Instant
        @Option(help: "Why, for the audit.")
        var reason: String?
        @Flag(help: "Only counts.")
        var dryRun = false
        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let act = DeliveryReplay(
                .replay, destination: destination, since: since, reason: reason, isDryRun: dryRun)
            let json = try await options.home().perform(act)
            if printRecord(json, options.output) { return }
            let count = ListOutput.cell(json["count"])
            print("\(count) \(dryRun ? "would be" : "are to be") sent to \(destination) once more.")
            if json["state"]?.string == "paused" { say("It is paused: leadledger destination resume \(destination)") }
        }
    }
}

/// Which deliveries a verb is for.
struct SelectionOptions: ParsableArguments {
    @Argument(help: "The deliveries, dlv_…")
    var deliveries: [String] = []
    @Flag(help: "All that are parked.")
    var parked = false
    @Option(help: "Of those that are parked: only where the reason holds this text.")
    var parkedFor: String?
    @Option(help: "Of those that are parked: only at this destination.")
    var destination: String?
    @Option(help: "Why, for the audit.")
    var reason: String?
    @Flag(help: "Only counts.")
    var dryRun = false

    func validate() throws {
        let isAll = parked || parkedFor != nil
        guard !isAll || deliveries.isEmpty else {
            throw ValidationError(
                "deliveries by name and \(parked ? "--parked" : "--parked-for") exclude each other: give one of them")
        }
        guard isAll || !deliveries.isEmpty else {
            throw ValidationError("name deliveries (dlv_…, see: leadledger deliveries --state parked) or give --parked")
        }
        guard isAll || destination == nil else {
            throw ValidationError("--destination goes with --parked")
        }
    }

    func perform(_ release: Delivery.Release, _ options: GlobalOptions) async throws {
        var selection = DeliveryRelease.Selection()
        selection.deliveries = deliveries
        selection.isAllParked = parked || parkedFor != nil
        selection.destination = destination
        selection.parkedFor = parkedFor
        let act = DeliveryRelease(release, selection, reason: reason, isDryRun: dryRun)
        let json = try await options.home().perform(act)
        Self.tell(json, options)
        if let parkedFor, json["count"]?.integer == 0, json["skipped"]?.integer == 0 {
            let place = destination.map { " at \($0)" } ?? ""
            say("No parked delivery\(place) has a reason that holds \"\(parkedFor)\". Look: \(Self.look)")
        }
    }

    private static let look = "leadledger deliveries --state parked"

    static func tell(_ json: JSON, _ options: GlobalOptions) {
        if options.output == .json || options.output == .ndjson { return printJSON(json) }
        let isDryRun = json["dryRun"]?.bool == true
        print("\(ListOutput.cell(json["count"])) \(isDryRun ? "would be" : "are to be") sent again.")
        for skipped in json["skippedDeliveries"]?.array ?? [] {
            let why = [skipped["state"], skipped["reason"]].map { ListOutput.cell($0) }.filter { !$0.isEmpty }
            say("left as it is: \(ListOutput.cell(skipped["delivery"])) (\(why.joined(separator: ": ")))")
        }
        for paused in json["paused"]?.array ?? [] {
            let name = ListOutput.cell(paused)
            say("Destination \(name) is paused, so they are held: leadledger destination resume \(name)")
        }
        let more = (json["skipped"]?.integer ?? 0) - Int64(json["skippedDeliveries"]?.array?.count ?? 0)
        if more > 0 { say("… and \(more) more") }
    }
}
