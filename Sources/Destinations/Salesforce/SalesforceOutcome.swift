package import Leads
package import OrderedJSON

/// What Salesforce says of a lead, and what follows: the one table of kind `salesforce`.
///
/// The code in the body decides before the status does, for Salesforce says 403 both where a permission is missing and
/// where the day's requests are used up. Codes:
///
/// | code | outcome |
/// |---|---|
/// | INVALID_SESSION_ID, INVALID_AUTH_HEADER | authRefresh |
/// | REQUEST_LIMIT_EXCEEDED | throttled: 10 s where requests at once are meant, else 15 min; no `Retry-After` is sent |
/// | UNABLE_TO_LOCK_ROW, UNKNOWN_EXCEPTION, APEX_ERROR, SERVER_UNAVAILABLE, REQUEST_RUNNING_TOO_LONG | retry |
/// | DUPLICATE_VALUE of the external id | retry: another request made the lead meanwhile, and now it is updated |
/// | CANNOT_UPDATE_CONVERTED_LEAD | alreadyDelivered |
/// | CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY | as the code within its message says, else rejected, divisible |
/// | DUPLICATES_DETECTED, DUPLICATE_EXTERNAL_ID, DUPLICATE_VALUE of another field | rejected |
/// | REQUIRED_FIELD_MISSING, STRING_TOO_LONG, INVALID_EMAIL_ADDRESS, FIELD_CUSTOM_VALIDATION_EXCEPTION, |  |
/// | FIELD_INTEGRITY_EXCEPTION, FIELD_FILTER_VALIDATION_EXCEPTION, NUMBER_OUTSIDE_VALID_RANGE, |  |
/// | INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST | rejected |
/// | INVALID_FIELD, INVALID_FIELD_FOR_INSERT_UPDATE, INVALID_TYPE, JSON_PARSER_ERROR, NOT_FOUND, |  |
/// | INSUFFICIENT_ACCESS_OR_READONLY, INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY, |  |
/// | API_DISABLED_FOR_ORG, API_CURRENTLY_DISABLED, MALFORMED_ID, INVALID_CROSS_REFERENCE_KEY | config |
///
/// Where there is no code, or none of these:
///
/// | answer | outcome |
/// |---|---|
/// | 200 with what an upsert answers, 201, 204 | delivered |
/// | 200 with anything else | ambiguous: something between may have answered; the upsert is keyed |
/// | 300 | rejected: several leads have this external id |
/// | 401 | authRefresh |
/// | 408, 5xx | retry |
/// | 413 | rejected, divisible |
/// | 429, whatever the code | throttled |
/// | 400 and a code within a batch | rejected |
/// | any other 3xx or 4xx | config |
/// | no connection, no name, no TLS | retry |
/// | no answer after the request went out | ambiguous |
package struct SalesforceOutcome: Hashable, Sendable {
    package var outcome: Outcome
    /// The code, the field and the vendor's words, as they came: to be cleaned before anybody sees them.
    package var problem: String
    /// How to mend it, where anybody can.
    package var mend: String?
    package var retryAfter: Span?
    package var remoteID: String?
    /// Halves of a batch that was refused so may fare better.
    package var isDivisible: Bool

    package init(
        _ outcome: Outcome, _ problem: String, mend: String? = nil, retryAfter: Span? = nil, remoteID: String? = nil,
        isDivisible: Bool = false
    ) {
        self.outcome = outcome
        self.problem = problem
        self.mend = mend
        self.retryAfter = retryAfter
        self.remoteID = remoteID
        self.isDivisible = isDivisible
    }

    /// How the destination is set, as far as the table depends on it.
    package struct Context: Sendable {
        package let externalID: String
        package let savesDuplicates: Bool

        package init(externalID: String, savesDuplicates: Bool) {
            self.externalID = externalID
            self.savesDuplicates = savesDuplicates
        }
    }

    /// The answer to a request about one lead, or to one that was refused as a whole.
    /// - Parameter retryAfter: what the answer's header asks for.
    package static func of(
        status: Int, body: JSON?, retryAfter: Span? = nil, _ context: Context
    ) -> SalesforceOutcome {
        if (200...299).contains(status) { return taken(status: status, body: body, context) }
        let error = status == 300 ? nil : SalesforceError(body?.array?.first) ?? SalesforceError(body)
        var judged = error.flatMap { byCode($0, context) } ?? byStatus(status, error)
        // Too many requests are that, whichever code stands beside it.
        if status == 429 { judged.outcome = .throttled }
        if judged.outcome == .retry || judged.outcome == .throttled {
            judged.retryAfter = retryAfter ?? judged.retryAfter
        }
        return judged
    }

    /// One entry of the answer to a batch.
    package static func of(result: JSON, _ context: Context) -> SalesforceOutcome {
        if result["success"]?.bool == true { return delivered(result) }
        guard let error = SalesforceError(result["errors"]?.array?.first) else {
            return SalesforceOutcome(.ambiguous, "the answer says nothing of this lead")
        }
        return byCode(error, context) ?? SalesforceOutcome(.rejected, error.text)
    }

    private static func taken(status: Int, body: JSON?, _ context: Context) -> SalesforceOutcome {
        if let body, body["success"] != nil { return of(result: body, context) }
        switch status {
        case 201: return SalesforceOutcome(.delivered, "created", remoteID: id(body))
        case 204: return SalesforceOutcome(.delivered, "updated")
        default: return SalesforceOutcome(.ambiguous, "answered \(status) without what an upsert answers")
        }
    }

    private static func delivered(_ result: JSON) -> SalesforceOutcome {
        let words = result["created"]?.bool == true ? "created" : "updated"
        return SalesforceOutcome(.delivered, words, remoteID: id(result))
    }

    /// What has not the form of an id may be anything, and everybody may read it.
    private static func id(_ json: JSON?) -> String? {
        json?["id"]?.string.flatMap { SalesforceID.isShort($0) ? $0 : nil }
    }

    private static func byStatus(_ status: Int, _ error: SalesforceError?) -> SalesforceOutcome {
        let words = error?.text ?? "answered \(status)"
        switch status {
        case 300:
            return SalesforceOutcome(
                .rejected, "several leads in Salesforce have this external id", mend: SalesforceMend.unique)
        case 401: return SalesforceOutcome(.authRefresh, words, mend: SalesforceMend.session)
        case 408, 500...: return SalesforceOutcome(.retry, words)
        case 413: return SalesforceOutcome(.rejected, words, isDivisible: true)
        case 429: return SalesforceOutcome(.throttled, words)
        case 400: return SalesforceOutcome(.rejected, words, isDivisible: true)
        default: return SalesforceOutcome(.config, words, mend: SalesforceMend.address)
        }
    }
}

