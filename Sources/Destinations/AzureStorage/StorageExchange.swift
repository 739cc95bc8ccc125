internal import Azure
internal import Leads
internal import Outbound

/// One request to a storage service and what became of it.
struct StorageExchange: Sendable {
    let request: HTTPRequestBytes
    let sent: Sent

    var answer: HTTPAnswer? {
        guard case .answered(let answer) = sent else { return nil }
        return answer
    }

    var status: Int? { answer?.status }

    /// How the service refuses; `nil` where there is no answer.
    func error(_ use: StorageUse, now: Instant) -> StorageError? {
        answer.map { answer in
            StorageError(status: answer.status, body: answer.body, now: now, use: use) { answer[$0] }
        }
    }

    /// The same, as something that was not sent where no answer came: for requests that tell nothing of a lead.
    var tellingNothing: StorageExchange {
        guard case .unanswered(let reason) = sent else { return self }
        return StorageExchange(request: request, sent: .notSent(reason))
    }
}

/// Sends signed requests to one storage service.
struct StorageSession: Sendable {
    let client: APIClient
    let endpoint: EndpointURL

    func send(
        now: Instant, _ make: () throws(EndpointURL.Problem) -> StorageRequest
    ) async -> StorageExchange {
        let request: StorageRequest
        do {
            request = try make()
        } catch {
            let nothing = HTTPRequestBytes(method: "GET", url: endpoint, headers: [], body: [])
            return StorageExchange(request: nothing, sent: .refused("the settings make no address that can be asked"))
        }
        let bytes = HTTPRequestBytes(
            method: request.method, url: request.url, headers: request.headers.map { .init($0.name, $0.value) },
            body: request.body)
        return StorageExchange(request: bytes, sent: await client.send(bytes, now: now))
    }
}
