internal import OrderedJSON

/// A refusal in the shape of Salesforce's REST API.
struct SalesforceFault: Error {
    let status: Int
    let code: String
    let message: String
    /// `nil` where the refusal is not about a record.
    let fields: [String]?
    /// The records that the duplicate rule found.
    var duplicates: [String] = []
    /// Whether the sender may have the duplicate saved all the same.
    var allowsSaving = false
    /// The records that an external id found, where they are several.
    var choices: [String] = []

    init(_ status: Int, _ code: String, _ message: String, fields: [String]? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields
    }

    var answer: SimulatedAnswer {
        var headers = [(name: "content-type", value: "application/json;charset=UTF-8")]
        if status == 401 { headers.append(("www-authenticate", "Token")) }
        if status == 300 {
            let urls = JSON.array(choices.map { .string($0) })
            return SimulatedAnswer(status: 300, headers: headers, body: urls.encoded())
        }
        var members = [JSON.Member("message", .string(message)), JSON.Member("errorCode", .string(code))]
        if let fields { members.append(JSON.Member("fields", .array(fields.map { .string($0) }))) }
        if !duplicates.isEmpty { members.append(JSON.Member("duplicateResult", duplicateResult)) }
        return SimulatedAnswer(
            status: status, headers: headers, body: JSON.array([.object(members)]).encoded())
    }

    /// The result of one record among several.
    var result: JSON {
        let code = status == 300 ? "DUPLICATE_EXTERNAL_ID" : code
        return [
            "success": .bool(false),
            "errors": .array([
                [
                    "statusCode": .string(code), "message": .string(message),
                    "fields": .array((fields ?? []).map { .string($0) }),
                ]
            ]),
        ]
    }

    private var duplicateResult: JSON {
        let matches = duplicates.map { id -> JSON in
            ["record": ["attributes": ["type": .string("Lead")], "Id": .string(id)]]
        }
        return [
            "allowSave": .bool(allowsSaving), "duplicateRule": .string("Leads_with_one_Email"),
            "duplicateRuleEntityType": .string("Lead"),
            "matchResults": .array([["entityType": .string("Lead"), "matchRecords": .array(matches)]]),
        ]
    }
}

/// The refusals of the service, one for each cause.
extension SalesforceFault {
    /// A failure that was asked for.
    static func asked(status: Int, code: String?) -> SalesforceFault {
        let usual = [
            400: "UNABLE_TO_LOCK_ROW", 401: "INVALID_SESSION_ID", 403: "REQUEST_LIMIT_EXCEEDED", 404: "NOT_FOUND",
            500: "UNKNOWN_EXCEPTION", 503: "SERVER_UNAVAILABLE",
        ]
        let code = code ?? usual[status] ?? "UNKNOWN_EXCEPTION"
        return SalesforceFault(status, code, messages[code] ?? "As asked.")
    }

    /// The refusal of one record.
    static func refusal(code: String?, field: String) -> SalesforceFault {
        let code = code ?? "FIELD_CUSTOM_VALIDATION_EXCEPTION"
        return SalesforceFault(400, code, messages[code] ?? "As asked.", fields: [field])
    }

    private static let messages = [
        "UNABLE_TO_LOCK_ROW": "unable to obtain exclusive access to this record",
        "INVALID_SESSION_ID": "Session expired or invalid",
        "REQUEST_LIMIT_EXCEEDED": "TotalRequests Limit exceeded.",
        "NOT_FOUND": "The requested resource does not exist",
        "UNKNOWN_EXCEPTION": "An unexpected error occurred.",
        "SERVER_UNAVAILABLE": "Server Too Busy",
        "API_DISABLED_FOR_ORG": "The REST API is not enabled for this Organization.",
        "INSUFFICIENT_ACCESS_OR_READONLY": "insufficient access rights on object id",
        "DUPLICATES_DETECTED": "Use one of these records?",
        "DUPLICATE_VALUE": "duplicate value found",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION": "A validation rule of this org refuses the record.",
    ]

    static let session = SalesforceFault(401, "INVALID_SESSION_ID", "Session expired or invalid")
    static let header = SalesforceFault(401, "INVALID_AUTH_HEADER", "INVALID_HEADER_TYPE")
    static let notFound = SalesforceFault(404, "NOT_FOUND", "The requested resource does not exist")
    static let limit = SalesforceFault(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")

    static func method(_ method: String, allowed: String) -> SalesforceFault {
        SalesforceFault(
            405, "METHOD_NOT_ALLOWED", "HTTP Method '\(method)' not allowed. Allowed are \(allowed)")
    }

    static func type(_ type: String?) -> SalesforceFault {
        SalesforceFault(
            415, "UNSUPPORTED_MEDIA_TYPE",
            "Content-Type header specified in HTTP request is not supported: \(type ?? "")")
    }

    static func parser(_ message: String) -> SalesforceFault { SalesforceFault(400, "JSON_PARSER_ERROR", message) }

    static func column(_ name: String) -> SalesforceFault {
        SalesforceFault(
            400, "INVALID_FIELD",
            "No such column '\(name)' on sobject of type Lead")
    }

    static func superfluous(_ name: String) -> SalesforceFault {
        SalesforceFault(400, "INVALID_FIELD", "The \(name) field should not be specified in the sobject data.")
    }

    static func externalID(_ name: String) -> SalesforceFault {
        SalesforceFault(
            404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: \(name)")
    }

    static func readOnly(_ name: String) -> SalesforceFault {
        SalesforceFault(
            400, "INVALID_FIELD_FOR_INSERT_UPDATE",
            "Unable to create/update fields: \(name). Please check the security settings of this field and verify that "
                + "it is read/write for your profile or permission set.", fields: [name])
    }

    static func several(_ urls: [String]) -> SalesforceFault {
        var fault = SalesforceFault(
            300, "DUPLICATE_EXTERNAL_ID", "more than one record found for external id field", fields: [])
        fault.choices = urls
        return fault
    }
}
