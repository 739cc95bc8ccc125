internal import OrderedJSON

/// A refusal in the shape of the Dataverse Web API.
struct DynamicsFault: Error {
    let status: Int
    /// May be empty, as it is in some answers of the real service.
    let code: String
    let message: String
    var headers: [(name: String, value: String)] = []
    /// The answer has no body: so the gate in front of the service says that a token is missing.
    var isBare = false
    /// Whether it only says that the lead is there already.
    var isKnown = false

    init(_ status: Int, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    var answer: SimulatedAnswer {
        guard !isBare else { return SimulatedAnswer(status: status, headers: Self.common + headers) }
        let json: JSON = ["error": ["code": .string(code), "message": .string(message)]]
        return SimulatedAnswer(
            status: status,
            headers: Self.common + [("content-type", "application/json; odata.metadata=minimal")] + headers,
            body: json.encoded())
    }

    static let common: [(name: String, value: String)] = [
        ("odata-version", "4.0"), ("x-ms-service-request-id", "00000000-0000-0000-0000-000000000000"),
        ("req_id", "00000000-0000-0000-0000-000000000000"),
    ]
}

/// The refusals of the service, one for each cause.
extension DynamicsFault {
    /// A failure that was asked for.
    static func asked(status: Int, code: String?) -> DynamicsFault {
        let usual = [
            401: "0x8005F101", 403: "0x80040220", 404: "0x80040217", 412: "0x80060892", 429: "0x80072322",
            400: "0x80040203", 500: "0x80040216",
        ]
        let code = code ?? usual[status] ?? ""
        return DynamicsFault(status, code, messages[code] ?? "As asked.")
    }

    /// The refusal of one lead, in the status that goes with the code.
    static func refusal(code: String?, column: String) -> DynamicsFault {
        let statuses = [
            "": 412, "0x80060892": 412, "0x80040333": 412, "0x80040237": 412, "0x80040220": 403, "0x80048306": 403,
            "0x80040217": 404,
        ]
        guard let code, code != "0x80040203" else {
            return DynamicsFault(400, "0x80040203", "Invalid Argument: the value of '\(column)' is not valid.")
        }
        let usual = "As asked, because of '\(column)'."
        return DynamicsFault(statuses[code] ?? 400, code, messages[code] ?? usual)
    }

    private static let messages = [
        "": "A record with matching key values already exists.",
        "0x80072322": "Number of requests exceeded the limit of 6000 over time window of 300 seconds.",
        "0x80072321": "Combined execution time of incoming requests exceeded limit of 1,200,000 milliseconds over "
            + "time window of 300 seconds. Decrease number of concurrent requests or reduce the duration of "
            + "requests and try again later.",
        "0x80072326": "Number of concurrent requests exceeded the limit of 52.",
        "0x80040333": "A record was not created or updated because a duplicate of the current record already exists.",
        "0x80060892": "Entity Key violated. A record with the same value for the key already exists. A duplicate "
            + "record cannot be created. Select one or more unique values and try again.",
        "0x80040237": "Cannot insert duplicate key.",
        "0x80040220": "Principal user is missing prvCreateLead privilege.",
        "0x80048306": "Not enough privilege to complete the operation.",
        "0x80040217": "Entity 'lead' Does Not Exist",
        "0x8005F101": "The access token has expired.",
        "0x80040216": "An unexpected error occurred.",
        "0x80040265": "An error occurred in a plug-in.",
        "0x8006088a": "Resource not found for the segment.",
    ]

    static func unauthorized(_ settings: DynamicsSettings, _ base: String, hasEnded: Bool) -> DynamicsFault {
        var fault = DynamicsFault(401, "0x8005F101", "The access token has expired.")
        fault.isBare = !hasEnded
        let end = hasEnded ? ", error=\"invalid_token\"" : ""
        let authority = "https://login.microsoftonline.com/\(settings.tenant)/oauth2/authorize"
        fault.headers = [
            ("www-authenticate", "Bearer authorization_uri=\(authority), resource_id=\(base)/\(end)")
        ]
        return fault
    }

    static let noUser = DynamicsFault(403, "0x80072560", "The user is not a member of the organization.")

    static func privilege(_ name: String) -> DynamicsFault {
        DynamicsFault(
            403, "0x80040220",
            "Principal user (Id=22222222-0000-0000-0000-000000000001, type=8, roleCount=0, privilegeCount=0, "
                + "accessMode=4), is missing \(name) privilege (Id=00000000-0000-0000-0000-000000000000) on "
                + "OTC=4 for entity 'lead'.")
    }

    static func segment(_ name: some StringProtocol) -> DynamicsFault {
        DynamicsFault(404, "0x8006088a", "Resource not found for the segment '\(name)'.")
    }

    static func syntax(_ what: String) -> DynamicsFault { DynamicsFault(400, "0x0", what) }

    static let method = DynamicsFault(405, "0x0", "The requested resource does not support this http method.")

    static func property(_ name: some StringProtocol, on type: String) -> DynamicsFault {
        DynamicsFault(
            400, "0x0", "Could not find a property named '\(name)' on type 'Microsoft.Dynamics.CRM.\(type)'.")
    }

    static let undefinedKey = DynamicsFault(
        400, "0x80060888", "The specified key attributes are not a defined key for the lead entity")

    static func payload(_ cause: String) -> DynamicsFault {
        DynamicsFault(
            400, "0x80048d19",
            "Error identified in Payload provided by the user for Entity :'leads', For more information on this "
                + "error please follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  "
                + "InnerException : \(cause)")
    }

    static func missing(id: String) -> DynamicsFault {
        DynamicsFault(404, "0x80040217", "Entity 'lead' With Id = \(id) Does Not Exist")
    }

    static let missingByKey = DynamicsFault(
        404, "0x80060891", "A record with the specified key values does not exist in lead entity")

    /// `If-None-Match: *` met a lead.
    static let exists: DynamicsFault = {
        var fault = DynamicsFault(412, "", messages[""] ?? "")
        fault.isKnown = true
        return fault
    }()

    static let otherVersion = DynamicsFault(
        412, "0x80060882", "The version of the existing record doesn't match the RowVersion property provided.")

    static let duplicate = DynamicsFault(412, "0x80040333", messages["0x80040333"] ?? "")
    static let sameID = DynamicsFault(412, "0x80040237", messages["0x80040237"] ?? "")

    static func sameKey(_ column: String) -> DynamicsFault {
        DynamicsFault(
            412, "0x80060892",
            "Entity Key \(column) violated. A record with the same value for \(column) already exists. A duplicate "
                + "record cannot be created. Select one or more unique values and try again.")
    }

    static let readOnly = DynamicsFault(
        400, "0x80040203", "The lead is qualified or disqualified and cannot be changed.")
}
