import Foundation
import Leads
import LedgerTestKit
import OrderedJSON
import Outbound
import Simulators
import Testing

@testable import Azure
@testable import Pull

@Suite(.timeLimit(.minutes(10)))
struct TroubleTests {
    private func failure(_ body: () async throws -> Void) async -> PullFailure? {
        do {
            try await body()
            return nil
        } catch {
            return error as? PullFailure
        }
    }

    @Test func `a busy service is asked again after the time it names`() async throws {
        try await withPullHome { home in
            await home.put("r1")
            let busy = Trouble.fail(status: 503, retryAfter: 7, location: nil, code: "ServerBusy")
            #expect(await home.arrivals.plan(busy, times: 2))
            let pulled = try await home.pull()
            #expect(pulled.recorded == 1)
            #expect(home.pauses == [7 * .second, 7 * .second])
        }
    }

    @Test func `failures are tried again with growing pauses and then told`() async throws {
        try await withPullHome { home in
            #expect(
                await home.arrivals.plan(
                    .fail(status: 500, retryAfter: nil, location: nil, code: "OperationTimedOut"), times: 5))
            let failure = await failure { _ = try await home.pull() }
            #expect(home.pauses == TableClient.waits)
            #expect(failure?.problem.contains("OperationTimedOut, status 500") == true)
        }
    }

    @Test func `a long wait that is asked for is left to the next pull`() async throws {
        try await withPullHome { home in
            #expect(await home.arrivals.plan(.fail(status: 429, retryAfter: 300, location: nil), times: 1))
            let failure = await failure { _ = try await home.pull() }
            #expect(failure?.retryAfter == 300 * .second && home.pauses.isEmpty)
        }
    }

    @Test func `a wrong key says how to mend it and is not tried again`() async throws {
        try await withPullHome { home in
            home.clock.now = SimulatedServer.clock()
            let failure = await failure { _ = try await home.table(secret: "d3Jvbmcga2V5").pull() }
            #expect(failure?.problem == "the service does not accept the secret (AuthenticationFailed, status 403)")
            #expect(failure?.mend.contains("Access keys") == true)
            #expect(await home.arrivals.stats.text.contains(#""requests":1,"#))
            #expect(home.pauses.isEmpty)
        }
    }

    @Test func `a table that is not there is told by name of the setting`() async throws {
        try await withPullHome { home in
            home.set(["table=nosuchtable"])
            let failure = await failure { _ = try await home.pull() }
            #expect(failure?.description.contains("TableNotFound") == true)
            #expect(failure?.mend.contains("setting table") == true)
        }
    }

    @Test func `a clock that is wrong is told from a wrong key`() async throws {
        try await withPullHome { home in
            // The simulated time is years ago, and the header Date of each answer tells the real one.
            let failure = await failure { _ = try await home.table(secret: "d3Jvbmcga2V5").pull() }
            #expect(failure?.problem.contains("clock") == true && failure?.mend.contains("NTP") == true)
        }
    }

    @Test(arguments: [
        ("account-key=env:NONE", "", "the variable NONE is not set"),
        ("account-key=env:KEY", "not base 64!", "whole"),
        ("account-key=env:KEY", "AccountName=a;AccountKey=AAEC", "connection-string"),
        ("sas=env:KEY", "https://x/?sv=1&sig=2", "whole"),
        ("sas=env:KEY", "sv=2019-02-02&se=2020-01-01T00:00:00Z&sig=x", "new one"),
        ("sas=env:KEY", "sv=2019-02-02&sp=a&sig=x", "permission r"),
        ("sas=env:KEY", "sv=2019-02-02&tn=other&sig=x", "this table"),
        ("connection-string=env:KEY", "AccountName=other", "copy it again"),
    ])
    func `a secret that cannot be right is told at once`(secret: String, value: String, mend: String) async throws {
        try await withPullHome { home in
            home.set([], secret: secret)
            let failure = await failure { _ = try home.table(secret: value) }
            #expect(failure?.mend.contains(mend) == true, "\(String(describing: failure))")
            #expect(value.isEmpty || failure?.description.contains(value) == false)
        }
    }

    @Test func `a connection string and both kinds of signatures open the table, and none is in the log`() async throws
    {
        try await withPullHome { home in
            await home.put("r1")
            let string =
                "DefaultEndpointsProtocol=http;AccountName=\(PullHome.account);AccountKey=\(PullHome.key);"
                + "TableEndpoint=http://127.0.0.1:\(home.port)/\(PullHome.account);"
            home.set([], secret: "connection-string=env:KEY")
            let pulled = try await home.table(secret: string).pull()
            #expect(pulled.read == 1)
            let key = try #require(SharedKey(account: PullHome.account, key: PullHome.key))
            let table = key.signature(
                of: "r\n\n2030-01-01T00:00:00Z\n/table/\(PullHome.account)/marketplaceleads\n\n\n\n2019-02-02\n\n\n\n")
            let account = key.signature(
                of: "\(PullHome.account)\nrl\nt\no\n\n2030-01-01T00:00:00Z\n\n\n2019-02-02\n")
            home.set([], secret: "sas=env:KEY")
            let tokens = [
                "?sp=r&se=2030-01-01T00:00:00Z&sv=2019-02-02&tn=marketplaceleads&sig="
                    + PercentEncoding.encode(table),
                "sp=rl&ss=t&srt=o&se=2030-01-01T00:00:00Z&sv=2019-02-02&sig=" + PercentEncoding.encode(account),
            ]
            for token in tokens {
                let counts = try await home.table(secret: token).pull()
                #expect(counts.read == 1)
            }
            let forged = await failure {
                _ = try await home.table(secret: tokens[1].replacing("sp=rl", with: "sp=rwl")).pull()
            }
            #expect(forged?.problem.contains("AuthenticationFailed") == true)
        }
    }

    @Test func `an answer that is too long is asked for in smaller parts`() async throws {
        try await withPullHome { home in
            for number in 0..<40 { await home.put("r\(number)") }
            let sender = HTTPSender(host: "127.0.0.1", allowsPrivate: true, timeout: 20 * .second)
            var client = TableClient(
                service: TableService(
                    endpoint: try EndpointURL("http://127.0.0.1:\(home.port)"),
                    credential: .key(SharedKey(account: PullHome.account, key: PullHome.key)!)),
                sender: sender, clock: { [clock = home.clock] in clock.now }, pause: { _ in }, jitter: { 0.5 })
            client.answerLimit = 4_096
            var query = TableQuery(table: "marketplaceleads")
            var rows = 0
            repeat {
                let page = try await client.page(&query)
                rows += page.entities.count
                query.continuation = page.continuation
            } while query.continuation != nil
            #expect(rows == 40 && query.top == 3)
            client.answerLimit = 100
            let failure = await failure { _ = try await client.page(&query) }
            #expect(failure?.problem.contains("single row") == true)
            await sender.shutdown()
        }
    }

    @Test func `a check looks and takes nothing`() async throws {
        try await withPullHome { home in
            var check = try await home.table().check()
            #expect(check.isGood && check.notes == ["the table has no rows yet"])
            await home.put("r1", product: nil)
            check = try await home.table().check()
            #expect(check.isGood && check.passed.last == "the first row is read as a lead")
            #expect(check.notes == ["the first row names no offer: set offer=publisher.offer"])
            #expect(home.batches.isEmpty)
            #expect(await home.arrivals.plan(.fail(status: 503, retryAfter: 1, location: nil), times: 1))
            check = try await home.table().check()
            #expect(check.failure?.problem.contains("busy") == true && home.pauses.isEmpty)
            home.clock.now = SimulatedServer.clock()
            check = try await home.table(secret: "d3Jvbmcga2V5").check()
            #expect(!check.isGood && check.failure?.mend.contains("Access keys") == true)
        }
    }
}
