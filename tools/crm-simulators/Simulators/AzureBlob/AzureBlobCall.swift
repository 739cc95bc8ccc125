internal import Leads

/// A request taken apart: what it is about, and what it may ask.
struct AzureBlobCall {
    enum Operation {
        case createContainer
        case containerProperties
        case list
        case putBlob
        case appendBlock
        /// Of a blob; also what `HEAD` asks.
        case read
        case delete
    }

    let container: String
    /// `nil` where the container itself is meant.
    let blob: String?
    let operation: Operation
    private let parameters: [(name: String, value: String)]

    /// - Parameter account: may stand in front of the container, as it does for emulators.
    init(_ arrival: Arrival, account: String) throws(AzureFault) {
        var path = arrival.path.dropFirst()
        if path == account || path.hasPrefix(account + "/") { path = path.dropFirst(account.count + 1) }
        guard let parameters = PercentEncoding.parameters(of: arrival.query ?? ""),
            let path = PercentEncoding.decode(path)
        else { throw AzureFault(400, "InvalidUri", "The requested URI does not represent any resource on the server.") }
        self.parameters = parameters
        let parts = path.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        container = String(parts[0])
        blob = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
        func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }
        guard Self.isContainerName(container), (blob?.utf16.count ?? 0) <= 1_024 else {
            throw AzureFault(
                400, "InvalidResourceName", "The specifed resource name contains invalid characters.")
        }
        switch (arrival.method, blob == nil, parameter("restype"), parameter("comp")) {
        case ("PUT", true, "container", nil): operation = .createContainer
        case ("GET", true, "container", nil), ("HEAD", true, "container", nil): operation = .containerProperties
        case ("GET", true, "container", "list"): operation = .list
        case ("PUT", false, nil, nil): operation = .putBlob
        case ("PUT", false, nil, "appendblock"): operation = .appendBlock
        case ("GET", false, nil, nil), ("HEAD", false, nil, nil): operation = .read
        case ("DELETE", false, nil, nil): operation = .delete
        case (_, _, _, .some):
            throw AzureFault(
                400, "InvalidQueryParameterValue",
                "Value for one of the query parameters specified in the request URI is invalid.")
        default: throw .verb
        }
    }

    func parameter(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// What names the blob in the log and in the records.
    var key: String { blob.map { container + "/" + $0 } ?? container }

    var isWrite: Bool {
        switch operation {
        case .putBlob, .appendBlock: true
        case .createContainer, .containerProperties, .list, .read, .delete: false
        }
    }

    /// - Parameter isThere: whether the blob is; leave to create is not leave to replace.
    func need(isThere: Bool) -> AzureNeed {
        let permissions: [String]
        switch operation {
        case .createContainer: permissions = ["c", "w"]
        case .containerProperties: permissions = ["r"]
        case .list: permissions = ["l"]
        case .putBlob: permissions = isThere ? ["w"] : ["w", "c"]
        case .appendBlock: permissions = ["w", "a"]
        case .read: permissions = ["r"]
        case .delete: permissions = ["d"]
        }
        return AzureNeed(permissions: permissions, resource: key, kind: blob == nil ? "c" : "o")
    }

    /// 3 to 63 lower-case letters, digits and single hyphens, neither first nor last a hyphen.
    static func isContainerName(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            (97...122).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "-")
        }
        return (3...63).contains(name.utf8.count) && isPlain && !name.hasPrefix("-") && !name.hasSuffix("-")
            && !name.contains("--")
    }
}
