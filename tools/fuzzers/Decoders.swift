import Intake
import Leads
import Ledger
import OrderedJSON

/// Runs each decoder once and checks what must hold of whatever it read.
enum Decoders {
    static func json(_ bytes: [UInt8]) -> Int32 {
        guard let value = try? JSON.parse(bytes) else { return 0 }
        precondition((try? JSON.parse(value.encoded())) == value, "JSON that was written reads as something else")
        return 0
    }

    static func leadRequests(_ bytes: [UInt8]) -> Int32 {
        let request = request(bytes)
        var requests = LeadRequests(rules: .system)
        let events = requests.read(request, offer: "contoso.app", actor: "endpoint:x", scope: "x", window: .minute)
        precondition(!events.isEmpty, "a request at an endpoint was lost")
        for event in events {
            precondition(event.body != nil, "a request at an endpoint was not kept")
            if event.type == .intakeQuarantined { release(event) }
        }
        return 0
    }

    private static func release(_ event: NewEvent) {
        let quarantined = Quarantined(
            seq: 1, actor: event.actor, offer: event.offer ?? "", recordedAt: Instant(micros: 0), body: event.body)
        let released = try? QuarantineRelease.read(quarantined, reason: nil)
        precondition(released == nil, "what was quarantined can be released by the very same rules")
    }

    static func actionRequests(_ bytes: [UInt8]) -> Int32 {
        var requests = ActionRequests(rules: .system)
        guard
            let read = try? requests.read(request(bytes), actor: "key:x", scope: "x", window: .minute),
            let first = read.events.first
        else { return 0 }
        precondition(read.events.allSatisfy { $0.type == .actionRecorded && $0.action != nil }, "it was not strict")
        precondition(read.isArray || first.body != nil, "a request was not kept")
        return 0
    }

    static func keptRequest(_ bytes: [UInt8]) -> Int32 {
        guard let request = ArrivedRequest(kept: bytes) else { return 0 }
        let again = ArrivedRequest(kept: request.kept)
        precondition(again?.body == request.body, "a request that was kept reads as something else")
        return 0
    }

    static func rows(_ bytes: [UInt8]) -> Int32 {
        let quarantined = Quarantined(
            seq: 1, actor: "import", offer: "", recordedAt: Instant(micros: 0), body: nil)
        _ = try? QuarantineRelease.read(quarantined, correction: bytes, reason: nil)
        guard let limit = bytes.first else { return 0 }
        var reader = CSVReader(recordLimit: Int(limit) + 1)
        let chunk = Int(bytes.dropFirst().first ?? 0) + 1
        for start in stride(from: 0, to: bytes.count, by: chunk) {
            bytes[start..<min(start + chunk, bytes.count)].withUnsafeBytes { reader.append($0) }
            while case .record(let record)? = reader.next() { _ = record.texts }
        }
        reader.finish()
        while case .record(let record)? = reader.next() { _ = record.texts }
        return 0
    }

    static func gunzip(_ bytes: [UInt8]) -> Int32 {
        let limit = 1 << 18
        let expanded = try? Gunzip.expand(bytes, limit: limit)
        precondition((expanded?.count ?? 0) <= limit, "more came out than the limit")
        for encoding in [Gunzip.Encoding.gzip, .deflate, .zstd] {
            _ = try? Gunzip.expand(bytes, as: encoding, limit: limit)
        }
        return 0
    }

    static func entities(_ bytes: [UInt8]) -> Int32 {
        var entities = AzureEntities()
        guard case .object(let members) = try? JSON.parse(bytes) else { return 0 }
        guard case .action(let action, let identity) = entities.read(members) else { return 0 }
        let event = action.asEvent(identity: identity ?? .none, actor: "source:x", rules: .system, body: nil)
        guard identity != nil, Set(members.map(\.name)).count == members.count else { return 0 }
        guard case .action(let again, _) = entities.read(members.reversed()) else { return 0 }
        let other = again.asEvent(identity: identity ?? .none, actor: "source:y", rules: .system, body: nil)
        precondition(event.content == other.content, "the order of an entity's members counts")
        return 0
    }

    /// The first byte chooses the headers, the rest is the body.
    private static func request(_ bytes: [UInt8]) -> ArrivedRequest {
        let types = [
            "application/json", "application/x-www-form-urlencoded", "application/cloudevents+json",
            "application/cloudevents-batch+json", "application/json;binary", "text/plain",
            "application/x-www-form-urlencoded;binary", "",
        ]
        let type = types[Int(bytes.first ?? 0) % types.count]
        var headers = [(name: "content-type", value: type)]
        var body = bytes.dropFirst()
        if type.hasSuffix(";binary") {
            let line = body.prefix { $0 != 0x0a }
            body = body.dropFirst(line.count + 1)
            headers += [
                ("ce-specversion", "1.0"), ("ce-source", "s"), ("ce-id", String(decoding: line, as: UTF8.self)),
            ]
        }
        var request = ArrivedRequest(method: "POST", path: "/in/x", headers: headers, body: Array(body))
        if bytes.first ?? 0 > 0xf0 {
            request.headers.append(("content-encoding", "gzip"))
            try? request.decodeBody(limit: 1 << 18)
        }
        return request
    }
}
