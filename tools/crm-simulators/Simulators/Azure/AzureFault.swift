/// A refusal of a storage service: a status, and a code that says more. Each service has a shape of its own for it.
struct AzureFault: Error {
    let status: Int
    let code: String
    let message: String

    init(_ status: Int, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    static let authentication = AzureFault(
        403, "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly "
            + "including the signature.")
    static let tooLarge = AzureFault(
        413, "RequestBodyTooLarge", "The request body is too large and exceeds the maximum permissible limit.")
    static let header = AzureFault(
        400, "InvalidHeaderValue", "The value for one of the HTTP headers is not in the correct format.")
    static let verb = AzureFault(
        405, "UnsupportedHttpVerb", "The resource doesn't support the specified HTTP verb.")

    static func permission(_ what: String) -> AzureFault {
        AzureFault(
            403, "AuthorizationPermissionMismatch",
            "This request is not authorized to perform this operation using this permission: \(what).")
    }

    static func invalid(_ what: String) -> AzureFault {
        AzureFault(400, "InvalidInput", "One of the request inputs is not valid: \(what).")
    }

    static func missing(header name: String) -> AzureFault {
        AzureFault(
            400, "MissingRequiredHeader",
            "An HTTP header that's mandatory for this request is not specified: \(name).")
    }

    /// A refusal that a knob asked for, with the status that goes with its code.
    static func asked(_ code: String) -> AzureFault {
        let status = statuses.first { $0.codes.contains(code) }?.status ?? 400
        return AzureFault(status, code, "As asked.")
    }

    /// Codes whose status is another than 400.
    private static let statuses: [(status: Int, codes: Set<String>)] = [
        (
            403,
            ["AuthenticationFailed", "AuthorizationFailure", "AuthorizationPermissionMismatch", "AccountIsDisabled"]
        ),
        (404, ["TableNotFound", "ResourceNotFound", "EntityNotFound", "ContainerNotFound", "BlobNotFound"]),
        (
            409,
            [
                "EntityAlreadyExists", "TableAlreadyExists", "TableBeingDeleted", "BlobAlreadyExists",
                "ContainerAlreadyExists", "ContainerBeingDeleted", "BlockCountExceedsLimit", "BlobIsSealed",
                "InvalidBlobType",
            ]
        ),
        (
            412,
            [
                "UpdateConditionNotSatisfied", "ConditionNotMet", "AppendPositionConditionNotMet",
                "MaxBlobSizeConditionNotMet", "LeaseIdMissing",
            ]
        ),
        (413, ["RequestBodyTooLarge"]), (429, ["TooManyRequests"]), (500, ["InternalError", "OperationTimedOut"]),
        (503, ["ServerBusy"]),
    ]

    /// The code that usually goes with a status.
    static func usualCode(_ status: Int) -> String {
        let usual = [
            403: "AuthenticationFailed", 413: "RequestBodyTooLarge", 429: "TooManyRequests", 503: "ServerBusy",
        ]
        return usual[status] ?? "InternalError"
    }
}

/// Versions of the storage services, as `x-ms-version` names them.
enum AzureVersion {
    /// Later ones are refused, as emulators refuse what came after them.
    private static let known: Set<String> = [
        "2015-02-21", "2015-04-05", "2015-07-08", "2015-12-11", "2016-05-31", "2017-04-17", "2017-07-29", "2017-11-09",
        "2018-03-28", "2018-11-09", "2019-02-02", "2019-07-07", "2019-10-10", "2019-12-12", "2020-02-10", "2020-04-08",
        "2020-06-12", "2020-08-04", "2020-10-02", "2020-12-06", "2021-02-12", "2021-04-10", "2021-06-08", "2021-08-06",
        "2021-10-04", "2021-12-02", "2022-11-02", "2023-01-03", "2023-05-03", "2023-08-03", "2023-11-03", "2024-02-04",
        "2024-05-04", "2024-08-04",
    ]

    static func isKnown(_ version: String) -> Bool { known.contains(version) }
}
