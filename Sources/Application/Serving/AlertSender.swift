internal import Delivery
internal import Destinations
internal import Leads
internal import Ledger
internal import Logging
internal import OrderedJSON
internal import Outbound
internal import ServiceLifecycle

/// Posts what people should know of destinations to the address of the setting `alertURL`, as a CloudEvent, signed by
/// Standard Webhooks where `alertSecretFile` names a secret.
///
/// The address is set by whoever owns the home, in its file or environment, so it may be a private one.
struct AlertSender: Sendable {
    private let url: EndpointURL
    private let signer: StandardWebhooks?
    private let source: String
    private let clock: @Sendable () -> Instant

    /// `nil` when no address is set.
    /// - Throws: `ActFailure` for a secret that cannot be read or used.
    init?(_ settings: Settings, ledger: [UInt8], clock: @escaping @Sendable () -> Instant) throws {
        guard let text = settings.text(.alertURL), let url = try? EndpointURL(text) else { return nil }
        self.url = url
        source = "/ledgers/\(EventID(uuidBytes: ledger)?.description ?? "")"
        self.clock = clock
        do {
            signer = try settings.text(.alertSecretFile).map {
                try StandardWebhooks(secret: try SecretReader().secret(.file($0)))
            }
        } catch {
            throw ActFailure("alertSecretFile: \(error)")
        }
    }

    /// How long one request may take.
    private static let timeout = 15 * Span.second

    /// Sends once; returns why it did not arrive, `nil` when it did.
    func send(_ alert: DestinationAlert) async -> String? {
        let now = clock()
        let id = "alert_\(alert.destination)_\(alert.level)_\(alert.at.micros)"
            .replacing(".", with: "-")
        let event: JSON = [
            "specversion": .string("1.0"), "id": .string(id), "source": .string(source),
            "type": .string("io.leadledger.DestinationAlert.v1"), "subject": .string(alert.destination),
            "time": .string(alert.at.description), "datacontenttype": .string("application/json"),
            "data": [
                "destination": .string(alert.destination), "kind": .string(alert.kind.rawValue),
                "paused": .bool(alert.isPaused), "level": .number(alert.level),
                "failingSince": .optional(alert.failingSince?.description), "reason": .string(alert.reason),
            ],
        ]
        let body = event.encoded()
        let seconds = now.micros / Span.second.micros
        var headers: [HTTPRequestBytes.Header] = [
            .init("content-type", "application/cloudevents+json"), .init("user-agent", "leadledger"),
            .init("webhook-id", id), .init("webhook-timestamp", String(seconds)),
        ]
        if let signer {
            headers.append(.init("webhook-signature", signer.sign(id: id, timestamp: seconds, body: body)))
        }
        let sender = HTTPSender(host: url.host, allowsPrivate: true, timeout: Self.timeout)
        let sent = await sender.send(HTTPRequestBytes(method: "POST", url: url, headers: headers, body: body), now: now)
        await sender.shutdown()
        switch sent {
        case .answered(let answer): return (200...299).contains(answer.status) ? nil : "status \(answer.status)"
        case .refused(let reason), .notSent(let reason), .unanswered(let reason): return reason
        }
    }
}

/// The alerts of a service: each goes to the log at once, and to the address that is set, a few times if need be.
struct AlertService: ServiceLifecycle.Service {
    let alerts: AsyncStream<DestinationAlert>
    let sender: AlertSender?
    let logger: Logger

    /// Waits before the tries after the first.
    private static let waits: [Duration] = [.seconds(5), .seconds(30), .seconds(120)]

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for await alert in alerts {
                    log(alert)
                    // One that does not arrive holds up no other.
                    group.addTask { await post(alert) }
                }
            }
        }
    }

    private func log(_ alert: DestinationAlert) {
        let metadata: Logger.Metadata = [
            "destination": "\(alert.destination)", "level": "\(alert.level)", "reason": "\(alert.reason)",
        ]
        logger.log(
            level: alert.isPaused ? .error : .warning,
            alert.isPaused ? "a destination is paused, its leads are held" : "a destination keeps failing",
            metadata: metadata)
    }

    private func post(_ alert: DestinationAlert) async {
        guard let sender else { return }
        var why = await sender.send(alert)
        for wait in Self.waits {
            guard why != nil, !Task.isCancelled else { break }
            try? await Task.sleep(for: wait)
            why = await sender.send(alert)
        }
        if let why {
            logger.error("an alert did not arrive", metadata: ["destination": "\(alert.destination)", "why": "\(why)"])
        }
    }
}
