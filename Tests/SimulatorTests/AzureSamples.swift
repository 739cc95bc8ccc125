import Leads
import OrderedJSON
import Simulators

/// What the tests of both storage services share. Signatures were made with the vendor's clients for Python
/// (azure-data-tables 12.7.0, azure-storage-blob 12.31.1), so they come from neither side of this project.
enum AzureSamples {
    static let account = "leadledgertest"
    /// The bytes 00 to 3f.
    static let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw=="
    static let now = Instant("2026-01-02T03:04:05Z")!
    static let date = "Fri, 02 Jan 2026 03:04:05 GMT"

    static func arrival(
        _ method: String, _ target: String, sas: String?, headers: [String: String], body: [UInt8] = []
    ) -> Arrival {
        let parts = target.split(separator: "?", maxSplits: 1).map(String.init)
        let query = [parts.count > 1 ? parts[1] : nil, sas].compactMap(\.self).joined(separator: "&")
        let length = body.isEmpty ? [:] : ["content-length": String(body.count)]
        return Arrival(
            method: method, path: parts[0], query: query.isEmpty ? nil : query,
            headers: headers.merging(length) { given, _ in given }.map { ($0.key, $0.value) }, body: body)
    }
}

/// A verdict in the parts that tests ask for.
struct Judged {
    let status: Int
    let code: String?
    let body: String
    let headers: [(name: String, value: String)]
    let fates: [RecordFate]

    init(_ verdict: Verdict) {
        guard case .answered(let answer, _, let reason, let records) = verdict else {
            (status, code, body, headers, fates) = (0, nil, "", [], [])
            return
        }
        status = answer.status
        code = reason
        body = String(decoding: answer.body, as: UTF8.self)
        headers = answer.headers
        fates = records
    }

    subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
