import Leads
import OrderedJSON
import Simulators
import Testing

struct ArrivalsLogTests {
    private func line(
        query: String? = nil, headers: [(name: String, value: String)] = [], body: String = ""
    ) async throws -> JSON {
        let arrivals = try Arrivals()
        let arrival = Arrival(method: "POST", path: "/", query: query, headers: headers, body: Array(body.utf8))
        await arrivals.record(arrival, fate: .accepted, status: 200, reason: nil, at: Exchange.now)
        return try JSON.parse(await arrivals.log.dropLast())
    }

    @Test(arguments: [
        ("Bearer s3cret", "Bearer …"), ("bearer s3cret s3cret", "bearer …"),
        ("SharedKey account:s3cret", "SharedKey …"), ("s3cret", "…"), ("", "…"),
    ])
    func `the log says how a caller tried to be let in, and not with what`(header: String, shown: String) async throws {
        let line = try await line(headers: [("Authorization", header), ("accept", "*/*"), ("Access_Token", "s3cret")])
        #expect(line["headers"]?["Authorization"]?.string == shown)
        #expect(line["headers"]?["accept"]?.string == "*/*")
        #expect(!line.text.contains("s3cret"))
    }

    @Test(arguments: [
        ("access_token=s3cret&a=1", "access_token=…&a=1"), ("a=1&Client_Secret=s3cret", "a=1&Client_Secret=…"),
        ("sv=2&SIG=s3cret%3D&se=3", "sv=2&SIG=…&se=3"), ("client%5Fsecret=s3cret", "client%5Fsecret=…"),
        ("client_id=known&assertion=s3cret", "client_id=known&assertion=…"), ("sig", "sig"), ("design=1", "design=1"),
    ])
    func `secrets in a query are not in the log`(query: String, shown: String) async throws {
        #expect(try await line(query: query)["query"]?.string == shown)
    }

    @Test(arguments: [
        ("grant_type=x&client_id=known&client_secret=s3cret", "grant_type=x&client_id=known&client_secret=…"),
        ("ASSERTION=s3cret", "ASSERTION=…"), ("sig=kept&first=1", "sig=kept&first=1"), ("no form", "no form"),
    ])
    func `secrets in a form are not in the log`(body: String, shown: String) async throws {
        #expect(try await line(body: body)["body"]?.string == shown)
    }

    @Test func `secrets in JSON are not in the log, however deep they are`() async throws {
        let body = #"{"email":"a@b.c","Access_Token":"s3cret","in":[{"client_secret":{"a":"s3cret"},"sig":1}]}"#
        let shown = #"{"email":"a@b.c","Access_Token":"…","in":[{"client_secret":"…","sig":1}]}"#
        #expect(try await line(body: body)["body"]?.text == shown)
    }
}
