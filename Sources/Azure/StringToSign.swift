internal import Leads

/// The texts that signatures of storage requests are made over.
///
/// Each is the one that
/// https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key names for its service and scheme.
/// The path is signed as it stands on the wire; in the path style of emulators the account therefore stands there
/// twice.
enum StringToSign {
    static func text(_ request: StorageRequest, account: String, service: SharedKey.Service, scheme: SharedKey.Scheme)
        -> String
    {
        switch (service, scheme) {
        case (.table, .sharedKey):
            [
                request.method, value(request, "content-md5"), value(request, "content-type"), date(request),
                shortResource(request, account),
            ].joined(separator: "\n")
        case (.table, .sharedKeyLite):
            date(request) + "\n" + shortResource(request, account)
        case (.blob, .sharedKey):
            ([request.method] + blobHeaders.map { value(request, $0) }).joined(separator: "\n") + "\n"
                + storageHeaders(request) + longResource(request, account)
        case (.blob, .sharedKeyLite):
            [request.method, value(request, "content-md5"), value(request, "content-type"), blobDate(request)]
                .joined(separator: "\n") + "\n" + storageHeaders(request) + shortResource(request, account)
        }
    }

    private static let blobHeaders = [
        "content-encoding", "content-language", "content-length", "content-md5", "content-type", "date",
        "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range",
    ]

    private static func value(_ request: StorageRequest, _ name: String) -> String {
        switch name {
        case "date": blobDate(request)
        // Since version 2015-02-21 a length of nothing is no length.
        case "content-length": request[name].flatMap { $0 == "0" ? nil : $0 } ?? ""
        default: request[name] ?? ""
        }
    }

    /// Tables sign the date under whichever name it has.
    private static func date(_ request: StorageRequest) -> String { request["x-ms-date"] ?? request["date"] ?? "" }

    /// Blobs sign `x-ms-date` among the other headers, and `Date` only where it stands alone.
    private static func blobDate(_ request: StorageRequest) -> String {
        request["x-ms-date"] == nil ? request["date"] ?? "" : ""
    }

    private static func storageHeaders(_ request: StorageRequest) -> String {
        request.headers.map { (name: $0.name.lowercased(), value: $0.value) }
            .filter { $0.name.hasPrefix("x-ms-") }
            .sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
            .map { "\($0.name):\($0.value)\n" }.joined()
    }

    private static func shortResource(_ request: StorageRequest, _ account: String) -> String {
        "/\(account)\(request.path)\(request.componentOfResource)"
    }

    private static func longResource(_ request: StorageRequest, _ account: String) -> String {
        var values: [String: [String]] = [:]
        for parameter in PercentEncoding.parameters(of: request.query) ?? [] {
            values[parameter.name.lowercased(), default: []].append(parameter.value)
        }
        let parameters = values.sorted { $0.key < $1.key }
            .map { "\n\($0.key):\($0.value.sorted().joined(separator: ","))" }
        return "/\(account)\(request.path)" + parameters.joined()
    }
}
