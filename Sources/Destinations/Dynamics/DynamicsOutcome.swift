package import Leads
package import OrderedJSON

/// What the answer of Dataverse to one lead means: the one table of kind `dynamics`.
///
/// The code in the body comes before the status, for one code comes with several statuses.
///
/// | answer | outcome |
/// |---|---|
/// | 201, 200, 204 | delivered, as made, brought up to date, either |
/// | 2xx that is not an answer of Dataverse, 3xx | config |
/// | 0x80072321, 0x80072322, 0x80072326, 429 | throttled |
/// | 0x8005f101, 401 | authRefresh |
/// | 0x80040220, 0x80048306, 0x80072560, 403 | config: the application user or its role |
/// | 412 "matching key values already exists", 0x80040237 | alreadyDelivered with `existing=keep`, else retry |
/// | 0x80060892 of the key that the lead is written by | retry: the lead was made at the same time |
/// | 0x80060892 of another key | rejected: another lead has the value |
/// | 0x80040333, whether 412 or 500 | rejected: a duplicate detection rule |
/// | a property that does not exist, 0x80048d19 | config: the mapping |
/// | 0x80060888 | config: the alternate key |
/// | 0x8006088a, any other 404, 405, 406, 415 | config: the address |
/// | 0x80044331 (too long), 0x8004431a (out of range) | rejected; config where the column takes a constant |
/// | 0x80040203, 0x80040265, 0x80040217, 400, 413, any other 4xx | rejected |
/// | 408, any other 412, 5xx | retry |
package struct DynamicsOutcome: Hashable, Sendable {
    /// What the meaning of an answer depends on besides the answer.
    package struct Rules: Sendable {
        /// Whether a lead that is there is left as it is: the setting `existing`.
        package let keepsExisting: Bool
        /// The column of the alternate key that leads are written by; `nil` for their own id.
        package let externalID: String?
        /// The columns that are written.
        package let columns: [String]
        /// Those of them that always take the same.
        package let constants: Set<String>

        package init(
            keepsExisting: Bool = false, externalID: String? = nil, columns: [String] = [],
            constants: Set<String> = []
        ) {
            self.keepsExisting = keepsExisting
            self.externalID = externalID
            self.columns = columns
            self.constants = constants
        }
    }

    package let outcome: Outcome
    package let reason: String

    /// Whether a `Retry-After` beside the outcome says anything about this lead.
    package var obeysRetryAfter: Bool { outcome == .retry || outcome == .throttled }

    /// - Parameters:
    ///   - body: `nil` where it is no JSON.
    ///   - isDataverse: the answer has the headers of the Web API.
    ///   - lead: whose data is taken out of the words of the answer.
    package init(status: Int, body: JSON?, isDataverse: Bool, of lead: Outgoing, rules: Rules) {
        let error = DynamicsError(body)
        if let success = Self.success(status, isOurs: isDataverse || body?["leadid"] != nil, error) {
            (outcome, reason) = success
            return
        }
        let column = error.flatMap { $0.column(of: rules.columns + [rules.externalID].compactMap { $0 }) }
        let meaning = Self.meaning(status, error, column, rules)
        outcome = meaning.outcome
        reason = Self.reason(status, error, meaning.column ?? column, of: lead, rules, mend: meaning.mend)
    }

    /// `nil` where the answer is no success.
    private static func success(_ status: Int, isOurs: Bool, _ error: DynamicsError?) -> (Outcome, String)? {
        guard (200...299).contains(status), error == nil else { return nil }
        guard isOurs else {
            return (.config, "answered \(status), and not as Dataverse does; \(DynamicsMends.address)")
        }
        switch status {
        case 201: return (.delivered, "answered 201: made")
        case 200: return (.delivered, "answered 200: brought up to date")
        default: return (.delivered, "answered \(status)")
        }
    }

    private struct Meaning {
        let outcome: Outcome
        var column: String?
        let mend: String?

        init(_ outcome: Outcome, column: String? = nil, mend: String? = nil) {
            self.outcome = outcome
            self.column = column
            self.mend = mend
        }
    }

    private static func meaning(
        _ status: Int, _ error: DynamicsError?, _ column: String?, _ rules: Rules
    ) -> Meaning {
        let byCode = error?.code.flatMap { meaning(ofCode: $0, error, column, rules) }
        return byCode ?? meaning(ofWords: error, rules) ?? meaning(ofStatus: status)
    }

    private static func meaning(
        ofCode code: UInt32, _ error: DynamicsError?, _ column: String?, _ rules: Rules
    ) -> Meaning? {
        switch code {
        case 0x8007_2321, 0x8007_2322: return Meaning(.throttled)
        case 0x8007_2326: return Meaning(.throttled, mend: "lower parallel")
        case 0x8005_F101: return Meaning(.authRefresh)
        case 0x8004_0220, 0x8004_8306, 0x8007_2560: return Meaning(.config, mend: DynamicsMends.applicationUser)
        case 0x8004_0237: return Meaning(rules.keepsExisting ? .alreadyDelivered : .retry)
        case 0x8006_0892: return race(column, rules)
        case 0x8004_0333: return Meaning(.rejected, mend: DynamicsMends.duplicate)
        case 0x8004_8D19: return meaning(ofWords: error, rules) ?? Meaning(.config, mend: DynamicsMends.type)
        case 0x8006_0888: return meaning(ofWords: error, rules) ?? Meaning(.config, mend: DynamicsMends.key)
        case 0x8006_088A: return Meaning(.config, mend: DynamicsMends.address)
        case 0x8004_4331, 0x8004_431A:
            guard let column, rules.constants.contains(column) else { return Meaning(.rejected) }
            return Meaning(.config, mend: "correct constant.\(column)")
        case 0x8004_0203, 0x8004_0265, 0x8004_0217: return Meaning(.rejected)
        default: return nil
        }
    }

    /// Two that wrote the same lead at once: written again, the loser finds it there. Where the value is taken in
    /// another column, writing again would end the same.
    private static func race(_ column: String?, _ rules: Rules) -> Meaning {
        guard let externalID = rules.externalID, column == nil || column == externalID else {
            return Meaning(.rejected, mend: "another lead has this value, and an alternate key allows it once")
        }
        return Meaning(.retry)
    }

    private static func meaning(ofWords error: DynamicsError?, _ rules: Rules) -> Meaning? {
        guard let error else { return nil }
        if let name = error.unknownColumn {
            return Meaning(.config, column: name, mend: DynamicsMends.column)
        }
        let words = error.words.lowercased()
        if words.contains("matching key values already exists") {
            return Meaning(rules.keepsExisting ? .alreadyDelivered : .retry)
        }
        return words.contains("not a defined key") ? Meaning(.config, mend: DynamicsMends.key) : nil
    }

    private static func meaning(ofStatus status: Int) -> Meaning {
        switch status {
        case 300...399: Meaning(.config, mend: "redirects are not followed: " + DynamicsMends.address)
        case 401: Meaning(.authRefresh)
        case 403: Meaning(.config, mend: DynamicsMends.applicationUser)
        case 404, 405, 406, 415: Meaning(.config, mend: DynamicsMends.address)
        case 408, 412: Meaning(.retry)
        case 429: Meaning(.throttled)
        case 400...499: Meaning(.rejected)
        default: Meaning(.retry)
        }
    }

    private static func reason(
        _ status: Int, _ error: DynamicsError?, _ column: String?, of lead: Outgoing, _ rules: Rules, mend: String?
    ) -> String {
        var reason = error?.codeText ?? "answered \(status)"
        if let column { reason += " on \(column)" }
        let words = error?.told(of: [lead], columns: rules.columns + [column].compactMap { $0 }) ?? ""
        if !words.isEmpty { reason += ": \(words)" }
        return mend.map { VendorWords.reason(reason, mend: $0) } ?? reason
    }
}

