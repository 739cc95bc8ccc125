internal import Azure
internal import Leads
internal import Outbound

/// Settings and secret put together: the table service that is asked.
struct TableAccess {
    let service: TableService
    /// The service and the table, for cursors and for people.
    let place: String
    /// When a shared access signature ends.
    let endsAt: Instant?

    init(_ settings: AzureTableSettings, secrets: SecretReader, now: Instant) throws(PullFailure) {
        let text: String
        do {
            text = try secrets.secret(settings.reference).trimmed
        } catch {
            throw PullFailure(
                problem: "the secret \(settings.secret.rawValue) cannot be read", mend: error.description)
        }
        var endpoint = settings.endpoint
        var account = settings.account
        let credential: StorageCredential
        switch settings.secret {
        case .accountKey: credential = .key(try Self.key(text, account: settings.account))
        case .sas: credential = .signature(try Self.signature(text))
        case .connectionString:
            let string = try Self.connectionString(text, account: settings.account)
            endpoint = endpoint ?? string.endpoint
            account = account ?? string.account
            credential = string.credential
        }
        if endpoint == nil, let account {
            endpoint = try? EndpointURL("https://\(account).table.core.windows.net")
        }
        guard let endpoint else {
            throw PullFailure(problem: "nothing says where the table service is", mend: "set account or endpoint")
        }
        guard endpoint.isSecure || settings.allowsPrivate else {
            throw PullFailure(
                problem: "the connection string leads to an address without https",
                mend: "use https, or set allow-private=true for an emulator")
        }
        if case .signature(let signature) = credential {
            try Self.check(signature, table: settings.table, now: now)
            endsAt = signature.endsAt
        } else {
            endsAt = nil
        }
        service = TableService(endpoint: endpoint, credential: credential)
        let base = endpoint.description
        place = base + (base.hasSuffix("/") ? "" : "/") + settings.table
    }

    private static func key(_ text: String, account: String?) throws(PullFailure) -> SharedKey {
        if let key = account.flatMap({ SharedKey(account: $0, key: text) }) { return key }
        let isOther = text.contains("AccountName=") || text.contains("sig=")
        throw PullFailure(
            problem: "the secret account-key is not the base 64 of a key",
            mend: isOther
                ? "it holds a connection string or a signature; name it with --secret connection-string or --secret sas"
                : "copy key1 or key2 of the account again, whole (portal: Access keys)")
    }

    private static func signature(_ text: String) throws(PullFailure) -> SharedAccessSignature {
        if let signature = SharedAccessSignature(text) { return signature }
        throw PullFailure(
            problem: "the secret sas is no shared access signature",
            mend: "copy the token again, whole: it holds sv= and sig=, and no address before it")
    }

    private static func connectionString(_ text: String, account: String?) throws(PullFailure) -> ConnectionString {
        let string: ConnectionString
        do {
            string = try ConnectionString(text)
        } catch {
            throw PullFailure(
                problem: "the secret connection-string is not usable", mend: error.description)
        }
        if let account, let other = string.account, other != account {
            throw PullFailure(
                problem: "the connection string is that of another account",
                mend: "leave the setting account out, or use the connection string of \(account)")
        }
        return string
    }

    private static func check(
        _ signature: SharedAccessSignature, table: String, now: Instant
    ) throws(PullFailure) {
        let mend = "make a new one for this table with permission r and put it where the secret is read from"
        if let endsAt = signature.endsAt, endsAt <= now {
            throw PullFailure(problem: "the shared access signature ended at \(endsAt)", mend: mend)
        }
        if let permissions = signature.permissions, !permissions.contains("r") {
            throw PullFailure(problem: "the shared access signature does not permit to read", mend: mend)
        }
        if let only = signature.table, only.lowercased() != table.lowercased() {
            throw PullFailure(problem: "the shared access signature is for another table", mend: mend)
        }
    }
}
