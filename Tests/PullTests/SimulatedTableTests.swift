import Leads
import LedgerTestKit
import OrderedJSON
import Outbound
import Pull
import Simulators
import Testing

@testable import Azure

/// The simulated service is as strict as the real one where the other tests rely on it.
@Suite(.timeLimit(.minutes(10)))
struct SimulatedTableTests {
    private let now = Instant("2026-01-02T03:04:05Z")!
    private let key = SharedKey(account: PullHome.account, key: PullHome.key)!

    private func request(_ target: String, date: Instant? = nil, version: String? = "2019-02-02") throws
        -> StorageRequest
    {
        var headers = [
            StorageRequest.Header("x-ms-date", (date ?? now).httpDate), .init("Accept", "application/json"),
        ]
        if let version { headers.append(.init("x-ms-version", version)) }
        return StorageRequest(method: "GET", url: try EndpointURL("http://127.0.0.1" + target), headers: headers)
    }

    private func status(_ request: StorageRequest) async -> Int {
        let service = AzureTableService(account: PullHome.account, key: PullHome.key, tables: ["leads"])!
        for number in 0..<10 {
            await service.put(
                AzureTableRow(
                    partitionKey: "p", rowKey: "r\(number)", timestamp: now,
                    properties: [JSON.Member("N", .number(number))]), in: "leads")
        }
        let parts = request.url.target.split(separator: "?", maxSplits: 1).map(String.init)
        let arrival = Arrival(
            method: request.method, path: parts[0], query: parts.count > 1 ? parts[1] : nil,
            headers: request.headers.map { ($0.name.lowercased(), $0.value) }, body: [])
        guard case .answered(let answer, _, _, _) = await service.judge(arrival, now: now) else { return 0 }
        return answer.status
    }

    @Test(arguments: [SharedKey.Scheme.sharedKey, .sharedKeyLite])
    func `both schemes are taken, with and without the account in the path`(scheme: SharedKey.Scheme) async throws {
        for target in ["/leads()", "/\(PullHome.account)/leads()", "/leads()?$top=1&$filter=N%20ge%205"] {
            let request = try request(target)
            #expect(await status(key.signed(request, service: .table, scheme: scheme)) == 200)
        }
    }

    @Test func `a signature of something else is refused`() async throws {
        var moved = key.signed(try request("/leads()"), service: .table)
        moved.url = try EndpointURL("http://127.0.0.1/Leads()")
        #expect(await status(moved) == 403)
        var otherDate = key.signed(try request("/leads()"), service: .table)
        otherDate.headers[0] = .init("x-ms-date", (now + .second).httpDate)
        #expect(await status(otherDate) == 403)
        #expect(await status(try request("/leads()")) == 401)
        var nonsense = try request("/leads()")
        nonsense.headers.append(.init("Authorization", "SharedKey nonsense"))
        #expect(await status(nonsense) == 400)
    }

    @Test func `dates more than a quarter of an hour off are refused`() async throws {
        for (date, expected) in [
            (now + 15 * .minute, 200), (now + 901 * .second, 403), (now - 15 * .minute, 200),
            (now - 901 * .second, 403),
        ] {
            #expect(await status(key.signed(try request("/leads()", date: date), service: .table)) == expected)
        }
    }

    @Test func `unknown versions, tables and filters are refused`() async throws {
        for (target, version, expected) in [
            ("/leads()", nil, 400), ("/leads()", "1999-01-01", 400), ("/other()", "2019-02-02", 404),
            ("/x()", "2019-02-02", 400), ("/leads()?$filter=N%20is%205", "2019-02-02", 400),
            ("/leads()?$top=1001", "2019-02-02", 400), ("/leads()?NextPartitionKey=x", "2019-02-02", 400),
        ] {
            let request = try request(target, version: version)
            #expect(await status(key.signed(request, service: .table)) == expected, "\(target)")
        }
    }
}
