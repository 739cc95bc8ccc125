internal import Foundation
internal import Synchronization
internal import TestKit
internal import Testing

/// Many senders that post leads to a service at once, each over a connection of its own, until that ends.
///
/// It keeps what it sent and what was acknowledged, over any number of services on one home.
final class Load: Sendable {
    /// Leads that went out, by their email address.
    private struct State {
        var sent: [String: Outgoing] = [:]
        /// The event that an answer named.
        var acknowledged: [String: Int] = [:]
        var surprises: [String] = []
        var answers = 0
        var alarm: (answers: Int, ring: @Sendable () -> Void)?
    }

    private let state = Mutex(State())
    private let endpoint: String
    private let key: String

    /// - Parameters:
    ///   - endpoint: the path of a lead endpoint, which half of the senders post to.
    ///   - key: opens `/v1/events` for the others.
    init(endpoint: String, key: String) {
        self.endpoint = endpoint
        self.key = key
    }

    var sent: [String: Outgoing] { state.withLock(\.sent) }
    var acknowledged: [String: Int] { state.withLock(\.acknowledged) }
    /// Answers that nobody should get.
    var surprises: [String] { state.withLock(\.surprises) }
    var unacknowledged: [String: Outgoing] {
        state.withLock { state in state.sent.filter { state.acknowledged[$0.key] == nil } }
    }

    /// Posts until every connection ended, and returns then.
    /// - Parameters:
    ///   - round: tells the leads of this call from those of others.
    ///   - answers: after so many more acknowledged leads `ring` is called, from some sender's thread.
    func run(
        port: Int, senders: Int, round: Int, seed: UInt64, answers: Int, ring: @escaping @Sendable () -> Void
    ) async {
        state.withLock { $0.alarm = ($0.answers + answers, ring) }
        if answers == 0 { count(0) }
        await withTaskGroup(of: Void.self) { group in
            for sender in 0..<senders {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread.detachNewThread { [self] in
                            post(port: port, sender: sender, round: round, seed: seed &+ UInt64(sender))
                            continuation.resume()
                        }
                    }
                }
            }
        }
    }

    /// Takes note of an answer to a lead that was sent.
    func take(_ answer: Answer, to email: String) {
        guard [200, 201].contains(answer.status), let seq = try? answer.object["seq"] as? Int else {
            return state.withLock { $0.surprises.append("\(answer.status) \(answer.text)") }
        }
        state.withLock { state in
            if let known = state.acknowledged[email], known != seq {
                state.surprises.append("\(email): \(known), \(seq)")
            }
            state.acknowledged[email] = seq
        }
        count(1)
    }

    private func count(_ answers: Int) {
        let ring = state.withLock { state -> (@Sendable () -> Void)? in
            state.answers += answers
            guard let alarm = state.alarm, state.answers >= alarm.answers else { return nil }
            state.alarm = nil
            return alarm.ring
        }
        ring?()
    }

    private func post(port: Int, sender: Int, round: Int, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        guard let wire = try? Wire(port: port) else { return }
        var number = 0
        while true {
            // Several at once: what is pipelined waits in the service when it is killed.
            let leads = (0...random.below(4)).map { _ in
                number += 1
                return "r\(round).s\(sender).n\(number)@example.com"
            }
            let requests = leads.map { request($0, sender: sender) }
            state.withLock { state in for (lead, request) in zip(leads, requests) { state.sent[lead] = request } }
            do {
                try wire.send(requests.flatMap { $0.bytes(closes: false) })
                for lead in leads { take(try wire.answer(), to: lead) }
            } catch {
                return
            }
        }
    }

    private func request(_ email: String, sender: Int) -> Outgoing {
        let json: (name: String, value: String) = ("Content-Type", "application/json")
        switch sender % 4 {
        case 0, 1: return Outgoing.post(endpoint, headers: [json], body: Array(marketplaceLead(email: email).utf8))
        case 2:
            let body = #"{"id":"\#(email)","action":"INS","offer":"contoso.backup-cloud","email":"\#(email)"}"#
            return Outgoing.post(
                "/v1/events", headers: [json, ("Authorization", "Bearer \(key)")], body: Array(body.utf8))
        default:
            let body = #"{"action":"INS","offer":"contoso.backup-cloud","email":"\#(email)"}"#
            return Outgoing.post(
                "/v1/events",
                headers: [json, ("Authorization", "Bearer \(key)"), ("Idempotency-Key", "key-\(email)")],
                body: Array(body.utf8))
        }
    }
}

extension TestHome {
    /// The events that recorded leads of `example.com`: their numbers by email address.
    func recordedLeads() async throws -> [String: [Int]] {
        let events = try await succeed("events", "--type", "ActionRecorded", "-o", "ndjson").lines
        var leads: [String: [Int]] = [:]
        for event in events {
            let data = event["data"] as? [String: Any]
            guard let email = data?["email"] as? String, let seq = event["seq"] as? Int else { continue }
            leads[email, default: []].append(seq)
        }
        return leads
    }
}
