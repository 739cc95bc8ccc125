internal import Leads

/// What is known of a lead, as texts; empty ones count as unknown.
struct LeadValues {
    private let outgoing: Outgoing

    init(_ outgoing: Outgoing) { self.outgoing = outgoing }

    subscript(_ field: LeadField) -> String? {
        let action = outgoing.action
        let text: String? =
            switch field {
            case .email: action.contact.email
            case .firstName: names.first
            case .lastName: names.last
            case .phone: action.contact.phone
            case .country: action.contact.country
            case .company: action.contact.company
            case .title: action.contact.title
            case .description: action.description
            case .source: action.source?.name
            case .action: action.action?.code
            case .leadSource: leadSource
            case .offer: action.offer?.text
            case .offerTitle: action.offerTitle
            case .stage: outgoing.stage?.description
            case .summary: summary
            case .occurredAt: outgoing.occurredAt.description
            case .lead: outgoing.lead
            case .customer: outgoing.customer
            case .doNotContact: nil
            }
        return text.flatMap { $0.trimmed.isEmpty ? nil : $0.trimmed }
    }

    /// First and last name; a whole name that came as the first is taken apart.
    private var names: (first: String?, last: String?) {
        let contact = outgoing.action.contact
        guard (contact.lastName ?? "").trimmed.isEmpty, let whole = contact.firstName?.trimmed,
            let space = whole.firstIndex(where: \.isWhitespace)
        else { return (contact.firstName, contact.lastName) }
        return (String(whole[..<space]), String(whole[space...]).trimmed)
    }

    private var leadSource: String {
        let action = outgoing.action
        let left = [action.source?.name, action.action?.code].compactMap { $0 }.joined(separator: "-")
        return [left, action.offer?.text ?? ""].filter { !$0.isEmpty }.joined(separator: " | ")
    }

    private var summary: String {
        let lines: [(String, LeadField)] = [
            ("Source", .source), ("Action", .action), ("Offer", .offer), ("Stage", .stage), ("Lead", .lead),
        ]
        let told = lines.compactMap { name, field in self[field].map { "\(name): \($0)" } }
        return ([self[.description]].compactMap { $0 } + told).joined(separator: "\n")
    }

    static let notProvided = "[not provided]"

    func standing(in fallback: FieldMap.Fallback) -> String {
        switch fallback {
        case .text(let text): return text
        case .lastName:
            let local = self[.email].flatMap { email in email.lastIndex(of: "@").map { String(email[..<$0]) } }
            return local.flatMap { $0.isEmpty ? nil : $0 } ?? Self.notProvided
        case .company:
            let domain = self[.email].flatMap { email in
                email.lastIndex(of: "@").map { email[email.index(after: $0)...].lowercased() }
            }
            guard let domain, !domain.isEmpty, !FreeMail.domains.contains(domain) else { return Self.notProvided }
            return domain
        }
    }
}

/// Domains whose addresses say nothing of a company, the most used ones.
enum FreeMail {
    static let domains: Set = [
        "126.com", "163.com", "aol.com", "bol.com.br", "comcast.net", "free.fr", "gmail.com", "gmx.at", "gmx.com",
        "gmx.de", "gmx.net", "googlemail.com", "hotmail.co.uk", "hotmail.com", "hotmail.de", "hotmail.es",
        "hotmail.fr", "hotmail.it", "icloud.com", "laposte.net", "libero.it", "live.co.uk", "live.com", "live.fr",
        "live.nl", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "orange.fr", "outlook.com",
        "outlook.de", "outlook.es", "outlook.fr", "pm.me", "proton.me", "protonmail.com", "qq.com", "rediffmail.com",
        "rocketmail.com", "sbcglobal.net", "t-online.de", "uol.com.br", "verizon.net", "virgilio.it", "wanadoo.fr",
        "web.de", "yahoo.ca", "yahoo.co.in", "yahoo.co.jp", "yahoo.co.uk", "yahoo.com", "yahoo.com.br", "yahoo.de",
        "yahoo.es", "yahoo.fr", "yahoo.it", "yandex.com", "yandex.ru", "ymail.com", "zoho.com",
    ]
}
