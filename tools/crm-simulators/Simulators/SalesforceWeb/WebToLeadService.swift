package import Leads
package import OrderedJSON

/// What a simulated Web-to-Lead form handler is like.
package struct WebToLeadSettings: Sendable {
    /// The id of the org, 15 characters.
    package var organization = "00D5g0000000001"
    /// The ids of custom fields (`00N…`), each with the length it takes.
    package var fields: [String: Int] = [:]
    /// The custom field whose value is the key in `records`; the real service knows no such thing.
    package var keyField: String?
    /// Leads that are taken within 24 hours; more are queued.
    package var dailyLimit = 500
    /// Leads that the queue takes; more are lost.
    package var queueLimit = 50_000

    package init() {}
}

/// Salesforce's Web-to-Lead: it takes forms from anybody, says 200 to all of them, and nothing of what became of them
/// but whether it met an exception.
///
/// Each form makes a lead, whether there is one already or not.
package actor WebToLeadService: SimulatedSystem {
    private let settings: WebToLeadSettings
    private var leads: [WebLead] = []
    private var queued: [WebLead] = []
    private var lostCount = 0
    private var exceptionCount = 0
    /// Fields that the org does not know, and so passed over.
    private var ignoredCount = 0
    /// When leads were taken that count for the limit still.
    private var taken: [Instant] = []

    private struct WebLead {
        let key: String
        let fields: [JSON.Member]
    }

    package init(_ settings: WebToLeadSettings) { self.settings = settings }

    package nonisolated var methods: [String] { ["GET", "POST"] }

    package nonisolated func failure(status: Int, code: String?) -> SimulatedAnswer {
        guard status != 200 else { return Self.exception(code ?? Self.usualException) }
        return SimulatedAnswer(
            status: status, headers: [("content-type", "text/html;charset=UTF-8")],
            body: Array("<html><body>Service not available</body></html>".utf8))
    }

    package var records: [JSON] {
        leads.map { ["key": .string($0.key), "written": .number(1), "fields": .object($0.fields)] }
    }

    package var counts: [(name: String, count: Int)] {
        [
            ("records", leads.count), ("created", leads.count), ("updated", 0), ("tokens", 0),
            ("queued", queued.count), ("lost", lostCount), ("exceptions", exceptionCount),
            ("ignoredFields", ignoredCount),
        ]
    }

    /// What it says to one request.
    package func judge(_ arrival: Arrival, now: Instant, refusing refusal: Refusal? = nil) -> Verdict {
        guard ["/servlet/servlet.WebToLead", "/servlet/servlet.WebToLead/"].contains(arrival.path) else {
            return .answered(failure(status: 404, code: nil), fate: .rejected, reason: "another path")
        }
        guard arrival.method == "POST" else {
            return .answered(Self.page(), fate: .rejected, reason: "nothing was sent")
        }
        let encoding = PercentEncoding.parameters(of: arrival.query ?? "")?.first { $0.name == "encoding" }?.value
        guard encoding?.uppercased() == "UTF-8" else { return except("the encoding is not named or not UTF-8") }
        guard let form = SentParameters(form: arrival) else { return except("the body is not a form") }
        guard let organization = form["oid"], organization == settings.organization else {
            return except("the oid is missing or that of no org")
        }
        let key = settings.keyField.flatMap { form[$0] } ?? form["email"] ?? "-"
        let refused = [RecordFate(key: key, fate: .refused)]
        if let refusal, refusal.places.contains(0) {
            return except("as asked", records: refused, refusal.code ?? Self.usualException)
        }
        if let fault = fault(form) { return except(fault, records: refused) }
        return store(WebLead(key: key, fields: fields(form)), now)
    }

    private func fault(_ form: SentParameters) -> String? {
        for name in ["last_name", "company"] where form[name] == nil { return "\(name) is missing or empty" }
        for field in form.all {
            let maximum = WebToLeadForm.lengths[field.name] ?? settings.fields[field.name]
            if let maximum, field.value.utf16.count > maximum { return "\(field.name) is too long" }
        }
        return nil
    }

    private func fields(_ form: SentParameters) -> [JSON.Member] {
        let known = form.all.filter { WebToLeadForm.lengths[$0.name] != nil || settings.fields[$0.name] != nil }
        ignoredCount += form.all.count { field in
            !WebToLeadForm.controls.contains(field.name) && !known.contains { $0.name == field.name }
        }
        return known.map { JSON.Member($0.name, .string($0.value)) }
    }

    /// Takes a lead, or queues it, or loses it, all of which look the same to the sender.
    private func store(_ lead: WebLead, _ now: Instant) -> Verdict {
        taken.removeAll { $0 + .day <= now }
        while !queued.isEmpty, taken.count < settings.dailyLimit {
            leads.append(queued.removeFirst())
            taken.append(now)
        }
        let created = [RecordFate(key: lead.key, fate: .created)]
        if taken.count < settings.dailyLimit {
            leads.append(lead)
            taken.append(now)
            return .answered(Self.page(), fate: .accepted, reason: nil, records: created)
        }
        guard queued.count < settings.queueLimit else {
            lostCount += 1
            let refused = [RecordFate(key: lead.key, fate: .refused)]
            return .answered(Self.page(), fate: .accepted, reason: "lost: the queue is full", records: refused)
        }
        queued.append(lead)
        return .answered(Self.page(), fate: .accepted, reason: "queued: the limit is reached")
    }

    private func except(
        _ reason: String, records: [RecordFate] = [], _ exception: String = WebToLeadService.usualException
    ) -> Verdict {
        exceptionCount += 1
        return .answered(Self.exception(exception), fate: .rejected, reason: reason, records: records)
    }

    private static let usualException = "common.exception.SalesforceGenericException"

    private static func exception(_ name: String) -> SimulatedAnswer {
        var answer = page()
        answer.headers.append(("is-processed", "true Exception:\(name)"))
        return answer
    }

    private static func page() -> SimulatedAnswer {
        SimulatedAnswer(
            status: 200,
            headers: [
                ("content-type", "text/html;charset=UTF-8"), ("cache-control", "private,s-maxage=0"),
            ], body: Array("<html><head></head><body></body></html>".utf8))
    }
}

/// The names that a Web-to-Lead form may have.
enum WebToLeadForm {
    /// Fields of the lead, each with the length it takes.
    static let lengths = [
        "first_name": 40, "last_name": 80, "email": 80, "phone": 40, "mobile": 40, "fax": 40, "company": 255,
        "title": 128, "street": 255, "city": 40, "state": 80, "state_code": 10, "zip": 20, "country": 80,
        "country_code": 10, "description": 32_000, "lead_source": 40, "industry": 255, "rating": 255, "revenue": 20,
        "employees": 10, "URL": 255, "salutation": 40, "emailOptOut": 1, "doNotCall": 1, "faxOptOut": 1,
        "Campaign_ID": 18, "member_status": 255, "recordType": 18,
    ]

    /// What steers the handler and is no field.
    static let controls: Set<String> = [
        "oid", "orgId", "retURL", "external", "debug", "debugEmail", "encoding", "submit", "captcha_settings",
        "g-recaptcha-response",
    ]
}