extension DynamicsError {
    /// The messages, fit for a reason.
    func told(of leads: [Outgoing], columns: [String]) -> String {
        VendorWords.clean(
            cause, of: leads,
            fields: columns + [
                "lead", "leads", "Edm.Boolean", "Edm.DateTimeOffset", "Edm.Decimal", "Edm.Guid", "Edm.Int32",
                "Edm.String",
            ])
    }
}

/// What to do about what Dataverse refuses.
enum DynamicsMends {
    static let address = "set url to the environment's address, such as https://contoso.crm.dynamics.com"
    static let audience =
        "the environment refuses each new token: tenant and url must belong together, and url be the environment's "
        + "own address"
    static let applicationUser =
        "Power Platform admin center, the environment, Settings, Users + permissions, Application users: add the app "
        + "registration, with a security role that may create, read and write Lead"
    static let definitions = "give the application user the role Basic User too, which may read table definitions"
    static let column = "create the column in the table Lead, or let map.… or constant.… name another"
    static let type = "a column takes another type than it is sent: correct map.… or constant.…"
    static let key =
        "make.powerapps.com, Tables, Lead, Keys: create a key of this column alone and wait until it is Active, or "
        + "correct external-id"
    static let duplicate =
        "a duplicate detection rule found another lead like it: merge or mend that one, or set duplicates=allow"
}
