import Foundation
import Leads
import OrderedJSON
import Testing

@testable import Azure

/// Rows that the official SDKs signed with a clock that stood still.
enum Vectors {
    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let request: StorageRequest
        let text: String
        let signature: String
        let authorization: String

        var service: SharedKey.Service { name.hasPrefix("table.") ? .table : .blob }
        var testDescription: String { name }
    }

    static let file: JSON = {
        let url = Bundle.module.url(forResource: "azure-sharedkey", withExtension: "json", subdirectory: "Vectors")!
        return try! JSON.parse([UInt8](Data(contentsOf: url)))
    }()

    static let account = file["account"]!.string!
    static let key = file["account_key_base64"]!.string!

    static let sharedKey: [Row] = file["sharedKey"]!.array!.map { row($0, headers: headers(of: $0)) }

    /// The rows of the Lite scheme name no headers but the date; those that count are in the row they were made from.
    static let sharedKeyLite: [Row] = file["sharedKeyLite"]!.array!.map { json in
        let name = json["name"]!.string!.replacing(".sharedkeylite", with: "")
        let origin = file["sharedKey"]!.array!.first { $0["name"]!.string == name }!
        return row(json, headers: headers(of: origin))
    }

    private static func headers(of json: JSON) -> [StorageRequest.Header] {
        guard case .object(let members) = json["headers"] else { return [] }
        return members.filter { $0.name != "Authorization" }.map { .init($0.name, $0.value.string!) }
    }

    private static func row(_ json: JSON, headers: [StorageRequest.Header]) -> Row {
        Row(
            name: json["name"]!.string!,
            request: StorageRequest(
                method: json["method"]!.string!, url: try! EndpointURL(json["url"]!.string!), headers: headers),
            text: json["string_to_sign"]!.string!, signature: json["signature"]!.string!,
            authorization: json["authorization"]!.string!)
    }
}

struct SharedKeyTests {
    private let key = SharedKey(account: Vectors.account, key: Vectors.key)!

    @Test func `no row of the vectors is left out`() {
        #expect(Vectors.sharedKey.count == 9 && Vectors.sharedKeyLite.count == 3)
        #expect(Vectors.file["sas"]?.array?.count == 1)
    }

    @Test(arguments: Vectors.sharedKey)
    func `SharedKey signs as the official SDKs do`(row: Vectors.Row) {
        #expect(
            StringToSign.text(row.request, account: Vectors.account, service: row.service, scheme: .sharedKey)
                == row.text)
        #expect(key.signature(of: row.text) == row.signature)
        #expect(key.signed(row.request, service: row.service)["Authorization"] == row.authorization)
    }

    @Test(arguments: Vectors.sharedKeyLite)
    func `SharedKeyLite signs as the rule says`(row: Vectors.Row) {
        let signed = key.signed(row.request, service: row.service, scheme: .sharedKeyLite)
        #expect(
            StringToSign.text(row.request, account: Vectors.account, service: row.service, scheme: .sharedKeyLite)
                == row.text)
        #expect(signed["Authorization"] == row.authorization)
    }

    @Test func `a shared access signature is what its text says and is never shown`() throws {
        let row = try #require(Vectors.file["sas"]?.array?.first)
        let token = try #require(row["token"]?.string)
        let signature = try #require(SharedAccessSignature(token))
        #expect(key.signature(of: row["string_to_sign"]!.string!) == row["signature"]!.string!)
        #expect(PercentEncoding.parameters(of: token)?.last?.value == row["signature"]!.string!)
        #expect(signature.startsAt == Instant("2026-01-02T03:04:05Z"))
        #expect(signature.endsAt == Instant("2026-01-03T03:04:05Z"))
        #expect(signature.permissions == "au" && signature.table == "Leads")
        #expect("\(signature)" == "a shared access signature")
    }

    @Test func `the account stands twice in what is signed in the path style of emulators`() throws {
        let request = StorageRequest(
            method: "GET", url: try EndpointURL("http://127.0.0.1:10002/devstoreaccount1/Leads()?$top=1"),
            headers: [.init("x-ms-date", "D")])
        #expect(
            StringToSign.text(request, account: "devstoreaccount1", service: .table, scheme: .sharedKey)
                == "GET\n\n\nD\n/devstoreaccount1/devstoreaccount1/Leads()")
    }

    @Test func `parameters of a blob are signed in order, decoded, of one name together`() throws {
        let request = StorageRequest(
            method: "GET",
            url: try EndpointURL("https://a.blob.core.windows.net/c?restype=container&b=2&B=1%2F&comp=list"),
            headers: [.init("Date", "D"), .init("Content-Length", "0")])
        #expect(
            StringToSign.text(request, account: "a", service: .blob, scheme: .sharedKey)
                == "GET\n\n\n\n\n\nD\n\n\n\n\n\n/a/c\nb:1/,2\ncomp:list\nrestype:container")
    }

    @Test(arguments: ["", "not base 64!", "AAE"])
    func `a key that is none is refused`(text: String) {
        #expect(SharedKey(account: "a", key: text) == nil)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("2026-01-02T03:04:05.999Z", "Fri, 02 Jan 2026 03:04:05 GMT"),
        ("1969-12-31T23:59:59Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
        ("2024-02-29T12:00:00Z", "Thu, 29 Feb 2024 12:00:00 GMT"),
    ])
    func `dates are written as HTTP writes them`(instant: String, text: String) {
        #expect(Instant(instant)?.httpDate == text)
        #expect(RetryAfter.date(text) == Instant(String(instant.prefix(19)) + "Z"))
    }
}
