import Leads
import OrderedJSON
import Simulators
import Testing

/// The simulated Marketo takes what Marketo takes, and refuses the rest with Marketo's codes.
struct MarketoSimulatorTests {
    private let ada = #"{"email":"ada@example.com","firstName":"Ada","lastName":"Lovelace"}"#
    private let grace = #"{"email":"grace@example.com","firstName":"Grace"}"#

    @Test func `leads are created once and updated afterwards, in the order of the input`() async throws {
        let caller = try await MarketoCaller()
        let first = await caller.sync("\(ada),\(grace)")
        #expect(first.status == 200)
        #expect(first.json["success"] == .bool(true))
        #expect(first.records == ["created", "created"])
        let again = await caller.sync(#"\#(grace),{"email":"ADA@example.com","title":"Countess"}"#)
        #expect(again.records == ["updated", "updated"])
        #expect(again.ids == first.ids.reversed())
        #expect(again.fates.map(\.fate) == [.updated, .updated])
        let records = await caller.service.records
        #expect(records.count == 2)
        #expect(records[0]["key"]?.string == "ada@example.com")
        #expect(records[0]["written"]?.integer == 2)
        #expect(records[0]["fields"]?["title"]?.string == "Countess")
        #expect(records[0]["fields"]?["firstName"]?.string == "Ada")
        #expect(await caller.count("created") == 2)
        #expect(await caller.count("updated") == 2)
    }

    @Test func `a custom field identifies leads, and two of them may share an address`() async throws {
        let caller = try await MarketoCaller()
        let more = #""action":"createOrUpdate","lookupField":"ledgerId","partitionName":"Default","#
        let both = await caller.sync(
            #"{"ledgerId":"cus_1","email":"a@example.com"},{"ledgerId":"cus_2","email":"a@example.com"}"#, more)
        #expect(both.records == ["created", "created"])
        #expect(await caller.sync(#"{"ledgerId":"cus_1","phone":"1"}"#, more).records == ["updated"])
        #expect(await caller.sync(#"{"email":"a@example.com"}"#).records == ["1007"])
        #expect(await caller.count("repeatedKeys") == 1)
    }

    @Test func `the other actions create or update only`() async throws {
        let caller = try await MarketoCaller()
        #expect(await caller.sync(ada, #""action":"updateOnly","#).records == ["1004"])
        #expect(await caller.sync(ada, #""action":"createOnly","#).records == ["created"])
        let known = await caller.sync(ada, #""action":"createOnly","#)
        #expect(known.records == ["1005"])
        #expect(known.fates.map(\.fate) == [.known])
        #expect(await caller.sync(ada, #""action":"updateOnly","#).records == ["updated"])
        #expect(
            await caller.sync(#"{"id":50,"title":"x"}"#, #""action":"updateOnly","lookupField":"id","#).records
                == ["updated"])
        #expect(await caller.sync(ada, #""action":"createDuplicate","#).records == ["created"])
        #expect(await caller.sync(ada).records == ["1007"])
        #expect(await caller.sync(ada, #""action":"upsert","#).code == "1003")
    }

    @Test(arguments: [
        (#"{"firstName":"Ada"}"#, "1002"), (#"{"email":""}"#, "1002"), (#"{"email":null}"#, "1002"),
        (#"{"email":"a@example.com","nonsense":"x"}"#, "1006"), (#"{"email":7}"#, "1001"),
        (#"{"email":"a@example.com","unsubscribed":"maybe"}"#, "1001"),
        (#"{"email":"a@example.com","leadScore":"many"}"#, "1001"), (#"{"email":"nobody"}"#, "1003"),
        (#"{"email":"zoë@example.com"}"#, "1003"), (#"{"email":"a@example.com","id":50}"#, "1003"),
        (#"{"email":"a@example.com","emailInvalid":true}"#, "1003"),
        (#"{"email":"a@example.com","title":"x","title":"y"}"#, "1003"),
    ])
    func `one bad record is skipped and the others are written`(record: String, code: String) async throws {
        let caller = try await MarketoCaller()
        let answer = await caller.sync("\(record),\(grace)")
        #expect(answer.records == [code, "created"])
        #expect(answer.fates.map(\.fate) == [.refused, .created])
    }

    @Test func `values are taken up to their length`() async throws {
        let caller = try await MarketoCaller()
        func record(_ name: String, _ text: String, _ count: Int) -> String {
            let value = String(repeating: text, count: count)
            return #"{"email":"a@example.com","\#(name)":"\#(value)"}"#
        }
        #expect(await caller.sync(record("title", "ë", 255)).records == ["created"])
        #expect(await caller.sync(record("title", "ë", 256)).records == ["1003"])
        #expect(await caller.sync(record("leadDescription", "ë", 15_000)).records == ["updated"])
        #expect(await caller.sync(record("leadDescription", "ë", 15_001)).records == ["1003"])
    }

    @Test(arguments: [
        ("{", "609"), ("[]", "609"), ("{}", "1002"), (#"{"input":[]}"#, "1002"), (#"{"input":{}}"#, "609"),
        (#"{"input":["x"]}"#, "609"), (#"{"lookupField":"nonsense","input":[{}]}"#, "1006"),
        (#"{"lookupField":"lastName","input":[{}]}"#, "1011"), (#"{"lookupField":"id","input":[{}]}"#, "1011"),
        (#"{"lookupField":7,"input":[{}]}"#, "1001"),
    ])
    func `a call that makes no sense fails as a whole`(body: String, code: String) async throws {
        let answer = try await MarketoCaller().call("POST", "/rest/v1/leads.json", body)
        #expect(answer.status == 200)
        #expect(answer.json["success"] == .bool(false))
        #expect(answer.code == code)
    }

    @Test func `size, path, method and type are checked`() async throws {
        let caller = try await MarketoCaller()
        let leads = (0..<301).map { #"{"email":"a\#($0)@example.com"}"# }
        #expect(await caller.sync(leads.joined(separator: ",")).code == "1003")
        #expect(await caller.sync(leads.dropLast().joined(separator: ",")).records.count == 300)
        let long = String(repeating: "x", count: 1_048_577)
        #expect(await caller.call("POST", "/rest/v1/leads.json", long).status == 413)
        #expect(await caller.call("GET", "/rest/v1/leads.json?filterValues=" + long.prefix(8_200)).status == 414)
        #expect(await caller.call("POST", "/rest//v1/leads.json", "{}").code == "610")
        #expect(await caller.call("POST", "/rest/v1/lead.json", "{}").code == "610")
        #expect(await caller.call("GET", "/rest/v1/leads/push.json").code == "605")
        #expect(await caller.call("POST", "/rest/v1/leads/describe.json", "{}").code == "605")
        let untyped = caller.authorization(nil)
        #expect(await caller.call("POST", "/rest/v1/leads.json", "{}", headers: untyped).code == "612")
        let plain = caller.authorization("text/plain")
        #expect(await caller.call("POST", "/rest/v1/leads.json", "{}", headers: plain).code == "612")
        let charset = caller.authorization("application/json; charset=utf-8")
        #expect(await caller.call("POST", "/rest/v1/leads.json", "{\"input\":[\(ada)]}", headers: charset).code == nil)
        #expect(await caller.sync(ada, #""partitionName":"Elsewhere","#).records == ["1008"])
    }

    @Test func `records are refused as asked`() async throws {
        let caller = try await MarketoCaller()
        let both = await caller.sync("\(ada),\(grace)", refusing: Refusal(places: [1]))
        #expect(both.records == ["created", "1003"])
        #expect(
            await caller.sync("\(ada),\(grace)", refusing: Refusal(places: [0], code: "1007")).records.first == "1007")
        #expect(both.fates.map(\.key) == ["ada@example.com", "grace@example.com"])
    }

    @Test func `leads that share an address from the start cannot be written by it`() async throws {
        let caller = try await MarketoCaller { $0.duplicates = ["twice@example.com"] }
        #expect(await caller.sync(#"{"email":"twice@example.com"}"#).records == ["1007"])
        #expect(await caller.count("records") == 2)
        #expect(await caller.count("created") == 0)
    }

    @Test func `one key twice in a call makes two leads`() async throws {
        let caller = try await MarketoCaller()
        #expect(await caller.sync("\(ada),\(ada)").records == ["created", "created"])
        #expect(await caller.sync(ada).records == ["1007"])
    }

    @Test func `two calls at once with one key make two leads, and more calls than allowed are refused`() async throws {
        let gate = Gate()
        let caller = try await MarketoCaller({ $0.concurrentCalls = 2 }, pause: { await gate.wait() })
        async let first = caller.sync(ada)
        async let second = caller.sync(ada)
        await gate.waiting(2)
        #expect(await caller.sync(grace).code == "615")
        await gate.open()
        #expect(await [first.records, second.records] == [["created"], ["created"]])
        #expect(await caller.count("repeatedKeys") == 1)
        #expect(await caller.sync(grace).records == ["created"])
    }
}

/// Holds those who come until it is opened.
actor Gate {
    private var isOpen = false
    private var held: [CheckedContinuation<Void, Never>] = []
    private var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    func wait() async {
        if isOpen { return }
        await withCheckedContinuation { continuation in
            held.append(continuation)
            for watcher in watchers where watcher.count <= held.count { watcher.continuation.resume() }
            watchers.removeAll { $0.count <= held.count }
        }
    }

    /// Returns once `count` are held.
    func waiting(_ count: Int) async {
        if held.count >= count { return }
        await withCheckedContinuation { watchers.append((count, $0)) }
    }

    func open() {
        isOpen = true
        for continuation in held { continuation.resume() }
        held = []
    }
}
