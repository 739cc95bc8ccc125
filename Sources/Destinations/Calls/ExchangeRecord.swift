internal import Leads
package import OrderedJSON
package import Outbound

/// What was said both ways about one lead, as it is sealed beside the attempt. It holds contact data and no secret.
package enum ExchangeRecord {
    /// Headers of an answer that help to find out later what happened.
    private static let keptHeaders: Set = [
        "content-type", "date", "is-processed", "location", "odata-entityid", "req_id", "retry-after",
        "sforce-limit-info", "x-hubspot-correlation-id", "x-ms-error-code", "x-ms-request-id",
        "x-ms-service-request-id", "x-request-id",
    ]
    /// Headers of a request that prove who sends it: they can be made again, and open doors until then.
    private static let secretHeaders: Set = ["authorization", "webhook-signature"]
    /// Bytes of an answer's body that are kept.
    private static let keptBytes = 4_096

    /// A request that is about one lead alone.
    package static func whole(_ request: HTTPRequestBytes, _ sent: Sent) -> [UInt8] {
        var members = [
            JSON.Member(
                "request",
                [
                    "method": .string(request.method), "url": .string(url(request)),
                    "headers": headers(request.headers.filter { !secretHeaders.contains($0.name.lowercased()) }),
                    "body": .string(String(decoding: request.body, as: UTF8.self)),
                ])
        ]
        if case .answered(let answer) = sent {
            members.append(
                JSON.Member(
                    "response",
                    [
                        "status": .number(answer.status), "headers": headers(kept(answer)),
                        "body": .string(String(decoding: answer.body.prefix(keptBytes), as: UTF8.self)),
                        "cut": .bool(answer.isCut || answer.body.count > keptBytes),
                    ]))
        }
        return JSON.object(members).encoded()
    }

    /// One lead's part of a request that carries several. Of the answer only what it says of this lead is kept: it is
    /// sealed for one customer, and must not outlive the erasure of another.
    /// - Parameter result: what the answer says of this lead; `nil` when nothing.
    package static func part(
        _ request: HTTPRequestBytes, _ sent: Sent, record: JSON, result: JSON?
    ) -> [UInt8] {
        var members = [
            JSON.Member(
                "request",
                ["method": .string(request.method), "url": .string(url(request)), "record": record])
        ]
        if case .answered(let answer) = sent {
            var response = [
                JSON.Member("status", .number(answer.status)), JSON.Member("headers", headers(kept(answer))),
            ]
            if let result { response.append(JSON.Member("record", result)) }
            members.append(JSON.Member("response", .object(response)))
        }
        return JSON.object(members).encoded()
    }

    /// The address without a signature that may stand in its query.
    private static func url(_ request: HTTPRequestBytes) -> String {
        let text = request.url.description
        guard request.url.target.utf8.contains(UInt8(ascii: "?")), text.contains("sig=") else { return text }
        return String(text.prefix { $0 != "?" })
    }

    private static func kept(_ answer: HTTPAnswer) -> [HTTPRequestBytes.Header] {
        answer.headers.filter { keptHeaders.contains($0.name) }
    }

    private static func headers(_ headers: [HTTPRequestBytes.Header]) -> JSON {
        .object(headers.map { JSON.Member($0.name, .string($0.value)) })
    }
}

extension SentAttempt {
    /// The same attempt, with what was said both ways about its lead.
    /// - Parameters:
    ///   - record: the lead as it stands in a request that carries several; `nil` where the request is about it alone.
    ///   - result: what the answer says of this lead; `nil` when nothing.
    package func recorded(
        _ request: HTTPRequestBytes, _ sent: Sent, record: JSON? = nil, result: JSON? = nil
    ) -> SentAttempt {
        var attempt = self
        attempt.sha256 = Destinations.sha256(record?.encoded() ?? request.body)
        attempt.exchange =
            record.map { ExchangeRecord.part(request, sent, record: $0, result: result) }
            ?? ExchangeRecord.whole(request, sent)
        return attempt
    }
}
