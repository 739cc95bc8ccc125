package import Leads

/// The text that the Azure portal gives for an account: where its services are and what opens them.
///
/// `DefaultEndpointsProtocol=https;AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net`, or with
/// `SharedAccessSignature=…` and endpoints in place of name and key. Names are read in any case, in any order; what
/// they say of other services is passed over.
package struct ConnectionString: Sendable {
    package let account: String?
    package let credential: StorageCredential
    /// Where the service is that was asked for.
    package let endpoint: EndpointURL

    /// Why a text is no connection string that helps. No value of it is ever shown.
    package enum Problem: Error, Hashable, CustomStringConvertible {
        case notPairs
        case missing(String)
        case unusable(String)
        case emulator

        package var description: String {
            switch self {
            case .notPairs:
                "the connection string is not made of name=value parted by semicolons; copy it again, whole"
            case .missing(let name): "the connection string has no \(name); copy it again, whole"
            case .unusable(let name): "\(name) in the connection string is not usable; copy it again, whole"
            case .emulator:
                "UseDevelopmentStorage says nothing about where and with which key; "
                    + "write AccountName, AccountKey and TableEndpoint or BlobEndpoint"
            }
        }
    }

    /// - Parameter service: the one whose address is looked for.
    package init(_ text: String, service: SharedKey.Service = .table) throws(Problem) {
        var values: [String: String] = [:]
        for part in text.split(separator: ";") where !part.allSatisfy(\.isWhitespace) {
            guard let equals = part.firstIndex(of: "=") else { throw .notPairs }
            let value = String(part[part.index(after: equals)...]).trimmed
            if !value.isEmpty { values[String(part[..<equals]).trimmed.lowercased()] = value }
        }
        guard !values.isEmpty else { throw .notPairs }
        if values["usedevelopmentstorage"]?.lowercased() == "true" { throw .emulator }
        account = values["accountname"]
        if let token = values["sharedaccesssignature"] {
            guard let signature = SharedAccessSignature(token) else { throw .unusable("SharedAccessSignature") }
            credential = .signature(signature)
        } else {
            guard let account else { throw .missing("AccountName") }
            guard let key = values["accountkey"] else { throw .missing("AccountKey") }
            guard let key = SharedKey(account: account, key: key) else { throw .unusable("AccountKey") }
            credential = .key(key)
        }
        endpoint = try Self.endpoint(values, service)
    }

    private static func endpoint(
        _ values: [String: String], _ service: SharedKey.Service
    ) throws(Problem) -> EndpointURL {
        let name = service == .table ? "TableEndpoint" : "BlobEndpoint"
        if let text = values[name.lowercased()] {
            guard let url = try? EndpointURL(text), !url.target.contains("?") else { throw .unusable(name) }
            return url
        }
        guard let account = values["accountname"] else { throw .missing(name) }
        let scheme = values["defaultendpointsprotocol"]?.lowercased() ?? "https"
        let suffix = values["endpointsuffix"] ?? "core.windows.net"
        guard let url = try? EndpointURL("\(scheme)://\(account).\(service.rawValue).\(suffix)"), url.target == "/"
        else {
            throw .unusable(values["endpointsuffix"] == nil ? "AccountName" : "EndpointSuffix")
        }
        return url
    }
}

/// What opens a storage account.
package enum StorageCredential: Sendable {
    case key(SharedKey)
    case signature(SharedAccessSignature)
}