/// One error as Salesforce writes it: `errorCode` in an answer of its own, `statusCode` in the answer to a batch.
package struct SalesforceError: Hashable, Sendable {
    let code: String
    let message: String
    let fields: [String]
    /// The lead that a duplicate rule found.
    let duplicate: String?
    /// Whether the duplicate rule lets a lead be saved all the same; `nil` where nothing is said.
    let isSavable: Bool?

    package init?(_ json: JSON?) {
        guard let json, let code = json["errorCode"]?.string ?? json["statusCode"]?.string else { return nil }
        self.code = code
        message = json["message"]?.string ?? ""
        fields = (json["fields"]?.array ?? []).compactMap(\.string)
        let result = json["duplicateResult"]
        isSavable = result?["allowSave"]?.bool
        duplicate = result?["matchResults"]?.array?.first?["matchRecords"]?.array?.first?["record"]?["Id"]?.string
    }

    /// The code first, then the fields, then the words.
    var text: String {
        code + (fields.isEmpty ? "" : " on " + fields.joined(separator: ", ")) + (message.isEmpty ? "" : ": \(message)")
    }

    /// The unique field whose value another record has, as `DUPLICATE_VALUE` writes it.
    var duplicateField: String? {
        guard let start = message.firstRange(of: "duplicate value found: "),
            let end = message[start.upperBound...].firstRange(of: " duplicates value")
        else { return nil }
        return String(message[start.upperBound..<end.lowerBound])
    }
}
