internal import Leads

/// The answers of the blob service to one request.
struct AzureBlobAnswers {
    private let common: [(name: String, value: String)]

    init(_ arrival: Arrival, now: Instant) {
        common =
            [
                ("server", "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0"), ("date", Self.date(now)),
                ("x-ms-version", arrival["x-ms-version"] ?? "2021-12-02"),
                ("x-ms-request-id", "00000000-0000-0000-0000-000000000000"),
            ] + (arrival["x-ms-client-request-id"].map { [("x-ms-client-request-id", $0)] } ?? [])
    }

    func nothing(
        _ status: Int, etag: String? = nil, changedAt: Instant? = nil, more: [(name: String, value: String)] = []
    ) -> SimulatedAnswer {
        SimulatedAnswer(status: status, headers: common + Self.tags(etag, changedAt) + more)
    }

    /// A blob or the asked part of it; no bytes where only its properties are asked.
    func blob(_ blob: AzureBlob, range: Range<Int>?, isHead: Bool) -> SimulatedAnswer {
        let length = blob.bytes.count
        var headers =
            common + Self.tags(blob.etag, blob.changedAt) + [
                ("content-type", blob.contentType), ("accept-ranges", "bytes"), ("x-ms-blob-type", blob.kind.rawValue),
                ("x-ms-creation-time", Self.date(blob.createdAt)), ("x-ms-lease-status", "unlocked"),
                ("x-ms-lease-state", "available"), ("x-ms-server-encrypted", "true"),
                ("content-length", String(range?.count ?? length)),
            ]
        if blob.kind == .append { headers.append(("x-ms-blob-committed-block-count", String(blob.blocks))) }
        if let range {
            headers.append(("content-range", "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"))
        }
        return SimulatedAnswer(
            status: range == nil ? 200 : 206, headers: headers,
            body: isHead ? [] : Array(blob.bytes[range ?? 0..<length]))
    }

    /// A page of the names in a container, in the words of the service's XML.
    func list(
        _ call: AzureBlobCall, _ blobs: [(name: String, blob: AzureBlob)], host: String
    ) throws(AzureFault) -> SimulatedAnswer {
        let size = try call.parameter("maxresults").map { (text) throws(AzureFault) in
            guard let size = Int(text), size > 0 else {
                throw AzureFault(400, "OutOfRangeQueryParameterValue", "maxresults is out of range.")
            }
            return min(size, 5_000)
        }
        let prefix = call.parameter("prefix") ?? ""
        let marker = call.parameter("marker") ?? ""
        let delimiter = call.parameter("delimiter") ?? ""
        var items = ""
        var groups: Set<String> = []
        var count = 0
        var next = ""
        for (name, blob) in blobs where name.hasPrefix(prefix) && !name.utf8.lexicographicallyPrecedes(marker.utf8) {
            let end = delimiter.isEmpty ? nil : name.dropFirst(prefix.count).firstRange(of: delimiter)?.upperBound
            if let end, groups.contains(String(name[..<end])) { continue }
            guard count < size ?? 5_000 else {
                next = name
                break
            }
            count += 1
            if let end {
                groups.insert(String(name[..<end]))
                items += "<BlobPrefix><Name>\(Self.escaped(name[..<end]))</Name></BlobPrefix>"
            } else {
                items += Self.item(name, blob)
            }
        }
        let xml =
            #"<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://\#(host)/" "#
            + #"ContainerName="\#(call.container)"><Prefix>\#(Self.escaped(prefix))</Prefix>"#
            + "<Blobs>\(items)</Blobs><NextMarker>\(Self.escaped(next))</NextMarker></EnumerationResults>"
        return SimulatedAnswer(
            status: 200, headers: [("content-type", "application/xml")] + common, body: Array(xml.utf8))
    }

    private static func item(_ name: String, _ blob: AzureBlob) -> String {
        "<Blob><Name>\(escaped(name))</Name><Properties><Creation-Time>\(date(blob.createdAt))</Creation-Time>"
            + "<Last-Modified>\(date(blob.changedAt))</Last-Modified><Etag>\(blob.etag.dropFirst().dropLast())</Etag>"
            + "<Content-Length>\(blob.bytes.count)</Content-Length>"
            + "<Content-Type>\(escaped(blob.contentType))</Content-Type><BlobType>\(blob.kind.rawValue)</BlobType>"
            + "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState></Properties></Blob>"
    }

    private static func tags(_ etag: String?, _ changedAt: Instant?) -> [(name: String, value: String)] {
        (etag.map { [("etag", $0)] } ?? []) + (changedAt.map { [("last-modified", date($0))] } ?? [])
    }

    private static func escaped(_ text: some StringProtocol) -> String {
        String(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`
    private static func date(_ instant: Instant) -> String {
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let text = instant.description
        let day = instant.date
        return "\(weekdays[Int((instant.dayNumber % 7 + 7) % 7)]), \(text.dropFirst(8).prefix(2)) "
            + "\(months[Int(day.month) - 1]) \(text.prefix(4)) \(text.dropFirst(11).prefix(8)) GMT"
    }
}

extension AzureFault {
    /// The body that the blob service sends. Where only a head is asked the code stands in its header alone.
    func blobAnswer(isHead: Bool = false, more: [(name: String, value: String)] = []) -> SimulatedAnswer {
        let headers = [(name: "x-ms-error-code", value: code)] + more
        guard !isHead, status != 304 else { return SimulatedAnswer(status: status, headers: headers) }
        let xml =
            #"<?xml version="1.0" encoding="utf-8"?><Error><Code>\#(code)</Code><Message>\#(message)"#
            + "\nRequestId:00000000-0000-0000-0000-000000000000\nTime:2026-01-01T00:00:00.0000000Z</Message></Error>"
        return SimulatedAnswer(
            status: status, headers: [("content-type", "application/xml")] + headers, body: Array(xml.utf8))
    }
}
