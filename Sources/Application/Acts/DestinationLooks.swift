internal import Destinations
internal import Leads
internal import Ledger
package import OrderedJSON
internal import Views

/// Finds out whether leads could be sent to a destination, and writes nothing there.
package struct DestinationCheck: Act {
    package static let name = "destination-check"

    let destination: String

    package init(_ destination: String) { self.destination = destination }

    package var takesTurns: Bool { false }

    /// Where a secret has to be that cannot be read here.
    static let mend =
        "secrets are read by the process that sends: the service, where one has this home open, else this command"

    package func perform(on home: OpenHome) async throws -> JSON {
        let found = try Home.destination(destination, of: try await home.snapshot())
        var steps: [CheckStep] = []
        do {
            let adapter = try Adapters.make(found.settings)
            steps = await adapter.check(now: home.home.clock())
            await adapter.shutdown()
        } catch {
            steps = [CheckStep("secrets", problem: "\(error)", mend: Self.mend)]
        }
        return [
            "name": .string(destination), "kind": .string(found.settings.kind.rawValue),
            "ok": .bool(steps.allSatisfy(\.isGood)),
            "steps": .array(
                steps.map { step in
                    [
                        "name": .string(step.name), "ok": .bool(step.isGood), "problem": .optional(step.problem),
                        "says": .string(step.says),
                    ]
                }),
        ]
    }
}

/// Sends a marked test lead to a destination, and shows what came back.
package struct DestinationTest: Act {
    package static let name = "destination-test"

    let destination: String
    let reason: String?
    let isDryRun: Bool

    package init(_ destination: String, reason: String?, isDryRun: Bool) {
        self.destination = destination
        self.reason = reason
        self.isDryRun = isDryRun
    }

    package var takesTurns: Bool { false }

    package func perform(on home: OpenHome) async throws -> JSON {
        let found = try Home.destination(destination, of: try await home.snapshot())
        let adapter: any Adapter
        do {
            adapter = try Adapters.make(found.settings)
        } catch {
            throw ActFailure("\(error); \(DestinationCheck.mend)")
        }
        let now = home.home.clock()
        let lead = adapter.prepare(Self.lead(home.writer.id, now: now))
        if let refusal = lead.refusal { throw ActFailure("the test lead cannot be told to \(destination): \(refusal)") }
        let told = [
            JSON.Member("name", .string(destination)), JSON.Member("kind", .string(found.settings.kind.rawValue)),
            JSON.Member("dryRun", .bool(isDryRun)), JSON.Member("sent", lead.record),
        ]
        if isDryRun {
            await adapter.shutdown()
            return .object(told)
        }
        var attempt = await adapter.send([lead], now: now).attempts[0]
        // A token that was refused is replaced once, as a worker would.
        if attempt.outcome == .authRefresh { attempt = await adapter.send([lead], now: now).attempts[0] }
        await adapter.shutdown()
        let result: [(String, JSON)] = [
            ("outcome", .string(attempt.outcome.rawValue)), ("status", attempt.status.map { .number($0) } ?? .null),
            ("remoteId", .optional(attempt.remoteID)), ("reason", .string(attempt.reason)),
        ]
        let members = result.map { JSON.Member($0.0, $0.1) }
        let detail = [JSON.Member("name", .string(destination))] + members + [JSON.Member("by", .optional(reason))]
        try await home.append(.destinationTested, JSON.object(detail).encoded())
        let response = (try? JSON.parse(attempt.exchange))?["response"]
        return .object(told + members + [JSON.Member("response", response ?? .null)])
    }

    /// Always the same lead, so that testing twice makes no second one where writes are keyed. Its token is the one by
    /// which the marketplace marks its own.
    private static func lead(_ ledger: [UInt8], now: Instant) -> Outgoing {
        let ids = PublicID(ledger: ledger)
        let contact = Contact(
            email: "leadledger-test@example.com", firstName: Marketplace.testToken, lastName: "leadledger",
            phone: "+1 425 555 0100", country: "US", company: "leadledger test", title: "Test lead")
        let action = MarketplaceAction(
            source: .appSource, action: .partnerLedTrial, offer: Offer("leadledger.test"),
            offerTitle: "\(Marketplace.testToken) leadledger", occurredAt: now, contact: contact,
            description: "\(Marketplace.testToken): sent by leadledger to try the connection; it may be deleted.")
        return Outgoing(
            delivery: ids.text(.delivery, 0), version: now.micros, lead: ids.text(.lead, 0),
            customer: ids.text(.customer, 0), attempt: 1, action: action, stage: .active, isContactable: true,
            occurredAt: now, ledger: EventID(uuidBytes: ledger)?.description ?? "")
    }
}
