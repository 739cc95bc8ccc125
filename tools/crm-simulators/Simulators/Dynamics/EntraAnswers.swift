internal import OrderedJSON

/// The answers of the token endpoint of Entra ID.
enum EntraAnswers {
    static func token(_ token: String, seconds: Int) -> SimulatedAnswer {
        let json: JSON = [
            "token_type": .string("Bearer"), "expires_in": .number(seconds), "ext_expires_in": .number(seconds),
            "access_token": .string(token),
        ]
        return SimulatedAnswer(status: 200, headers: common, body: json.encoded())
    }

    /// - Parameter code: the digits behind `AADSTS`.
    static func refusal(_ code: Int, _ message: String, status: Int? = nil) -> SimulatedAnswer {
        let (usual, error) = kinds[code] ?? (400, "invalid_request")
        let json: JSON = [
            "error": .string(error),
            "error_description": .string(
                "AADSTS\(code): \(message) Trace ID: 00000000-0000-0000-0000-000000000000 "
                    + "Correlation ID: 00000000-0000-0000-0000-000000000000 Timestamp: 2026-01-01 00:00:00Z"),
            "error_codes": .array([.number(code)]),
            "timestamp": .string("2026-01-01 00:00:00Z"),
            "trace_id": .string("00000000-0000-0000-0000-000000000000"),
            "correlation_id": .string("00000000-0000-0000-0000-000000000000"),
            "error_uri": .string("https://login.microsoftonline.com/error?code=\(code)"),
        ]
        return SimulatedAnswer(status: status ?? usual, headers: common, body: json.encoded())
    }

    private static let kinds: [Int: (status: Int, error: String)] = [
        900_144: (400, "invalid_request"), 900_561: (400, "invalid_request"), 90_002: (400, "invalid_request"),
        70_003: (400, "unsupported_grant_type"), 70_011: (400, "invalid_scope"), 1_002_012: (400, "invalid_scope"),
        500_011: (400, "invalid_resource"), 700_016: (400, "unauthorized_client"),
        7_000_215: (401, "invalid_client"), 7_000_216: (401, "invalid_client"), 7_000_222: (401, "invalid_client"),
        90_033: (503, "temporarily_unavailable"), 50_196: (400, "invalid_grant"),
    ]

    private static let common: [(name: String, value: String)] = [
        ("content-type", "application/json; charset=utf-8"), ("cache-control", "no-store, no-cache"),
        ("pragma", "no-cache"), ("x-ms-request-id", "00000000-0000-0000-0000-000000000000"),
    ]
}
