internal import OrderedJSON

/// The answers of the service to one request, in the level of metadata that it asked for.
struct AzureTableAnswers {
    private let level: String
    private let wantsNoContent: Bool
    private let host: String

    init(_ arrival: Arrival) {
        let accepted = arrival["accept"] ?? ""
        level =
            accepted.contains("nometadata")
            ? "nometadata" : accepted.contains("fullmetadata") ? "fullmetadata" : "minimalmetadata"
        wantsNoContent = arrival["prefer"] == "return-no-content"
        host = arrival["host"] ?? "localhost"
    }

    var showsTypes: Bool { level != "nometadata" }

    func list(_ entities: [[JSON.Member]], metadata: String, mark: AzureTableMark? = nil) -> SimulatedAnswer {
        answer(
            200, context(metadata) + [JSON.Member("value", .array(entities.map { .object($0) }))],
            headers: mark?.headers ?? [])
    }

    func one(_ entity: [JSON.Member], metadata: String, etag: String?) -> SimulatedAnswer {
        answer(200, context(metadata) + entity, headers: etag.map { [("etag", $0)] } ?? [])
    }

    /// Something was made: it is sent back unless the caller prefers not.
    func made(_ entity: [JSON.Member], metadata: String, etag: String?) -> SimulatedAnswer {
        guard wantsNoContent else {
            return answer(201, context(metadata) + entity, headers: etag.map { [("etag", $0)] } ?? [])
        }
        var nothing = nothing(etag: etag)
        nothing.headers.append(("preference-applied", "return-no-content"))
        return nothing
    }

    func nothing(etag: String? = nil) -> SimulatedAnswer {
        SimulatedAnswer(status: 204, headers: Self.common + (etag.map { [("etag", $0)] } ?? []))
    }

    static let common: [(name: String, value: String)] = [
        ("server", "Windows-Azure-Table/1.0 Microsoft-HTTPAPI/2.0"), ("x-ms-version", "2019-02-02"),
        ("x-ms-request-id", "00000000-0000-0000-0000-000000000000"), ("dataserviceversion", "3.0;"),
    ]

    private func context(_ metadata: String) -> [JSON.Member] {
        showsTypes ? [JSON.Member("odata.metadata", .string("http://\(host)/$metadata#\(metadata)"))] : []
    }

    private func answer(
        _ status: Int, _ members: [JSON.Member], headers: [(name: String, value: String)]
    ) -> SimulatedAnswer {
        let type = "application/json;odata=\(level);streaming=true;charset=utf-8"
        return SimulatedAnswer(
            status: status, headers: [("content-type", type)] + Self.common + headers,
            body: JSON.object(members).encoded())
    }
}

extension AzureFault {
    /// The body that the table service sends: JSON where the caller reads it, else XML.
    /// - Parameter place: the place of the operation in its batch.
    func tableAnswer(readsJSON: Bool, place: Int? = nil) -> SimulatedAnswer {
        let text =
            (place.map { "\($0):" } ?? "") + message
            + "\nRequestId:00000000-0000-0000-0000-000000000000\nTime:2026-01-01T00:00:00.0000000Z"
        guard readsJSON else {
            let xml =
                #"<?xml version="1.0" encoding="utf-8"?><m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/"#
                + #"dataservices/metadata"><m:code>\#(code)</m:code><m:message xml:lang="en-US">\#(text)</m:message>"#
                + "</m:error>"
            return SimulatedAnswer(
                status: status, headers: [("content-type", "application/xml"), ("x-ms-error-code", code)],
                body: Array(xml.utf8))
        }
        let json: JSON = [
            "odata.error": [
                "code": .string(code), "message": ["lang": .string("en-US"), "value": .string(text)],
            ]
        ]
        return SimulatedAnswer(
            status: status,
            headers: [
                ("content-type", "application/json;odata=minimalmetadata;streaming=true;charset=utf-8"),
                ("x-ms-error-code", code),
            ],
            body: json.encoded())
    }
}
