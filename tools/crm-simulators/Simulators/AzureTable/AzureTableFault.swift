internal import OrderedJSON

/// A refusal in the shape of the table service.
struct AzureTableFault: Error {
    let status: Int
    let code: String
    let message: String

    init(_ status: Int, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    static let authentication = AzureTableFault(
        403, "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly "
            + "including the signature.")

    static func permission(_ what: String) -> AzureTableFault {
        AzureTableFault(
            403, "AuthorizationPermissionMismatch",
            "This request is not authorized to perform this operation using this permission: \(what).")
    }

    static func invalid(_ what: String) -> AzureTableFault {
        AzureTableFault(400, "InvalidInput", "One of the request inputs is not valid: \(what).")
    }

    /// The body that the service sends: JSON where the caller reads it, else XML.
    func answer(readsJSON: Bool) -> SimulatedAnswer {
        let text = "\(message)\nRequestId:00000000-0000-0000-0000-000000000000\nTime:2026-01-01T00:00:00.0000000Z"
        guard readsJSON else {
            let xml =
                #"<?xml version="1.0" encoding="utf-8"?><m:error xmlns:m="http://schemas.microsoft.com/ado/2007/08/"#
                + #"dataservices/metadata"><m:code>\#(code)</m:code><m:message xml:lang="en-US">\#(text)</m:message>"#
                + "</m:error>"
            return SimulatedAnswer(
                status: status, headers: [("content-type", "application/xml"), ("x-ms-error-code", code)],
                body: Array(xml.utf8))
        }
        let json: JSON = [
            "odata.error": [
                "code": .string(code), "message": ["lang": .string("en-US"), "value": .string(text)],
            ]
        ]
        return SimulatedAnswer(
            status: status,
            headers: [
                ("content-type", "application/json;odata=minimalmetadata;streaming=true;charset=utf-8"),
                ("x-ms-error-code", code),
            ],
            body: json.encoded())
    }
}
