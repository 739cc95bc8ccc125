internal import FoundationEssentials
internal import Intake
internal import Leads
internal import Ledger
package import OrderedJSON
internal import Reports
internal import SQLite
internal import Service
internal import Views

/// Looks a home over: what is as it should be, what is not, and what to do about it. Records nothing.
package struct Doctor {
    package struct Check: Hashable, Sendable {
        package let name: String
        package let isOK: Bool
        package let detail: String
        /// What to do; `nil` where nothing is to be done.
        package let advice: String?

        package var json: JSON {
            [
                "check": .string(name), "ok": .bool(isOK), "detail": .string(detail), "advice": .optional(advice),
            ]
        }
    }

    private let home: Home
    private let version: String
    private var checks: [Check] = []

    /// Below this the disk is said to be nearly full.
    private static let freeBytes: Int64 = 1 << 30

    package init(home: Home, version: String) {
        self.home = home
        self.version = version
    }

    package consuming func run() async throws -> [Check] {
        try home.files.requireHome()
        add("versions", true, "leadledger \(version), SQLite \(Connection.libraryVersion)")
        lookAtSettings()
        lookAtFiles()
        let ledger = try LedgerReader(files: home.files)
        let recorded = try ledger.head()
        lookAtClock(recorded)
        lookAtDisk()
        await lookAtWriting()
        try await lookAtViews(recorded.size)
        return checks
    }

    private mutating func add(_ name: String, _ isOK: Bool, _ detail: String, advice: String? = nil) {
        checks.append(Check(name: name, isOK: isOK, detail: detail, advice: isOK ? nil : advice))
    }

    private mutating func lookAtSettings() {
        do {
            let settings = try home.settings
            try settings.service.check()
            add(
                "settings", true,
                settings.text(.publicURL).map { "endpoints are shown under \($0)" }
                    ?? "publicURL is not set: endpoints are shown under where the service listens")
        } catch {
            add("settings", false, "\(error)", advice: "mend it; look at all: leadledger config")
        }
    }

    private mutating func lookAtFiles() {
        let files = home.files
        let open = [files.home, files.keyFile, files.vault, files.ledger].filter { FileBytes.isOpenToOthers($0) }
        add(
            "files", open.isEmpty,
            open.isEmpty
                ? "\(files.home) is for its owner alone" : "others may look into \(open.joined(separator: ", "))",
            advice: "chmod go= \(open.joined(separator: " "))")
    }

    private mutating func lookAtClock(_ head: LedgerHead) {
        let behind = head.recordedAt - home.clock()
        let isRight = behind.micros < Span.minute.micros
        add(
            "clock", isRight,
            isRight ? "it is not behind the last event" : "it is \(behind.micros / 1_000_000) s behind the last event",
            advice: "set the machine's clock; until then events are recorded at the time of the one before")
    }

    private mutating func lookAtDisk() {
        guard let free = FileBytes.freeBytes(home.files.home) else { return }
        add(
            "disk", free >= Self.freeBytes, "\(free >> 20) MiB are free",
            advice: "free space: a full disk cannot record leads")
    }

    /// A ledger that cannot promise its commits refuses to be opened for writing.
    private mutating func lookAtWriting() async {
        do {
            let writer = try LedgerWriter(files: home.files, rules: .system, clock: home.clock)
            try await writer.close()
            add("sync", true, "write-ahead log, synchronous=FULL: a commit survives a power cut")
        } catch LedgerError.writerAtWork(_, let holder) {
            add("sync", true, "a service or command\(holder) has the ledger open, which it does only when commits last")
        } catch {
            add("sync", false, "\(error)", advice: "leads cannot be recorded until this is mended")
        }
    }

    private mutating func lookAtViews(_ head: Int64) async throws {
        let lag = (try? home.currentSnapshot()).map { head - $0.views.seq } ?? head
        let snapshot = try await home.snapshot()
        let left = head - snapshot.views.seq
        add(
            "views", left <= 0, lag > 0 ? "they were \(lag) events behind, and are \(max(0, left)) now" : "up to date",
            advice: "see whether a service is running, and look into its log")
        var waiting = 0
        try snapshot.views.quarantine(after: 0) { row in
            if row.releasedBy == nil { waiting += 1 }
            return true
        }
        add(
            "quarantine", waiting == 0, waiting == 0 ? "empty" : "\(waiting) arrivals could not be read as leads",
            advice: "look: leadledger quarantine list")
        try lookAtSenders(snapshot)
        for source in snapshot.views.sources.active {
            let check: JSON
            do {
                check = try await home.checkSource(source.name)
            } catch {
                add(
                    "source \(source.name)", false, "\(error)",
                    advice: "mend it; try: leadledger source check \(source.name)")
                continue
            }
            add(
                "source \(source.name)", check["ok"]?.bool == true, check["problem"]?.string ?? "it can be read",
                advice: check["advice"]?.string)
        }
        try lookAtDestinations(snapshot)
    }

    private mutating func lookAtDestinations(_ snapshot: Snapshot) throws {
        let tally = try DeliveryTally(snapshot.views)
        for destination in snapshot.views.destinations where destination.state != .removed {
            let (name, counts) = (destination.name, tally[destination])
            add(
                "destination \(name)", destination.state == .active,
                destination.state == .active
                    ? "active, \(counts.open) open"
                    : "paused, \(counts.held) held: \(destination.reason ?? "no reason was given")",
                advice: "mend it, then: leadledger destination resume \(name)")
            for (state, count) in [("parked", counts.parked), ("unknown", counts.unknown)] where count > 0 {
                add(
                    "deliveries \(name)", false, "\(count) \(state) at \(name)",
                    advice: "look: leadledger deliveries --state \(state) --destination \(name)")
            }
        }
    }

    /// Who has been silent for far longer than usual.
    private mutating func lookAtSenders(_ snapshot: Snapshot) throws {
        let now = home.clock()
        let silent = try HeartbeatList(snapshot.views, now: now).heartbeats.filter { $0.isSilent(at: now) }
        for heartbeat in silent {
            add(
                "\(heartbeat.kind.rawValue) \(heartbeat.name)", false,
                "silent for \(Self.text(heartbeat.silence(at: now))), "
                    + "usually for \(Self.text(heartbeat.habit ?? .hour)) at most",
                advice: "send a test lead from Partner Center, and see that the URL there is still the right one")
        }
        if silent.isEmpty { add("silence", true, "nobody is silent for longer than usual") }
    }

    /// A span in the largest unit that leaves two digits.
    private static func text(_ span: Span) -> String {
        let minutes = span.micros / Span.minute.micros
        if minutes < 120 { return "\(minutes) min" }
        return minutes < 48 * 60 ? "\(minutes / 60) h" : "\(minutes / 60 / 24) d"
    }
}
