import Leads
import Testing
import Views

@testable import Pull

struct SourceSettingsTests {
    private func problems(
        _ set: [String], _ secret: [String] = ["account-key=env:KEY"], name: String = "t", kind: String = "azure-table"
    ) -> [String] {
        do throws(SourceSettingsError) {
            _ = try SourceSettings(name: name, kind: kind, set: set, secret: secret)
            return []
        } catch {
            return error.problems.map(\.key)
        }
    }

    @Test func `an account and a key are enough, the rest has defaults`() throws {
        let settings = try SourceSettings(
            name: "table", kind: "azure-table", set: ["account=contoso"], secret: ["account-key=env:KEY"]
        ).table
        #expect(settings.table == "marketplaceleads" && settings.interval == 5 * .minute)
        #expect(settings.overlap == 15 * .minute && settings.timeout == 60 * .second)
        #expect(settings.secret == .accountKey && settings.reference == .environment("KEY"))
        #expect(!settings.allowsPrivate && settings.endpoint == nil && settings.offer == nil)
    }

    @Test func `everything that is wrong is told at once, with its key and what is allowed`() {
        #expect(
            problems(
                [
                    "account=Contoso", "table=1x", "interval=1s", "overlap=8d", "timeout=x", "endpoint=http://x",
                    "allow-private=maybe", "colour=blue",
                ], ["sas=secret"], name: "-", kind: "csv")
                == [
                    "name", "kind", "sas", "colour", "allow-private", "interval", "overlap", "timeout", "endpoint",
                    "account", "table",
                ])
        let error = #expect(throws: SourceSettingsError.self) {
            try SourceSettings(name: "t", kind: "azure-table", set: ["interval=1s"], secret: [])
        }
        #expect(
            error?.description
                == "interval is no length of time in range; allowed: 10s to 1d, such as 15s\n"
                + "secret is missing; allowed: one of account-key, sas, connection-string, as env:NAME or file:PATH")
    }

    @Test func `which secrets need an account`() {
        #expect(problems([]) == ["account"])
        #expect(problems([], ["sas=env:S"]) == ["account"])
        #expect(problems(["endpoint=https://x"], ["sas=env:S"]) == [])
        #expect(problems([], ["connection-string=file:/x"]) == [])
        #expect(problems(["account=contoso"], ["sas=env:S", "account-key=env:K"]) == ["secret"])
    }

    @Test func `a secret among the settings is refused and not shown`() {
        let error = #expect(throws: SourceSettingsError.self) {
            try SourceSettings(
                name: "t", kind: "azure-table", set: ["account=contoso", "sas=sv=1&sig=hidden"],
                secret: ["account-key=env:KEY"])
        }
        #expect(error?.problems.first?.key == "sas" && error?.description.contains("hidden") == false)
        #expect(problems(["account=contoso", "endpoint=https://x/?sv=1&sig=hidden"]) == ["endpoint"])
    }

    @Test func `what is stored reads back as what was given`() throws {
        let settings = try SourceSettings(
            name: "table", kind: "azure-table", set: ["account=contoso", "offer=contoso.app"],
            secret: ["account-key=file:/run/key"])
        let stored = PullSettings(settings)
        #expect(stored.secrets == ["account-key": "file:/run/key"])
        #expect(try SourceSettings(stored) == settings)
    }
}

struct TablePullTests {
    private let now = Instant("2026-01-02T03:04:05Z")!

    private func pull(_ stored: String?) -> TablePull {
        TablePull(stored: stored, place: "https://a/t", startedAt: now, overlap: 15 * .minute)
    }

    @Test func `the first pull asks for everything, a later one looks back by the overlap`() {
        #expect(pull(nil).filter == nil)
        #expect(pull("2026-01-02T03:00:00Z https://a/t").filter == "Timestamp ge datetime'2026-01-02T02:45:00Z'")
    }

    @Test(arguments: ["2026-01-02T03:00:00Z https://a/other", "2026-01-02T03:00:00Z", "", "x https://a/t"])
    func `a cursor of another place, or none that can be read, counts as none`(stored: String) {
        #expect(pull(stored).filter == nil)
    }

    @Test func `the cursor never goes back and is recorded for news or after an hour`() {
        var pull = pull("2026-01-02T01:00:00Z https://a/t")
        #expect(pull.cursorToRecord(isNews: false) == nil)
        #expect(pull.cursorToRecord(isNews: true) == "2026-01-02T01:00:00Z https://a/t")
        pull.note(Instant("2026-01-02T01:59:59Z"))
        pull.note(Instant("2026-01-02T00:00:00Z"))
        pull.note(now + .second)
        pull.note(nil)
        #expect(pull.cursorToRecord(isNews: false) == nil)
        #expect(pull.cursorToRecord(isNews: true) == "2026-01-02T01:59:59Z https://a/t")
        pull.note(Instant("2026-01-02T02:00:00Z"))
        #expect(pull.cursorToRecord(isNews: false) == "2026-01-02T02:00:00Z https://a/t")
    }

    @Test func `the service's clock tells when a pull began where ours is ahead`() {
        var pull = pull(nil)
        pull.noteAnswer(at: now - .minute)
        pull.noteAnswer(at: now - .hour)
        pull.note(now - .second)
        #expect(pull.cursorToRecord(isNews: true) == nil)
        pull.note(now - 2 * .minute)
        #expect(pull.cursorToRecord(isNews: true) == "2026-01-02T03:02:05Z https://a/t")
        var behind = self.pull(nil)
        behind.noteAnswer(at: now + .hour)
        behind.note(now + .second)
        #expect(behind.cursorToRecord(isNews: true) == nil)
    }

    @Test func `an empty table leaves no cursor`() {
        #expect(pull(nil).cursorToRecord(isNews: false) == nil)
    }
}
